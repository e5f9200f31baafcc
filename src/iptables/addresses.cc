#include "iptables/addresses.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <fmt/format.h>

#include "base/text.h"

namespace gatehouse::iptables {

namespace {

// One to four numbers parted by dots, each in C's notation; those that are missing are zero.
std::optional<Address> parse_v4(std::string_view text, bool whole) {
    std::uint32_t value = 0;
    unsigned parts = 0;
    for (bool more = true; more; ++parts) {
        if (parts == 4) return std::nullopt;
        const auto dot = text.find('.');
        const auto number = parse_number(text.substr(0, dot), 255);
        if (!number) return std::nullopt;
        value |= static_cast<std::uint32_t>(*number) << (24 - 8 * parts);
        more = dot != std::string_view::npos;
        if (more) text.remove_prefix(dot + 1);
    }
    if (whole && parts != 4) return std::nullopt;
    return Address::v4(value);
}

Result<Address> parse_mask(std::string_view text, Family family) {
    if (const auto length = parse_number(text, address_bits(family)))
        return prefix_mask(static_cast<unsigned>(*length));
    const auto mask = is_v4(family) ? parse_v4(text, true) : parse_address(text, family);
    if (mask) return *mask;
    return fail(fmt::format("invalid mask `{}`: expected a length from 0 to {} or a mask like `{}`", text,
                            address_bits(family), is_v4(family) ? "255.255.255.0" : "ffff:ffff::"));
}

Result<rules::AddressSelector> parse_one(std::string_view text, Family family) {
    const auto slash = text.find('/');
    const auto host = text.substr(0, slash);
    rules::AddressSelector selector{.mask = prefix_mask(address_bits(family))};
    if (slash != std::string_view::npos) {
        const auto mask = parse_mask(text.substr(slash + 1), family);
        if (!mask) return std::unexpected(mask.error());
        selector.mask = *mask;
    }
    const auto address = is_v4(family) ? parse_v4(host, false) : parse_address(host, family);
    if (!address) {
        const Family other = is_v4(family) ? Family::ipv6 : Family::ipv4;
        if (parse_address(host, other)) {
            return fail(
                fmt::format("expected an {} address, got `{}`", is_v4(family) ? "IPv4" : "IPv6", host),
                is_v4(family) ? "ip6tables takes IPv6 addresses" : "iptables takes IPv4 addresses");
        }
        return fail(fmt::format("expected an {} address, got `{}`", is_v4(family) ? "IPv4" : "IPv6", host),
                    "names of hosts aren't looked up, write the address");
    }
    selector.address = *address & selector.mask;
    return selector;
}

}  // namespace

Result<std::vector<rules::AddressSelector>> parse_addresses(std::string_view text, Family family) {
    std::vector<rules::AddressSelector> all;
    for (;;) {
        const auto comma = text.find(',');
        auto one = parse_one(text.substr(0, comma), family);
        if (!one) return std::unexpected(std::move(one).error());
        all.push_back(*one);
        if (comma == std::string_view::npos) return all;
        text.remove_prefix(comma + 1);
    }
}

int mask_length(const Address& mask, Family family) {
    unsigned length = 0;
    for (unsigned i = 0; i < address_bits(family) / 32; ++i)
        length += static_cast<unsigned>(std::popcount(mask.words[i]));
    return mask == prefix_mask(length) ? static_cast<int>(length) : -1;
}

namespace {

void append_address(std::string& out, const Address& address, Family family) {
    if (!is_v4(family)) {
        out += to_string(address, family);
        return;
    }
    std::array<char, 16> text{};
    char* at = text.data();
    for (unsigned i = 0; i < 4; ++i) {
        if (i > 0) *at++ = '.';
        at = std::to_chars(at, text.data() + text.size(), (address.words[0] >> (24 - 8 * i)) & 255).ptr;
    }
    out.append(text.data(), static_cast<std::size_t>(at - text.data()));
}

}  // namespace

void save_address(std::string& out, const rules::AddressSelector& selector, Family family) {
    append_address(out, selector.address, family);
    out += '/';
    const int length = mask_length(selector.mask, family);
    if (length >= 0) {
        out += std::to_string(length);
    } else {
        append_address(out, selector.mask, family);
    }
}

std::string list_address(const rules::AddressSelector& selector, Family family, bool numeric) {
    if (selector.mask.is_unspecified() && !numeric) return "anywhere";
    std::string out;
    if (mask_length(selector.mask, family) == static_cast<int>(address_bits(family))) {
        append_address(out, selector.address, family);
    } else {
        save_address(out, selector, family);
    }
    return out;
}

}  // namespace gatehouse::iptables

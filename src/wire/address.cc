#include "wire/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/text.h"

namespace gatehouse {

namespace {
constexpr int native(Family family) { return is_v4(family) ? AF_INET : AF_INET6; }
}  // namespace

std::optional<Address> parse_address(std::string_view text, Family family) {
    std::array<std::uint8_t, 16> bytes{};
    if (inet_pton(native(family), std::string(text).c_str(), bytes.data()) != 1) return {};
    return Address::load(bytes.data(), family);
}

std::optional<Prefix> parse_prefix(std::string_view text) {
    const auto slash = text.find('/');
    const auto host = text.substr(0, slash);
    Prefix prefix{.family = host.find(':') == std::string_view::npos ? Family::ipv4 : Family::ipv6};
    const auto address = parse_address(host, prefix.family);
    if (!address) return {};
    std::optional<std::uint64_t> length = address_bits(prefix.family);
    if (slash != std::string_view::npos) {
        const auto digits = text.substr(slash + 1);
        if (digits.size() > 1 && digits[0] == '0') return {};
        length = parse_number(digits, address_bits(prefix.family));
    }
    if (!length) return {};
    prefix.length = static_cast<std::uint8_t>(*length);
    prefix.address = *address & prefix_mask(prefix.length);
    return prefix;
}

std::optional<Mac> parse_mac(std::string_view text) {
    const auto pieces = split(text, ':');
    if (pieces.size() != 6) return {};
    Mac mac;
    for (std::size_t i = 0; i < 6; ++i) {
        if (pieces[i].empty() || pieces[i].size() > 2) return {};
        const auto value = parse_number("0x" + std::string(pieces[i]), 255);
        if (!value) return {};
        mac.bytes[i] = static_cast<std::uint8_t>(*value);
    }
    return mac;
}

std::string to_string(const Address& address, Family family) {
    std::array<std::uint8_t, 16> bytes{};
    address.store(bytes.data(), family);
    std::array<char, INET6_ADDRSTRLEN> text{};
    inet_ntop(native(family), bytes.data(), text.data(), text.size());
    return text.data();
}

std::string to_string(const Prefix& prefix) {
    return fmt::format("{}/{}", to_string(prefix.address, prefix.family), prefix.length);
}

std::string to_string(const Mac& mac) {
    const auto& b = mac.bytes;
    return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", b[0], b[1], b[2], b[3], b[4], b[5]);
}

}  // namespace gatehouse

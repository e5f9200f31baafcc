#include "rules/value/address.h"

#include <charconv>
#include <fmt/format.h>

#include "base/text.h"

namespace gatehouse::rules::value {

Result<AddressRange> AddressRangeValue::read(Words words, Family family) const {
    const std::string_view text = words[0];
    const auto dash = text.find('-');
    const auto low = parse_address(text.substr(0, dash), family);
    const auto high = dash == std::string_view::npos ? low : parse_address(text.substr(dash + 1), family);
    if (!low || !high) {
        return fail(fmt::format("expected {} address or a range of them, got `{}`",
                                is_v4(family) ? "an IPv4" : "an IPv6", text));
    }
    return AddressRange{*low, *high};
}

void AddressRangeValue::print(std::string& out, const type& value, Family family) const {
    out += to_string(value.low, family) + "-" + to_string(value.high, family);
}

Result<MaskedAddress> MaskedAddressValue::read(Words words, Family family) const {
    const std::string_view text = words[0];
    const auto slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash), family);
    unsigned length = address_bits(family);
    bool good = address.has_value();
    if (good && slash != std::string_view::npos) {
        const auto tail = text.substr(slash + 1);
        if (const auto number = parse_number(tail, length)) {
            length = static_cast<unsigned>(*number);
        } else if (const auto mask = parse_address(tail, family)) {
            while (length > 0 && prefix_mask(length) != *mask) --length;
            good = prefix_mask(length) == *mask;
        } else {
            good = false;
        }
    }
    if (!good)
        return fail(fmt::format("expected {} address, alone or with the length of its network, got `{}`",
                                is_v4(family) ? "an IPv4" : "an IPv6", text));
    return MaskedAddress{*address, static_cast<std::uint8_t>(length)};
}

void MaskedAddressValue::print(std::string& out, const type& value, Family family) const {
    out += to_string(value.address, family);
    if (value.length != address_bits(family)) out += fmt::format("/{}", value.length);
}

Result<Address> AddressValue::read(Words words, Family family) const {
    const auto address = parse_address(words[0], family);
    if (!address)
        return fail(
            fmt::format("expected {} address, got `{}`", is_v4(family) ? "an IPv4" : "an IPv6", words[0]));
    return *address;
}

void AddressValue::print(std::string& out, const type& value, Family family) const {
    out += to_string(value, family);
}

Result<std::uint32_t> LengthValue::read(Words words, Family family) const {
    return Number{.max = address_bits(family)}.read(words, family);
}

void LengthValue::print(std::string& out, const type& value, Family) const {
    out += fmt::format("{}", value);
}

Result<Mac> MacValue::read(Words words, Family) const {
    const auto pieces = split(words[0], ':');
    Mac mac;
    bool good = pieces.size() == mac.bytes.size();
    for (std::size_t i = 0; good && i < pieces.size(); ++i) {
        const auto piece = pieces[i];
        const auto [end, error] =
            std::from_chars(piece.data(), piece.data() + piece.size(), mac.bytes[i], 16);
        good = error == std::errc{} && end == piece.data() + piece.size() && piece.size() <= 2;
    }
    if (!good)
        return fail(fmt::format("expected a hardware address like 02:00:00:00:00:01, got `{}`", words[0]));
    return mac;
}

void MacValue::print(std::string& out, const type& value, Family) const { out += to_string(value); }

}  // namespace gatehouse::rules::value

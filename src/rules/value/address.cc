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

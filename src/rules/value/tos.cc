#include "rules/value/tos.h"

#include <fmt/format.h>

#include "base/text.h"

namespace gatehouse::rules::value {

Result<Masked> TosValue::read(Words words, Family family) const {
    const std::string_view text = words[0];
    const auto slash = text.find('/');
    if (const auto value = parse_number(text.substr(0, slash), 255)) {
        const auto mask = slash == std::string_view::npos ? std::optional<std::uint64_t>(255)
                                                          : parse_number(text.substr(slash + 1), 255);
        if (!mask)
            return fail(fmt::format("expected a mask from 0 to 255, got `{}`", text.substr(slash + 1)));
        return Masked{static_cast<std::uint32_t>(*value), static_cast<std::uint32_t>(*mask)};
    }
    const auto named =
        OneOf{.names = tos_names, .metavar = "TOS value (0 to 255) or name", .any_case = true}.read(words,
                                                                                                    family);
    if (!named) return std::unexpected(named.error());
    return Masked{*named, tos_name_mask};
}

void TosValue::print(std::string& out, const type& value, Family) const {
    out += fmt::format("0x{:02x}/0x{:02x}", value.value, value.mask);
}

std::string_view tos_name(const Masked& value) {
    for (const auto& row : tos_names) {
        if (value == Masked{row.number, tos_name_mask}) return row.name;
    }
    return {};
}

}  // namespace gatehouse::rules::value

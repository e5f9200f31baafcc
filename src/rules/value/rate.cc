#include "rules/value/rate.h"

#include <fmt/format.h>
#include <iterator>

#include "base/text.h"

namespace gatehouse::rules::value {

namespace {

struct Unit {
    std::string_view name, shown;
    std::uint64_t seconds;
};
constexpr Unit units[] = {
    {"day", "day", 86'400}, {"hour", "hour", 3'600}, {"minute", "min", 60}, {"second", "sec", 1}};

}  // namespace

Result<std::uint64_t> RateValue::read(Words words, Family) const {
    const std::string_view text = words[0];
    const auto slash = text.find('/');
    const auto count = parse_number(text.substr(0, slash), 0x7fffffff);
    std::uint64_t seconds = slash == std::string_view::npos ? 1 : 0;
    if (slash != std::string_view::npos && slash + 1 < text.size()) {
        for (const auto& unit : units) {
            if (begins_with(unit.name, text.substr(slash + 1))) seconds = unit.seconds;
        }
    }
    if (!count || *count == 0 || seconds == 0) {
        return fail(
            fmt::format("expected a rate like 5, 10/second, 3/minute, 3/hour or 1/day, got `{}`", text));
    }
    const std::uint64_t period = scale * seconds / *count;
    if (period == 0)
        return fail(fmt::format("the rate `{}` is too fast: at most {}/second can be told", text, scale));
    return period;
}

void RateValue::print(std::string& out, const type& value, Family) const {
    std::size_t best = 0;
    for (std::size_t i = 1; i < std::size(units); ++i) {
        const std::uint64_t unit = units[i].seconds * scale;
        if (value > unit || unit / value < unit % value) break;
        best = i;
    }
    out += fmt::format("{}/{}", units[best].seconds * scale / value, units[best].shown);
}

}  // namespace gatehouse::rules::value

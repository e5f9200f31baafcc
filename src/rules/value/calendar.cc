#include "rules/value/calendar.h"

#include <array>
#include <charconv>
#include <chrono>
#include <fmt/format.h>

#include "base/text.h"

namespace gatehouse::rules::value {

namespace {

constexpr std::array<std::string_view, 7> week_days{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

// Takes a decimal number of at most `max` off the front of `text`.
std::optional<unsigned> take_number(std::string_view& text, unsigned max) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number > max) return {};
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

bool take(std::string_view& text, char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
}

}  // namespace

Result<std::uint32_t> DayTimeValue::read(Words words, Family) const {
    std::string_view text = words[0];
    const auto hour = take_number(text, 23);
    const auto minute = hour && take(text, ':') ? take_number(text, 59) : std::nullopt;
    const auto second = minute && take(text, ':') ? take_number(text, 59) : std::optional(0u);
    if (!minute || !second || !text.empty())
        return fail(fmt::format("expected a time hh:mm[:ss] from 00:00:00 to 23:59:59, got `{}`", words[0]));
    return *hour * 3'600 + *minute * 60 + *second;
}

void DayTimeValue::print(std::string& out, const type& value, Family) const {
    out += fmt::format("{:02}:{:02}:{:02}", value / 3'600, value / 60 % 60, value % 60);
}

Result<std::uint32_t> DateValue::read(Words words, Family) const {
    std::string_view text = words[0];
    constexpr std::string_view separators = "--T::";
    constexpr unsigned most[] = {2038, 12, 31, 23, 59, 59};
    unsigned parts[] = {0, 1, 1, 0, 0, 0};
    bool good = true;
    for (std::size_t i = 0; good && i < std::size(parts); ++i) {
        if (i > 0 && text.empty()) break;
        const auto number =
            i == 0 || take(text, separators[i - 1]) ? take_number(text, most[i]) : std::nullopt;
        good = number.has_value();
        if (good) parts[i] = *number;
    }
    if (!good || !text.empty() || parts[0] < 1970 || parts[1] == 0 || parts[2] == 0) {
        return fail(fmt::format("expected a date YYYY[-MM[-DD[Thh[:mm[:ss]]]]] from 1970 to 2038, got `{}`",
                                words[0]));
    }
    // A day past the end of its month is one of the next.
    const std::chrono::sys_days first{std::chrono::year(static_cast<int>(parts[0])) /
                                      std::chrono::month(parts[1]) / 1};
    const auto days = first.time_since_epoch().count() + parts[2] - 1;
    return static_cast<std::uint32_t>(days * 86'400 + parts[3] * 3'600 + parts[4] * 60 + parts[5]);
}

void DateValue::print(std::string& out, std::uint32_t value, char separator) const {
    const std::chrono::year_month_day date{
        std::chrono::sys_days{std::chrono::days{static_cast<int>(value / 86'400)}}};
    out += fmt::format("{:04}-{:02}-{:02}{}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), separator);
    DayTimeValue{}.print(out, value % 86'400, Family::ipv4);
}

Result<std::uint32_t> MonthDaysValue::read(Words words, Family) const {
    type days = 0;
    for (const auto piece : split(words[0], ',')) {
        const auto day = parse_number(piece, 31);
        if (!day || *day == 0) return fail(fmt::format("expected days from 1 to 31, got `{}`", piece));
        days |= 1u << *day;
    }
    return days;
}

void MonthDaysValue::print(std::string& out, std::uint32_t value, bool ordinals) const {
    bool first = true;
    for (unsigned i = 1; i <= 31; ++i) {
        if ((value & (1u << i)) == 0) continue;
        const unsigned last = i % 10;
        const std::string_view suffix = last == 1 ? "st" : last == 2 ? "nd" : last == 3 ? "rd" : "th";
        out += fmt::format("{}{}{}", first ? "" : ",", i, ordinals ? suffix : "");
        first = false;
    }
}

Result<std::uint32_t> WeekDaysValue::read(Words words, Family) const {
    type days = 0;
    for (const auto piece : split(words[0], ',')) {
        type found = 0;
        if (const auto number = parse_number(piece, 7); number && *number != 0) found = 1u << *number;
        // Two letters are enough.
        for (unsigned i = 0; i < week_days.size(); ++i) {
            if (piece.size() >= 2 && piece.substr(0, 2) == week_days[i].substr(0, 2)) found = 2u << i;
        }
        if (found == 0)
            return fail(fmt::format("expected days from Mon to Sun, or 1 to 7, got `{}`", piece),
                        did_you_mean(piece, week_days));
        days |= found;
    }
    return days;
}

void WeekDaysValue::print(std::string& out, const type& value, Family) const {
    bool first = true;
    for (unsigned i = 0; i < week_days.size(); ++i) {
        if ((value & (2u << i)) == 0) continue;
        if (!first) out += ',';
        out += week_days[i];
        first = false;
    }
}

}  // namespace gatehouse::rules::value

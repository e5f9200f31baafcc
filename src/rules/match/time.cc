// -m time: when the packet arrives.
#include <chrono>
#include <fmt/format.h>

#include "rules/declaration.h"
#include "rules/value/calendar.h"

namespace gatehouse::rules {

namespace {

using value::MonthDaysValue;
using value::WeekDaysValue;

constexpr std::uint32_t last_second = 86'399;
constexpr std::uint32_t last_date = 0x7fffffff;  // what iptables takes for "no end", and shows

struct TimeMatch {
    Opt<std::uint32_t> start, stop, month_days, week_days, date_start, date_stop;
    Flag kernel_zone, utc, contiguous;
    friend bool operator==(const TimeMatch&, const TimeMatch&) = default;

    static constexpr std::tuple options{
        option<&TimeMatch::start>("timestart", value::DayTimeValue{}, {.help = "from this time of the day"}),
        option<&TimeMatch::stop>("timestop", value::DayTimeValue{},
                                 {.help = "up to this time, of the next day if it is earlier"}),
        option<&TimeMatch::month_days>("monthdays", MonthDaysValue{},
                                       {.help = "on these days of the month", .invertible = true}),
        option<&TimeMatch::week_days>("weekdays", WeekDaysValue{},
                                      {.help = "on these days of the week", .invertible = true}),
        option<&TimeMatch::date_start>("datestart", value::DateValue{}, {.help = "from this date on"}),
        option<&TimeMatch::date_stop>("datestop", value::DateValue{}, {.help = "up to this date"}),
        flag<&TimeMatch::kernel_zone>(
            "kerneltz", {.alias = "localtz", .help = "in the kernel's time zone; ours is UTC", .group = 1}),
        flag<&TimeMatch::utc>("utc", {.help = "in UTC, as if nothing were said", .group = 1}),
        flag<&TimeMatch::contiguous>("contiguous",
                                     {.help = "a time past midnight belongs to the day on which it began"}),
    };

    // What goes without saying is filled in, and an inversion turned into the days that are left.
    Result<void> check(const Facts&) {
        const auto fill = [](Opt<std::uint32_t>& o, std::uint32_t plain) {
            if (!o) o = {.value = plain, .set = true};
        };
        fill(start, 0);
        fill(stop, last_second);
        fill(date_start, 0);
        fill(date_stop, last_date);
        fill(month_days, MonthDaysValue::all);
        fill(week_days, WeekDaysValue::all);
        if (month_days.inverted) month_days = {.value = *month_days ^ MonthDaysValue::all, .set = true};
        if (week_days.inverted) week_days = {.value = *week_days ^ WeekDaysValue::all, .set = true};
        if (contiguous && *start < *stop)
            return fail("`--contiguous` has a meaning only when `--timestop` is before `--timestart`");
        return {};
    }

    bool test(const Context& context) const {
        std::int64_t now = context.services.now.since_epoch / second;
        if (now < *date_start || now > *date_stop) return false;
        const std::int64_t of_day = now % 86'400;
        if (*start < *stop) {
            if (of_day < *start || of_day > *stop) return false;
        } else {
            if (of_day < *start && of_day > *stop) return false;
            if (contiguous && of_day <= *stop) now -= 86'400;
        }
        const std::chrono::sys_days day{std::chrono::days{static_cast<int>(now / 86'400)}};
        if ((*week_days >> std::chrono::weekday(day).iso_encoding() & 1) == 0) return false;
        const auto of_month = static_cast<unsigned>(std::chrono::year_month_day(day).day());
        return (*month_days >> of_month & 1) != 0;
    }

    void save(std::string& out, Family family) const {
        if (*start != 0 || *stop != last_second) print_times(out, " --timestart ", " --timestop ");
        if (*month_days != MonthDaysValue::all) {
            out += " --monthdays ";
            MonthDaysValue{}.print(out, *month_days, family);
        }
        if (*week_days != WeekDaysValue::all) {
            out += " --weekdays ";
            WeekDaysValue{}.print(out, *week_days, family);
        }
        if (*date_start != 0) print_date(out, " --datestart ", *date_start, 'T');
        if (*date_stop != 0) print_date(out, " --datestop ", *date_stop, 'T');
        if (kernel_zone) out += " --kerneltz";
        if (contiguous) out += " --contiguous";
    }

    void list(std::string& out, Family family, bool) const {
        out += "TIME";
        if (*start != 0 || *stop != last_second) print_times(out, " from ", " to ");
        if (*week_days != WeekDaysValue::all) {
            out += " on ";
            WeekDaysValue{}.print(out, *week_days, family);
        }
        if (*month_days != MonthDaysValue::all) {
            out += " on ";
            MonthDaysValue{}.print(out, *month_days, true);
        }
        if (*date_start != 0) print_date(out, " starting from ", *date_start, ' ');
        if (*date_stop != last_date) print_date(out, " until date ", *date_stop, ' ');
        if (!kernel_zone) out += " UTC";
        if (contiguous) out += " contiguous";
    }

    void print_times(std::string& out, std::string_view from, std::string_view to) const {
        out += from;
        value::DayTimeValue{}.print(out, *start, Family::ipv4);
        out += to;
        value::DayTimeValue{}.print(out, *stop, Family::ipv4);
    }
    static void print_date(std::string& out, std::string_view word, std::uint32_t date, char separator) {
        out += word;
        value::DateValue{}.print(out, date, separator);
    }
};

}  // namespace

extern constinit const Declaration match_time =
    declare_match<TimeMatch>({.name = "time", .help = "when the packet arrives", .reads = reads_time});

}  // namespace gatehouse::rules

// Times and dates as rules write them, always in UTC.
#pragma once
#include "rules/value.h"

namespace gatehouse::rules::value {

// "hh:mm[:ss]": seconds since midnight.
struct DayTimeValue {
    using type = std::uint32_t;
    static constexpr int word_count = 1;
    std::string_view metavar = "hh:mm[:ss]";
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const;
};

// "YYYY[-MM[-DD[Thh[:mm[:ss]]]]]", from 1970 to 2038: seconds since the epoch.
struct DateValue {
    using type = std::uint32_t;
    static constexpr int word_count = 1;
    std::string_view metavar = "YYYY-MM-DDThh:mm:ss";
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const { print(out, value, 'T'); }
    void print(std::string& out, std::uint32_t value, char separator) const;
};

// "1,2,31": bit n is day n.
struct MonthDaysValue {
    using type = std::uint32_t;
    static constexpr int word_count = 1;
    static constexpr type all = 0xfffffffe;
    std::string_view metavar = "day[,day...]";
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const { print(out, value, false); }
    void print(std::string& out, std::uint32_t value, bool ordinals) const;  // "1st,2nd"
};

// "Mon,Tue" or "1,2", Monday being 1: bit n is day n.
struct WeekDaysValue {
    using type = std::uint32_t;
    static constexpr int word_count = 1;
    static constexpr type all = 0xfe;
    std::string_view metavar = "day[,day...]";
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const;
};

}  // namespace gatehouse::rules::value

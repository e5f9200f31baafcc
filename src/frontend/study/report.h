// What a study found, for people, for programs, and as a picture.
#pragma once
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "frontend/study/collector.h"
#include "study/summary.h"

namespace gatehouse::frontend {

struct StudyReport {
    track::StudyMode mode{};
    std::size_t captures = 0;
    Nanoseconds watched = 0;
    std::uint64_t left_out = 0;  // past the limits of memory
    std::uint64_t lost = 0;      // cut off for lack of room in the table
    std::vector<study::Summary> summaries;
};

// One population of flows, or three: each with the timeout that is to be chosen for it.
StudyReport make_report(track::StudyMode mode, const Collector& collector, double share, std::size_t ports,
                        std::span<const std::uint32_t> further_timeouts);

// "closed by the other side after 43.2 s; 86356.8 s of 86400 remained".
std::string closing_line(const EndedSpell& spell);

std::string text_of(const StudyReport& report);
std::string json_of(const StudyReport& report, const Collector& collector);
std::string svg_of(const StudyReport& report);

// Seconds as people read them: "0.021", "43.2", "3611".
std::string seconds_text(Nanoseconds time);
// "0.01 %".
std::string percent_text(double share);
std::string_view name(study::Ending ending);

}  // namespace gatehouse::frontend

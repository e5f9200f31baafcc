// A line of the benchmarks' output.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/bench/ring.h"

namespace gatehouse::frontend::bench {

// One more thing that was measured: {"batch_max_us", "longest batch", 12.5, "us"}.
struct Measured {
    std::string_view key, words;
    double value = 0;
    std::string_view unit;
};

struct Line {
    std::string name;
    Figures gross{};                    // nanoseconds a packet, or an operation
    std::optional<double> net = {};     // gross minus forward of this run
    std::optional<double> kernel = {};  // nanoseconds, the same way of counting
    std::vector<Measured> more = {};
    std::string note = {};
};

std::string text_of(const Line& line);
std::string json_of(const Line& line);

}  // namespace gatehouse::frontend::bench

// What can be said of the engine itself, beside the network it stands in: its limits, its seed, its order.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "base/error.h"
#include "engine/engine.h"

namespace gatehouse::network {

struct Setting {
    std::string_view name;
    std::string_view help;
    std::uint64_t min, max;  // a setting that is on or off takes 0 and 1
    void (*set)(Configuration& configuration, std::uint64_t value);
    std::span<const std::string_view> words = {};  // what stands for its numbers, from `min` on
};

std::span<const Setting> all_settings();

// An error names what was expected, or the nearest name.
Result<void> set(Configuration& configuration, std::string_view name, std::string_view value);

}  // namespace gatehouse::network

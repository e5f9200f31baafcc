// The benchmarks of connection tracking, by name.
#pragma once
#include <span>
#include <string_view>

#include "base/error.h"
#include "frontend/bench/line.h"
#include "wire/address.h"

namespace gatehouse::frontend::bench {

// "ct-udp-1m", "ct-new", "ct-growth" and so on, in the order in which they are best run.
std::span<const std::string_view> tracked_names();

// Runs one of them. Established flows are measured `rounds` times. `forward` gives what forwarding alone
// costs, nanoseconds a packet of the family.
Result<Line> run_tracked(std::string_view name, unsigned rounds, double forward);
// Of which family its packets are.
Family family_of(std::string_view tracked_name);

}  // namespace gatehouse::frontend::bench

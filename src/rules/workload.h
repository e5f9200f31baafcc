// Rules and packets for measuring: what `gatehouse bench` runs and tests use.
#pragma once
#include <cstdint>

#include "rules/draft.h"

namespace gatehouse::rules::workload {

enum class By : std::uint8_t {
    address,  // each rule asks for a source address of its own, and for a port
    port,     // each asks for a port alone
};

// A filter table whose FORWARD chain drops UDP from `rules` - 1 hosts of 192.168.0.0/16 (or fd00:c0a8::/32)
// to ports other than 53, and lets UDP to port 53 pass with its last rule.
Draft forward_rules(Family family, std::size_t rules, By by);

// One rule more of that kind, the `number`th.
RuleDraft drop_rule(Family family, std::size_t number, By by);

// A source address among those of the rules, for packets to port 53; different for each `number` of 65,536.
Address innocent_source(Family family, std::size_t number);

}  // namespace gatehouse::rules::workload

// Random NAT rules and the flows that meet them.
#pragma once
#include <string>
#include <vector>

#include "base/random.h"
#include "datagram.h"

namespace gatehouse::nat_generator {

struct Flow {
    enum class Kind : std::uint8_t { plain, fragments, ftp };
    Kind kind{};
    std::uint8_t protocol = 0;
    std::string port;  // by which it comes
    End from{}, to{};
    std::string name;    // what its packets carry
    bool error = false;  // an ICMP error answers its last packet
};

struct Case {
    Family family{};
    std::string rules;
    std::vector<Flow> flows;
    std::vector<std::size_t> order;  // in which flows are answered
};

// `number` makes addresses far away the case's own, so that cases don't meet in a table that outlives them.
Case random_case(Random& random, std::uint32_t number);

}  // namespace gatehouse::nat_generator

// Pools in words, and who uses them most: what warnings and reports say.
//
// On demand, by the engine's thread: users are counted by walking the pool's connections.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "nat/pools.h"

namespace gatehouse::nat {

// "192.0.2.1 udp to 198.51.100.9:53"
std::string name(const Pool& pool);
// "58061 of 64512 ports in use, full in 12 s"
std::string usage(const Pool& pool);

struct User {
    Address source{};
    std::uint32_t connections = 0;
};
// The sources with the most connections in the pool, the first `most` of them.
std::vector<User> heaviest_users(const Pools& pools, PoolIndex pool, std::size_t most);

}  // namespace gatehouse::nat

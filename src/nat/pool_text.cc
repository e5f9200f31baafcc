#include "nat/pool_text.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "track/tuple_of.h"
#include "wire/names.h"

namespace gatehouse::nat {

std::string name(const Pool& pool) {
    const track::Tuple& t = pool.reply;
    const std::string there = to_string(t.source, t.family);
    const std::string peer = !track::has_ports(t.protocol) ? there
                             : is_v4(t.family)             ? fmt::format("{}:{}", there, t.ends.source)
                                                           : fmt::format("[{}]:{}", there, t.ends.source);
    return fmt::format("{} {} to {}", to_string(t.destination, t.family), wire::protocol_name(t.protocol),
                       peer);
}

std::string usage(const Pool& pool) {
    std::string text = fmt::format("{} of {} ports in use", pool.used, pool.size);
    if (const auto left = pool.seconds_left(); left && pool.used < pool.size)
        text += fmt::format(", full in {} s", *left);
    return text;
}

std::vector<User> heaviest_users(const Pools& pools, PoolIndex pool, std::size_t most) {
    std::map<Address, std::uint32_t> counts;
    pools.visit_connections(
        pool, [&](const track::Entry& entry) { ++counts[entry.tuple(track::Direction::original).source]; });
    std::vector<User> users;
    for (const auto& [source, connections] : counts) users.push_back({source, connections});
    const auto shown = std::min(most, users.size());
    std::ranges::partial_sort(users, users.begin() + static_cast<std::ptrdiff_t>(shown),
                              [](const User& a, const User& b) { return a.connections > b.connections; });
    users.resize(shown);
    return users;
}

}  // namespace gatehouse::nat

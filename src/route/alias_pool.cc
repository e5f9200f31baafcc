#include "route/alias_pool.h"

namespace gatehouse::route {

std::uint64_t AliasPool::hash(const Nexthop& n, std::uint32_t next) {
    std::uint64_t h = next + 0x9e3779b97f4a7c15;
    const auto mix = [&h](std::uint64_t v) {
        h = (h ^ v) * 0xff51afd7ed558ccd;
        h ^= h >> 32;
    };
    for (const auto& address : {n.gateway, n.source}) {
        mix(std::uint64_t{address.words[0]} << 32 | address.words[1]);
        mix(std::uint64_t{address.words[2]} << 32 | address.words[3]);
    }
    mix(std::uint64_t{n.mtu} << 32 | n.metric);
    mix(std::uint64_t{static_cast<std::uint32_t>(n.table)} << 32 | index(n.interface));
    mix(std::uint64_t{static_cast<std::uint8_t>(n.type)} << 16 | static_cast<unsigned>(n.scope) << 8 | n.tos);
    return h;
}

std::uint32_t AliasPool::intern(const Nexthop& nexthop, std::uint32_t next) {
    const std::uint64_t h = hash(nexthop, next);
    const auto [first, last] = ids_.equal_range(h);
    for (auto i = first; i != last; ++i) {
        const Alias& alias = (*this)[i->second];
        if (alias.next == next && alias.nexthop == nexthop) {
            if (next != 0) release(next);  // the pool has one already
            reference(i->second);
            return i->second;
        }
    }
    std::uint32_t id;
    if (!free_.empty()) {
        id = free_.back();
        free_.pop_back();
    } else {
        id = id_of(static_cast<std::uint32_t>(references_.size()));
        references_.push_back(0);
        const unsigned k = id >> place_bits;
        if (!chunks_[k]) chunks_[k] = std::make_unique<Alias[]>(std::size_t{first_chunk} << k);
    }
    Alias& alias = at(id);
    alias.nexthop = nexthop;
    alias.next = next;
    alias.common = alias.plain() && nexthop.type == RouteType::unicast && nexthop.mtu == 0;
    references_[number_of(id)] = 1;
    ids_.emplace(h, id);
    return id;
}

void AliasPool::release(std::uint32_t id) {
    while (id != 0 && --references_[number_of(id)] == 0) {
        const Alias& alias = (*this)[id];
        const auto [first, last] = ids_.equal_range(hash(alias.nexthop, alias.next));
        for (auto i = first; i != last; ++i) {
            if (i->second == id) {
                ids_.erase(i);
                break;
            }
        }
        free_.push_back(id);
        id = alias.next;
    }
}

std::size_t AliasPool::bytes() const {
    std::size_t total = sizeof *this + references_.capacity() * 4 + free_.capacity() * 4;
    for (unsigned k = 0; k < chunks_.size(); ++k) {
        if (chunks_[k]) total += (sizeof(Alias) * first_chunk) << k;
    }
    return total + ids_.size() * 40 + ids_.bucket_count() * 8;
}

}  // namespace gatehouse::route

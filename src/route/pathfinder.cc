#include "route/pathfinder.h"

#include "route/router.h"

namespace gatehouse::route {

namespace {

// A search down a table of fewer routes is as short as a look at what is remembered.
constexpr std::size_t worth_remembering = 512;

}  // namespace

void Pathfinder::use(const Router& router) {
    neighbours_ = &router.neighbours();
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        auto& cache = caches_[!is_v4(family)];
        Descent::Where& where = where_[!is_v4(family)];
        where = router.where(family);
        if (cache) cache->forget();
        if (where.table == nullptr || where.table->size() < worth_remembering) continue;
        if (!cache) cache.emplace(family);
        where.cache = &*cache;
    }
}

void Pathfinder::ask_for_neighbours(std::span<const Descent> descents) const {
    for (const Descent& d : descents) {
        if (d.first() != nullptr) neighbours_->prefetch(d.first()->nexthop.neighbour_slot);
    }
}

}  // namespace gatehouse::route

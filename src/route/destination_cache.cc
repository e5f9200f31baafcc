#include "route/destination_cache.h"

#include <algorithm>
#include <iterator>

namespace gatehouse::route {

DestinationCache::DestinationCache(Family family)
    : fours_(is_v4(family) ? std::size_t{1} << bits4 : 0),
      sixes_(is_v4(family) ? 0 : std::size_t{1} << bits6) {}

void DestinationCache::forget() {
    if (++generation_ != 0) return;
    std::ranges::fill(fours_, Four{});
    std::ranges::fill(sixes_, Six{});
    generation_ = 1;
}

// In the place of the same address, of none, or of one that `any` names.
void DestinationCache::put(auto& line, const auto& address, std::uint32_t alias, unsigned any) const {
    if (line.generation != generation_) {
        line = {};
        line.generation = generation_;
    }
    constexpr unsigned ways = std::size(decltype(line.aliases){});
    unsigned way = 0;
    while (way < ways && line.aliases[way] != 0 && line.addresses[way] != address) ++way;
    if (way == ways) way = any % ways;
    line.addresses[way] = address;
    line.aliases[way] = alias;
}

void DestinationCache::remember(const Address& address, std::uint32_t alias) {
    if (fours_.empty()) {
        const std::uint64_t hash = hash6(address);
        put(sixes_[hash >> (64 - bits6)], address, alias, hash & 0xffff);
    } else {
        const std::uint32_t hash = hash4(address);
        put(fours_[hash >> (32 - bits4)], address.words[0], alias, hash & 0xffff);
    }
}

}  // namespace gatehouse::route

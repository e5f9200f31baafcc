#include "track/proto/gre_keys.h"

#include <bit>

namespace gatehouse::track {

namespace {

Tuple without_source_key(Tuple tuple) {
    tuple.ends.source = 0;
    return tuple;
}

}  // namespace

GreKeys::GreKeys(std::uint32_t limit, std::uint64_t seed)
    : hash_(seed), nodes_(limit), buckets_(std::bit_ceil(limit), none) {}

std::size_t GreKeys::bucket_of(const Tuple& tuple, Zone zone) const {
    return static_cast<std::size_t>(hash_(without_source_key(tuple), zone)) & (buckets_.size() - 1);
}

GreKeys::Place GreKeys::add(const Tuple& tuple, Zone zone) {
    const std::uint32_t at = nodes_.take();
    if (at == none) return 0;
    nodes_[at] = {.next = none, .zone = zone, .tuple = tuple};
    std::uint32_t* link = &buckets_[bucket_of(tuple, zone)];
    while (*link != none) link = &nodes_[*link].next;
    *link = at;
    return at + 1;
}

void GreKeys::remove(Place place) {
    const std::uint32_t at = place - 1;
    std::uint32_t* link = &buckets_[bucket_of(nodes_[at].tuple, nodes_[at].zone)];
    while (*link != at) link = &nodes_[*link].next;
    *link = nodes_[at].next;
    nodes_.give_back(at);
}

bool GreKeys::is_of(Place place, const Tuple& tuple, Zone zone) const {
    const Node& node = nodes_[place - 1];
    return node.zone == zone && without_source_key(node.tuple) == without_source_key(tuple);
}

std::uint16_t GreKeys::source_of(const Tuple& packet, Zone zone) const {
    if (nodes_.used() == 0) [[likely]]
        return 0;
    const Tuple wanted = without_source_key(packet);
    for (std::uint32_t at = buckets_[bucket_of(wanted, zone)]; at != none; at = nodes_[at].next) {
        if (nodes_[at].zone == zone && without_source_key(nodes_[at].tuple) == wanted)
            return nodes_[at].tuple.ends.source;
    }
    return 0;
}

}  // namespace gatehouse::track

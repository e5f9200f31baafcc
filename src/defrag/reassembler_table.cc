// Where a reassembler finds its datagrams: by key, by age, and what it counts by source.
#include "defrag/reassembler.h"

namespace gatehouse::defrag {

namespace {

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
    hash = (hash ^ value) * 0x9e3779b97f4a7c15;
    return hash ^ hash >> 32;
}

std::uint64_t mix(std::uint64_t hash, const Address& a) {
    hash = mix(hash, std::uint64_t{a.words[0]} << 32 | a.words[1]);
    return mix(hash, std::uint64_t{a.words[2]} << 32 | a.words[3]);
}

}  // namespace

std::uint32_t& Reassembler::bucket_of(const DatagramKey& key) {
    std::uint64_t hash = mix(mix(seed_, key.source), key.destination);
    hash = mix(hash, std::uint64_t{key.id} << 32 | std::uint64_t{key.protocol} << 16 |
                         std::uint64_t{index(key.interface)});
    hash = mix(hash, std::uint64_t{key.group.zone} << 8 | static_cast<std::uint64_t>(key.group.purpose));
    return buckets_[hash & (buckets_.size() - 1)];
}

std::uint32_t& Reassembler::bucket_of(const Address& source) {
    return source_buckets_[mix(seed_, source) & (source_buckets_.size() - 1)];
}

std::uint32_t Reassembler::find(const DatagramKey& key) {
    std::uint32_t at = bucket_of(key);
    while (at != no_slot && datagrams_[at].key != key) at = datagrams_[at].next;
    return at;
}

// no_slot when there are as many as may be.
std::uint32_t Reassembler::create(const DatagramKey& key, Time now) {
    const std::uint32_t at = datagrams_.take();
    if (at == no_slot) return at;
    Datagram& datagram = datagrams_[at];
    datagram.key = key;
    std::uint32_t& bucket = bucket_of(key);
    datagram.next = bucket;
    bucket = at;
    enqueue(at, now);
    if (manner_ == Manner::ipv4 && limits_.max_distance != 0) datagram.source = enter_source(key.source);
    return at;
}

void Reassembler::remove(std::uint32_t at) {
    Datagram& datagram = datagrams_[at];
    std::uint32_t* link = &bucket_of(datagram.key);
    while (*link != at) link = &datagrams_[*link].next;
    *link = datagram.next;
    unqueue(at);
    if (datagram.source != no_slot) leave_source(datagram.source);
    datagrams_.give_back(at);
}

// All have the same time to live, so that the order in which they come is that of their deadlines.
void Reassembler::enqueue(std::uint32_t at, Time now) {
    Datagram& datagram = datagrams_[at];
    datagram.deadline = now + limits_.timeout;
    datagram.older = newest_;
    datagram.newer = no_slot;
    (newest_ == no_slot ? oldest_ : datagrams_[newest_].newer) = at;
    newest_ = at;
}

void Reassembler::unqueue(std::uint32_t at) {
    const Datagram& datagram = datagrams_[at];
    (datagram.older == no_slot ? oldest_ : datagrams_[datagram.older].newer) = datagram.newer;
    (datagram.newer == no_slot ? newest_ : datagrams_[datagram.newer].older) = datagram.older;
}

// There are as many places for sources as for datagrams.
std::uint32_t Reassembler::enter_source(const Address& address) {
    std::uint32_t& bucket = bucket_of(address);
    std::uint32_t at = bucket;
    while (at != no_slot && sources_[at].address != address) at = sources_[at].next;
    if (at == no_slot) {
        at = sources_.take();
        sources_[at].address = address;
        sources_[at].next = bucket;
        bucket = at;
    }
    ++sources_[at].datagrams;
    return at;
}

void Reassembler::leave_source(std::uint32_t at) {
    Source& source = sources_[at];
    if (--source.datagrams != 0) return;
    std::uint32_t* link = &bucket_of(source.address);
    while (*link != at) link = &sources_[*link].next;
    *link = source.next;
    sources_.give_back(at);
}

}  // namespace gatehouse::defrag

#include "stack/icmp_limit.h"

#include <algorithm>

namespace gatehouse {

namespace {

constexpr std::size_t peer_places = 4096;
constexpr std::int64_t burst_per_peer = 6;  // XRLIM_BURST_FACTOR
constexpr std::uint8_t icmp6_packet_too_big = 2;

std::size_t place_of(const Address& a) {
    std::uint64_t h = (static_cast<std::uint64_t>(a.words[0]) << 32 | a.words[1]) * 0x9e3779b97f4a7c15;
    h ^= (static_cast<std::uint64_t>(a.words[2]) << 32 | a.words[3]) * 0xc2b2ae3d27d4eb4f;
    return (h >> 40) % peer_places;
}

}  // namespace

IcmpLimit::IcmpLimit() : peers_(peer_places) {}

bool IcmpLimit::allow(Family family, std::uint8_t type, const Address& destination, unsigned prefix_length,
                      const Tunables& tunables, Time now) {
    std::int64_t every_ms = 0;
    if (is_v4(family)) {
        if (type >= 32 || (tunables.icmp_ratemask >> type & 1) == 0) return true;
        every_ms = tunables.icmp_ratelimit_ms;
    } else {
        // Informational messages (128 and up) and Packet Too Big are never held back.
        if (type >= 128 || type == icmp6_packet_too_big) return true;
        every_ms = tunables.icmp6_ratelimit_ms >> ((128 - std::min(prefix_length, 128u)) >> 5);
    }
    return allow_any(tunables, now) && (every_ms == 0 || allow_peer(destination, every_ms, now));
}

bool IcmpLimit::allow_any(const Tunables& tunables, Time now) {
    if (!credit_started_) {
        credit_ = tunables.icmp_msgs_burst;
        credit_at_ = now;
        credit_started_ = true;
    }
    // Credit arrives in steps of at least 20 ms, as the kernel adds it.
    const Nanoseconds passed = std::min<Nanoseconds>(now - credit_at_, second);
    if (passed >= second / 50) {
        const auto fresh = static_cast<std::uint64_t>(tunables.icmp_msgs_per_sec) *
                           static_cast<std::uint64_t>(passed) / second;
        if (fresh > 0) {
            credit_ = static_cast<std::uint32_t>(
                std::min<std::uint64_t>(credit_ + fresh, tunables.icmp_msgs_burst));
            credit_at_ = now;
        }
    }
    if (credit_ == 0) return false;
    --credit_;
    return true;
}

bool IcmpLimit::allow_peer(const Address& address, std::int64_t every_ms, Time now) {
    Peer& peer = peers_[place_of(address)];
    if (!peer.used || peer.address != address) {
        peer = {.address = address, .used = true, .tokens_ms = burst_per_peer * every_ms, .last = now};
    }
    const std::int64_t passed_ms = (now - peer.last) / millisecond;
    peer.tokens_ms = std::min(peer.tokens_ms + passed_ms, burst_per_peer * every_ms);
    peer.last = peer.last + passed_ms * millisecond;
    if (peer.tokens_ms < every_ms) return false;
    peer.tokens_ms -= every_ms;
    return true;
}

}  // namespace gatehouse

// A packet on its way through the engine: one contiguous frame in somebody's buffer, with what is known of
// it.
//
// The buffer belongs to the pool named by `pool`; the engine neither copies nor frees it, and hands each
// packet that came in back exactly once (Outlet::complete). One thread at a time owns a Packet.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "base/time.h"
#include "packet/finding.h"
#include "packet/flat.h"

namespace gatehouse {

// An interface of the engine, by its place in the configuration.
enum class InterfaceId : std::uint16_t { none = 0xffff };
constexpr std::uint16_t index(InterfaceId id) { return static_cast<std::uint16_t>(id); }

// The packet mark (nfmark).
struct Mark {
    std::uint32_t value = 0;
    friend constexpr auto operator<=>(Mark, Mark) = default;
};

enum class PoolId : std::uint16_t { none = 0xffff };

// What is known of the transport checksum.
enum class ChecksumState : std::uint8_t {
    unknown,  // the field is what the wire had; nobody looked
    good,     // verified, by the device or by us
    partial,  // the field holds the pseudo-header's sum; the device sums from `checksum_start` on departure
};

enum class SegmentationType : std::uint8_t { none, tcp4, tcp6, udp };

// Whom the frame was sent to, seen from the receiving interface (pkttype).
enum class PacketType : std::uint8_t { host, broadcast, multicast, other_host, loopback };

// An 802.1Q or 802.1ad tag that travels beside the frame.
struct VlanTag {
    std::uint16_t protocol = 0;  // 0x8100, 0x88a8; 0: no tag
    std::uint16_t control = 0;   // priority, drop eligible, id
};

// A connection as the packet path sees it: opaque but to `track`.
struct ConnRef {
    static constexpr std::uint32_t no_connection = 0xffffffff;
    std::uint32_t index = no_connection;
    std::uint8_t direction = 0;
    std::uint8_t info = 0;  // 0: not looked at
};

// A record in the bridge's side pool, for packets that crossed a bridge port; none without a bridge.
enum class BridgeSide : std::uint32_t { none = 0xffffffff };

// Laid out by cache lines: what every packet's way reads and writes fills the first two; what only some
// packets have stands in the third.
struct alignas(64) Packet {
    // Parsed once on arrival; edits keep it true.
    Flat flat;
    // The frame: `length` bytes from `data`, inside [buffer, buffer + capacity).
    std::uint8_t* data = nullptr;

    std::uint32_t length = 0;
    Mark mark;  // the engine's, as are `priority`, `connection`, `bridge`, `traced`, `changed`, `generated`
    ConnRef connection;
    // What the device says, with `time`, `cookie` and the third line.
    InterfaceId in = InterfaceId::none;
    PoolId pool = PoolId::none;
    PacketType type = PacketType::host;
    ChecksumState checksum = ChecksumState::unknown;
    SegmentationType segmentation = SegmentationType::none;
    std::uint8_t vlan_count = 0;
    bool traced = false;     // the debug table's mark: every later step tells what it does
    bool changed = false;    // some byte or mark differs from what came in
    bool generated = false;  // made by the router itself; provokes no further packet
    Time time;
    std::uint64_t cookie = 0;  // the device's own; the engine hands it back unread
    std::uint8_t* buffer = nullptr;
    std::uint32_t capacity = 0;
    BridgeSide bridge = BridgeSide::none;

    std::uint32_t priority = 0;
    std::uint32_t receive_hash = 0;
    std::uint32_t security_mark = 0;    // what a security module calls it; 0: nothing
    VlanTag vlan[2];                    // outermost first
    std::uint16_t checksum_start = 0;   // from `data`; partial only
    std::uint16_t checksum_offset = 0;  // of the field, from checksum_start
    std::uint16_t segment_size = 0;     // payload bytes of each segment
    // Of a UDP packet over IPv6 whose checksum connection tracking has looked at, what its header was then
    // (transport_sum::changing_header6); 0 of any other. The engine's.
    std::uint16_t summed_header = 0;

    Bytes bytes() const { return {data, length}; }
    MutableBytes bytes() { return {data, length}; }
    std::uint32_t headroom() const { return static_cast<std::uint32_t>(data - buffer); }
    std::uint32_t tailroom() const { return capacity - headroom() - length; }

    std::uint8_t* l3() { return data + flat.l3; }
    const std::uint8_t* l3() const { return data + flat.l3; }
    std::uint8_t* l4() { return data + flat.l4; }
    const std::uint8_t* l4() const { return data + flat.l4; }
    // The network packet's bytes, link padding excluded.
    Bytes network() const { return {l3(), flat.l3_length}; }
    // From the transport header to the network packet's end.
    Bytes transport() const { return {l4(), static_cast<std::size_t>(flat.l3 + flat.l3_length - flat.l4)}; }
};

static_assert(offsetof(Packet, length) == 64 && offsetof(Packet, priority) == 128 && sizeof(Packet) == 192);

constexpr std::uint32_t max_frame = 65'535;

}  // namespace gatehouse

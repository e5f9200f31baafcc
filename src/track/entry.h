// A connection in the table: 192 bytes in three cache lines, the first two of which are all that an IPv4
// packet of an established connection touches.
//
//   line 0   both tuples (of an IPv6 connection all but the addresses), zones, status, mark, expiry, counters
//   line 1   the protocol's state, the counters' other half
//   line 2   of an IPv6 connection the addresses; of an IPv4 one what packets don't need (Cold)
//
// A connection between the families (nat/embedding.h) is laid out as IPv6's, and its status says which
// direction's packets are IPv4: there an IPv4 address is the first word.
//
// Cold stands where the family leaves room: in line 2 of an IPv4 connection, in place of the IPv4 addresses
// of an IPv6 one. Labels, timestamps, sequence adjustment, helpers and whatever else few connections have are
// in side pools (track/side.h) and don't count here: the size is the same whatever is built. The engine's
// thread only.
#pragma once
#include <cstdint>

#include "packet/flat.h"
#include "track/proto/state.h"
#include "track/status.h"
#include "track/tick.h"
#include "track/tuple.h"

namespace gatehouse::track {

// A connection's place in the table: good while the connection lives.
enum class ConnIndex : std::uint32_t { none = 0x7fffffff };
constexpr std::uint32_t index(ConnIndex i) { return static_cast<std::uint32_t>(i); }

// Which way of which connection; `none` when there is no connection.
struct Way {
    ConnIndex connection = ConnIndex::none;
    Direction direction = Direction::original;

    explicit operator bool() const { return connection != ConnIndex::none; }
    friend constexpr bool operator==(Way, Way) = default;
};

enum class SideIndex : std::uint32_t { none = 0xffffffff };

// Without initial values, being a member of a union.
struct Cold {
    std::uint32_t next, previous;  // in the timer wheel's slot
    std::uint32_t armed;           // the Tick at which the wheel will look at it
    std::uint32_t reserved;
};

struct AddressPair4 {
    std::uint32_t source = 0, destination = 0;
};
struct AddressPair6 {
    Address source, destination;
};

struct alignas(64) Entry {
    // Line 0.
    union {
        AddressPair4 v4[2]{};  // by direction
        Cold cold6;
    };
    Ends ends[2]{};
    Zone zone[2]{};
    std::uint8_t protocol = 0;
    Family family = Family::ipv4;
    std::uint16_t generation = 0;  // counts the connections that had this place
    std::uint32_t status = 0;
    std::uint32_t mark = 0;
    Tick expiry{};
    SideIndex side = SideIndex::none;
    // By direction: bytes in the low 56 bits, above them the high 8 of the packets' 40.
    std::uint64_t counted[2]{};

    // Line 1.
    ProtocolState state{};
    std::uint32_t packets_low[2]{};

    // Line 2.
    union {
        AddressPair6 v6[2]{};
        Cold cold4;
    };

    Cold& cold() { return is_v4(family) ? cold4 : cold6; }
    const Cold& cold() const { return is_v4(family) ? cold4 : cold6; }
    Tuple tuple(Direction direction) const;
    // Of the entry's protocol. One of the other family makes it a connection between the families, which only
    // a tentative one can become.
    void set_tuple(Direction direction, const Tuple& tuple);
    bool between_families() const { return (status & status::between_families) != 0; }
    // Whether `tuple` in `zone` names this connection's `direction`.
    bool matches(Direction direction, const Tuple& tuple, Zone in) const {
        const unsigned d = index(direction);
        if (ends[d] != tuple.ends || zone[d] != in) return false;
        if (family != tuple.family || protocol != tuple.protocol) [[unlikely]]
            return between_families() && this->tuple(direction) == tuple;
        return goes(direction, tuple.source, tuple.destination);
    }
    // The same for a packet with ports, outside any zone.
    bool matches(Direction direction, const Flat& flat) const {
        const unsigned d = index(direction);
        if (family != flat.family || protocol != flat.protocol || zone[d] != Zone{} ||
            ends[d] != Ends{flat.sport, flat.dport})
            return false;
        return goes(direction, flat.source, flat.destination);
    }
    std::uint64_t packets(Direction d) const {
        return (counted[index(d)] >> 56 << 32) | packets_low[index(d)];
    }
    std::uint64_t bytes(Direction d) const { return counted[index(d)] & 0x00ff'ffff'ffff'ffff; }
    void count(Direction d, std::uint32_t length) {
        counted[index(d)] += length;
        if (++packets_low[index(d)] == 0) counted[index(d)] += std::uint64_t{1} << 56;
    }
    void set_counters(Direction d, std::uint64_t packets, std::uint64_t bytes) {
        counted[index(d)] = packets >> 32 << 56 | bytes;
        packets_low[index(d)] = static_cast<std::uint32_t>(packets);
    }
    bool has(std::uint32_t bits) const { return (status & bits) == bits; }
    bool confirmed() const { return has(status::confirmed); }

  private:
    // Whether this direction leads from one to the other, in the entry's family.
    bool goes(Direction direction, const Address& source, const Address& destination) const {
        const unsigned d = index(direction);
        if (is_v4(family))
            return v4[d].source == source.words[0] && v4[d].destination == destination.words[0];
        return v6[d].source == source && v6[d].destination == destination && !is_v4_way(direction);
    }
    static constexpr std::uint32_t v4_bit(Direction direction) {
        return direction == Direction::original ? status::original_is_v4 : status::reply_is_v4;
    }
    // Of an entry laid out as IPv6's: this direction is IPv4 all the same.
    bool is_v4_way(Direction direction) const { return has(v4_bit(direction)); }
    void widen();
};
static_assert(sizeof(Entry) == 192);

}  // namespace gatehouse::track

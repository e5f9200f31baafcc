// The senders' keys of PPTP's GRE.
//
// Of PPTP a packet names the receiver's call alone (RFC 2637, 4.1). By which number its sender calls the same
// call is known to whoever read the control connection: the helper, which notes it here, so that packets of
// both ways are told to one connection (Linux's keymap). Bounded; a key that finds no room isn't noted, and
// its packets have 0.
//
// The engine's thread only. Nothing allocates after construction.
#pragma once
#include <cstdint>
#include <vector>

#include "base/arena.h"
#include "track/tuple_hash.h"

namespace gatehouse::track {

class GreKeys {
  public:
    // A place, plus one, so that zeroed memory means none.
    using Place = std::uint32_t;

    GreKeys(std::uint32_t limit, std::uint64_t seed);

    // Notes that packets of this tuple, its source key aside, have that source key; 0: there is no room.
    Place add(const Tuple& tuple, Zone zone);
    void remove(Place place);
    // Whether what stands there is of this tuple, whatever its source key.
    bool is_of(Place place, const Tuple& tuple, Zone zone) const;

    // Of a packet that names its receiver's key: the sender's, as noted first; 0 if it isn't known.
    std::uint16_t source_of(const Tuple& packet, Zone zone) const;
    std::uint32_t count() const { return nodes_.used(); }

  private:
    static constexpr std::uint32_t none = 0xffffffff;
    struct Node {
        std::uint32_t next;  // in its bucket; the newest last
        Zone zone;
        Tuple tuple;
    };
    std::size_t bucket_of(const Tuple& tuple, Zone zone) const;

    TupleHash hash_;
    Arena<Node> nodes_;
    std::vector<std::uint32_t> buckets_;
};

}  // namespace gatehouse::track

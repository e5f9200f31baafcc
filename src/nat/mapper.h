// The choice of a mapping: what a connection's source or destination becomes, out of what a rule allows, so
// that no two connections have the same packets coming back.
//
// As Linux chooses (nf_nat_core.c), because users rely on it: a source that is mapped already keeps its
// mapping; else the port is kept if that is unique; else one of the same class is sought, ports below 512
// among 1 to 511, the other privileged ones among 600 to 1023, the rest from 1024 on. Linux gives up after
// 248 tries; here a free port of a pool is found if there is one, and where all of an address are in use the
// range's other addresses are tried (not with --persistent). Nothing is changed, but for TCP connections that
// are over and whose mapping is needed.
#pragma once
#include <cstdint>

#include "base/random.h"
#include "nat/endpoints.h"
#include "nat/manip.h"
#include "nat/pools.h"
#include "nat/range.h"
#include "nat/sources.h"

namespace gatehouse::nat {

struct Choice {
    track::Tuple tuple{};     // the original direction's packets, behind the translation
    bool free = true;         // nobody else's replies look like its
    std::uint32_t tried = 0;  // ports, or ids
    std::uint32_t size = 0;   // of the range that they are in
};

class Mapper {
  public:
    Mapper(track::Table& table, const Sources& sources, Pools& pools, Random& random)
        : table_(table), sources_(sources), pools_(pools), random_(random) {}

    // For a connection that isn't in the table yet, whose packets are `current` without this translation.
    Choice choose(const track::Entry& entry, const track::Tuple& current, Manip manip,
                  const Range& range) const;
    // The same for a source that has an endpoint-independent mapping, or is to get one that nobody else has.
    // `inside`: whose it is; `current` itself, but for packets that become ones of the other family.
    Choice choose_endpoint(const track::Entry& entry, const track::Tuple& inside, const track::Tuple& current,
                           const Range& range, const Endpoints& endpoints) const;

  private:
    struct Ports {
        std::uint32_t first = 0, size = 0;
    };
    static Ports ports_for(const track::Entry& entry, const track::Tuple& tuple, Manip manip,
                           const Range& range);
    track::Way holder(const track::Entry& entry, const track::Tuple& tuple) const;
    bool is_free(const track::Entry& entry, const track::Tuple& tuple) const { return !holder(entry, tuple); }
    bool make_free(const track::Entry& entry, const track::Tuple& tuple, std::uint32_t tries_left) const;
    bool known_source(const track::Entry& entry, const track::Tuple& current, const Range& range,
                      track::Tuple& found) const;
    void seek(const track::Entry& entry, Manip manip, const Range& range, Choice& choice) const;
    void seek_elsewhere(const track::Entry& entry, const Range& range, track::Ends ends,
                        Choice& choice) const;
    bool try_from(const track::Entry& entry, std::uint16_t& port, const Ports& ports, std::uint32_t offset,
                  std::uint32_t tries, Choice& choice) const;
    bool try_random(const track::Entry& entry, std::uint16_t& port, const Ports& ports, std::uint32_t offset,
                    Choice& choice) const;
    void seek_endpoint(const track::Entry& entry, const track::Tuple& current, const Ports& ports,
                       const Range& range, const Endpoints& endpoints, Choice& choice) const;
    bool try_mapped(const track::Entry& entry, std::uint16_t& port, const Ports& ports, PoolIndex pool,
                    Choice& choice) const;

    track::Table& table_;
    const Sources& sources_;
    Pools& pools_;
    Random& random_;
};

// The address out of the range: by a hash of the source and, unless the range is persistent, the destination.
// The hash is fixed, so that anybody can tell who gets which, and Linux (jhash2) gives the same.
Address choose_address(const track::Tuple& tuple, const Range& range, Manip manip, track::Zone zone);

}  // namespace gatehouse::nat

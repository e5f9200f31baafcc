// The next hops of a table, each kept once, with the chains that equal prefixes form.
//
// Readers may follow ids at any time: an alias never moves, and doesn't change while a table refers to it.
// One thread, the control thread, adds and releases.
#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "route/types.h"

namespace gatehouse::route {

// One route of a prefix; `next` is the id of the one to try after it, 0: none.
struct alignas(64) Alias {
    Nexthop nexthop;
    std::uint32_t next = 0;
    bool common = false;  // the pool's: a plain() unicast route that says nothing of an MTU

    // Good for every packet, without a look at anything else.
    bool plain() const { return (next | nexthop.tos) == 0; }
};
static_assert(sizeof(Alias) == 64);

class AliasPool {
  public:
    // The id must be one that intern() gave and that is still referred to. None is 0, or has the highest bit.
    const Alias& operator[](std::uint32_t id) const { return chunks_[id >> place_bits][id & place_mask]; }

    // The id of this alias, with one reference for the caller. A reference to `next` passes over to the pool.
    std::uint32_t intern(const Nexthop& nexthop, std::uint32_t next);
    void reference(std::uint32_t id) { ++references_[number_of(id)]; }
    void release(std::uint32_t id);

    std::size_t bytes() const;

  private:
    // An id is a chunk and a place in it, so that packets find an alias without arithmetic; a number is the
    // how manyeth it is. Chunk 0 has room for eight aliases, each later one for twice as many.
    static constexpr unsigned first_chunk = 8, place_bits = 26;
    static constexpr std::uint32_t place_mask = (1u << place_bits) - 1;
    static std::uint32_t first_of(unsigned k) { return first_chunk * ((1u << k) - 1); }
    static std::uint32_t number_of(std::uint32_t id) {
        return first_of(id >> place_bits) + (id & place_mask);
    }
    static std::uint32_t id_of(std::uint32_t number) {
        const unsigned k = static_cast<unsigned>(std::bit_width(number / first_chunk + 1)) - 1;
        return k << place_bits | (number - first_of(k));
    }
    static std::uint64_t hash(const Nexthop& nexthop, std::uint32_t next);
    Alias& at(std::uint32_t id) { return const_cast<Alias&>(std::as_const(*this)[id]); }

    std::array<std::unique_ptr<Alias[]>, 24> chunks_{};
    std::vector<std::uint32_t> references_{0};  // by number; 0 isn't used
    std::vector<std::uint32_t> free_;
    std::unordered_multimap<std::uint64_t, std::uint32_t> ids_;  // by hash
};

}  // namespace gatehouse::route

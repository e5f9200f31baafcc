// From a source to the connections that translate it: a source that is mapped already keeps its mapping for
// other destinations.
//
// Chains of connections by the hash of {address, port or id, protocol, zone} before translation, the newest
// first. The links stand in a side pool of the table (track::Mapping); here are the heads alone. The engine's
// thread only; nothing allocates after construction.
#pragma once
#include <cstdint>

#include "base/reservation.h"
#include "track/table.h"

namespace gatehouse::nat {

class Sources {
  public:
    // Throws std::bad_alloc when the address space can't be reserved.
    explicit Sources(track::Table& table);

    void add(track::ConnIndex connection);
    void remove(track::ConnIndex connection);

    // Calls visit(const Entry&) for connections whose packets come from tuple.source, port and all, in the
    // zone, the newest first, until it says true.
    template <class Visit>
    void visit(const track::Tuple& tuple, track::Zone zone, Visit&& visit) const;

  private:
    std::uint32_t& head(const track::Tuple& tuple, track::Zone zone) const;
    std::uint32_t& head_of(const track::Entry& entry) const;
    const track::Entry& entry(std::uint32_t link) const {
        return table_[static_cast<track::ConnIndex>(link - 1)];
    }

    track::Table& table_;
    Reservation memory_;
    std::uint32_t mask_;
};

template <class Visit>
void Sources::visit(const track::Tuple& tuple, track::Zone zone, Visit&& visit) const {
    constexpr unsigned most = 256;  // of a chain that is looked at
    std::uint32_t at = head(tuple, zone);
    for (unsigned n = 0; at != 0 && n < most; ++n) {
        const track::Entry& e = entry(at);
        const track::Tuple own = e.tuple(track::Direction::original);
        if (own.source == tuple.source && own.ends.source == tuple.ends.source &&
            own.protocol == tuple.protocol && own.family == tuple.family && e.zone[0] == zone && visit(e))
            return;
        at = table_.side().find<track::Mapping>(e)->next;
    }
}

}  // namespace gatehouse::nat

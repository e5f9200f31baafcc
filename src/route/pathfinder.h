// Looks up the destinations of many packets side by side, ahead of the packets' lives, and remembers what it
// has found. One engine's: it belongs to a Router for the time being.
#pragma once
#include <array>
#include <optional>
#include <span>

#include "packet/packet.h"
#include "route/descent.h"
#include "route/destination_cache.h"

namespace gatehouse::route {

class Router;
class Neighbours;

class Pathfinder {
  public:
    // From now on in this router's tables; between batches.
    void use(const Router& router);

    // Begins to look up the packet's destination; Descent::step() and finish() go on.
    [[gnu::always_inline]] void begin(const Flat& flat, Descent& descent) const {
        if (!flat.network) [[unlikely]]
            return descent.end();
        descent.begin(where_[!is_v4(flat.family)], flat.family, flat.destination);
    }
    // The search for the packet's destination at once, from beginning to end.
    void find(const Flat& flat, Descent& descent) const {
        begin(flat, descent);
        Descent::finish({&descent, 1});
    }
    // Of searches that have ended: asks for the neighbours that these lead to.
    void ask_for_neighbours(std::span<const Descent> descents) const;

  private:
    std::array<std::optional<DestinationCache>, 2> caches_;  // IPv4, IPv6
    std::array<Descent::Where, 2> where_;
    const Neighbours* neighbours_ = nullptr;
};

}  // namespace gatehouse::route

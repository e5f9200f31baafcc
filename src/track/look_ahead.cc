// What packets will need of the table, asked for side by side.
#include "base/prefetch.h"
#include "track/tracking.h"
#include "track/tuple_of.h"
#include "wire/protocol.h"

namespace gatehouse::track {

void Tracking::look_ahead(std::span<Packet* const> packets, std::span<Ahead> ahead) const {
    for (std::size_t i = 0; i < packets.size(); ++i) {
        const Packet& packet = *packets[i];
        ahead[i].known = false;
        if (!packet.flat.network || packet.connection.info != 0) continue;
        const TupleOf of = tuple_of(packet);
        if (of.finding) continue;
        ahead[i].place = table_.ask(table_.hash(of.tuple, {}));
        ahead[i].known = true;
        // A TCP header's options often lie in the frame's second line.
        if (packet.flat.protocol == wire::protocol::tcp) prefetch(packet.l4() + 20);
    }
}

void Tracking::ask_for_entries(std::span<Packet* const> packets, std::span<Ahead> ahead) const {
    for (std::size_t i = 0; i < packets.size(); ++i) {
        Ahead& a = ahead[i];
        a.likely = a.known ? table_.prefetch_entries(a.place, packets[i]->flat.family) : Way{};
        if (a.likely || !a.known) continue;
        // It will open a connection, and look for those that have the reply's tuple.
        if (const auto back = inverse(tuple_of(*packets[i]).tuple)) table_.prefetch(table_.hash(*back, {}));
    }
}

}  // namespace gatehouse::track

#include "nat/rewrite.h"

#include "nat/icmp_query.h"
#include "packet/edit.h"
#include "wire/protocol.h"

namespace gatehouse::nat {

namespace {

namespace protocol = wire::protocol;

// PPTP's GRE names the receiver's call (RFC 2637, 4.1). It has no checksum.
void set_call(Packet& packet, std::uint16_t call) {
    constexpr std::size_t header = 8, call_at = 6;
    if (packet.transport().size() < header || (packet.l4()[1] & 7) != 1) return;
    if (load_be16(packet.l4() + call_at) == call) return;
    store_be16(packet.l4() + call_at, call);
    packet.changed = true;
}

}  // namespace

End end_of(const track::Tuple& back, Manip manip) {
    const bool source = manip == Manip::source;
    const bool id = protocol::is_icmp(back.protocol);
    return {.address = source ? back.destination : back.source,
            .port = source && !id ? back.ends.destination : back.ends.source};
}

void rewrite(Packet& packet, Manip manip, const End& to) {
    const bool source = manip == Manip::source;
    source ? edit::set_source(packet, to.address) : edit::set_destination(packet, to.address);
    constexpr std::uint16_t id_at = 4;
    switch (packet.flat.protocol) {
        case protocol::icmp:
        case protocol::icmpv6:
            if (has_id(packet.flat.sport, packet.flat.protocol))
                edit::set_transport16(packet, id_at, to.port);
            break;
        case protocol::gre:
            if (!source) set_call(packet, to.port);
            break;
        default:
            source ? edit::set_source_port(packet, to.port) : edit::set_destination_port(packet, to.port);
    }
}

}  // namespace gatehouse::nat

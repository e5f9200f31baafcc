#include "track/trackers.h"

#include "track/proto/generic.h"
#include "track/proto/icmp.h"
#include "track/proto/sctp.h"
#include "track/proto/tcp.h"
#include "track/proto/tcp_phase.h"
#include "track/proto/udp.h"
#include "wire/protocol.h"

namespace gatehouse::track {

namespace protocol = wire::protocol;

Finding unfit(const Packet& packet, bool verify_checksum) {
    switch (packet.flat.protocol) {
        case protocol::tcp: return tcp::unfit(packet, verify_checksum);
        case protocol::udp: return udp::unfit(packet, verify_checksum);
        case protocol::udplite: return udp::unfit_lite(packet, verify_checksum);
        case protocol::icmp:
        case protocol::icmpv6: return icmp::unfit(packet, verify_checksum);
        case protocol::sctp: return sctp::unfit(packet, verify_checksum);
        default: return {};
    }
}

Judgement judge(Entry& entry, const Question& question, const Settings& settings) {
    switch (entry.protocol) {
        case protocol::tcp:
            return tcp::update(entry.state.tcp, tcp::read_segment(question.packet),
                               {.direction = question.direction,
                                .opens = question.opens,
                                .status = question.status,
                                .remaining = question.remaining,
                                .timeouts = question.timeouts},
                               settings.tcp);
        case protocol::udp: return udp::update(entry.state.udp, question);
        case protocol::udplite: return udp::update_lite(question);
        case protocol::icmp:
        case protocol::icmpv6: return icmp::update(question);
        case protocol::sctp: return sctp::update(entry.state.sctp, question);
        case protocol::gre: return generic::update_gre(question);
        default: return generic::update(question);
    }
}

std::string_view state_name(const Entry& entry) {
    if (entry.protocol == protocol::tcp) return tcp::name(entry.state.tcp.phase);
    if (entry.protocol == protocol::sctp) return sctp::name(entry.state.sctp.phase);
    return {};
}

}  // namespace gatehouse::track

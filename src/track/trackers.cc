#include "track/trackers.h"

#include "track/proto/generic.h"
#include "track/proto/icmp.h"
#include "track/proto/sctp.h"
#include "track/proto/tcp.h"
#include "track/proto/tcp_phase.h"
#include "track/proto/udp.h"
#include "track/sequence_shift.h"
#include "wire/protocol.h"

namespace gatehouse::track {

namespace protocol = wire::protocol;

Finding other_trackers::unfit(const Packet& packet, bool verify_checksum) {
    switch (packet.flat.protocol) {
        case protocol::tcp: return tcp::unfit(packet, verify_checksum);
        case protocol::udplite: return udp::unfit_lite(packet, verify_checksum);
        case protocol::icmp:
        case protocol::icmpv6: return icmp::unfit(packet, verify_checksum);
        case protocol::sctp: return sctp::unfit(packet, verify_checksum);
        default: return {};
    }
}

namespace {

Judgement judge_tcp(Entry& entry, const Question& question, const tcp::Settings& settings, SidePools& side) {
    TcpState& state = entry.state.tcp;
    const tcp::Segment segment = tcp::read_segment(question.packet);
    tcp::Circumstances with{.direction = question.direction,
                            .opens = question.opens,
                            .status = question.status,
                            .remaining = question.remaining,
                            .timeouts = question.timeouts};
    if (entry.side != SideIndex::none) [[unlikely]] {
        // Windows are counted in the numbers of who sends the data.
        if (const auto shifts = sequence_shift::shifts_of(side, entry, index(opposite(question.direction))))
            with.ack_offset = shifts->of_seen(segment.ack);
        with.synproxy = side.find<SynproxyState>(entry) != nullptr;
    }
    const auto update = [&](tcp::Pickup* pickup) {
        return tcp::update(state, segment, with, settings, pickup);
    };
    if (question.opens) [[unlikely]] {
        // Few connections begin in mid-stream. One that finds no room for its record does as Linux does.
        tcp::Pickup fresh;
        const Judgement judgement = update(&fresh);
        if (state.inferred) {
            tcp::Pickup* const kept = side.add<tcp::Pickup>(entry);
            if (kept == nullptr) return update(nullptr);
            *kept = fresh;
        }
        return judgement;
    }
    if (!state.inferred) [[likely]]
        return update(nullptr);
    const Judgement judgement = update(side.find<tcp::Pickup>(entry));
    if (!state.inferred) side.remove<tcp::Pickup>(entry);
    return judgement;
}

}  // namespace

Judgement other_trackers::judge(Entry& entry, const Question& question, const Settings& settings,
                                SidePools& side) {
    switch (entry.protocol) {
        case protocol::tcp: return judge_tcp(entry, question, settings.tcp, side);
        case protocol::udplite: return udp::update_lite(question);
        case protocol::icmp:
        case protocol::icmpv6: return icmp::update(question);
        case protocol::sctp: return sctp::update(entry.state.sctp, question);
        case protocol::gre: return generic::update_gre(question);
        default: return generic::update(question);
    }
}

Timeout timeout_now(const Entry& entry) {
    switch (entry.protocol) {
        case protocol::tcp: return tcp::timeout_of(entry.state.tcp.phase);
        case protocol::udp: return Timeout::udp;
        case protocol::icmp: return Timeout::icmp;
        case protocol::icmpv6: return Timeout::icmpv6;
        default: return Timeout::generic;
    }
}

std::string_view state_name(const Entry& entry) {
    if (entry.protocol == protocol::tcp) return tcp::name(entry.state.tcp.phase);
    if (entry.protocol == protocol::sctp) return sctp::name(entry.state.sctp.phase);
    return {};
}

}  // namespace gatehouse::track

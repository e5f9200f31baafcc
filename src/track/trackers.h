// From a packet's protocol to the tracker that knows it.
#pragma once
#include "track/entry.h"
#include "track/proto/udp.h"
#include "track/settings.h"
#include "track/side.h"
#include "track/tracker.h"
#include "wire/protocol.h"

namespace gatehouse::track {

// Why the packet isn't fit to be tracked under its protocol: cut short, lengths that lie, a wrong checksum.
inline Finding unfit(const Packet& packet, bool verify_checksum);

// What its tracker makes of the packet; the entry's protocol state goes on, and with it what the tracker
// keeps of it in side pools.
inline Judgement judge(Entry& entry, const Question& question, const Settings& settings, SidePools& side);

// Of a TCP, UDP or ICMP connection, which timeout its state has; of another, that of protocols without a
// tracker.
Timeout timeout_now(const Entry& entry);

// The protocol's state as conntrack prints it ("ESTABLISHED"); empty where there is none.
std::string_view state_name(const Entry& entry);

// Of the other protocols; UDP, whose trackers are a few instructions, is asked without a call.
namespace other_trackers {
Finding unfit(const Packet& packet, bool verify_checksum);
Judgement judge(Entry& entry, const Question& question, const Settings& settings, SidePools& side);
}  // namespace other_trackers

inline Finding unfit(const Packet& packet, bool verify_checksum) {
    if (packet.flat.protocol == wire::protocol::udp) return udp::unfit(packet, verify_checksum);
    return other_trackers::unfit(packet, verify_checksum);
}

inline Judgement judge(Entry& entry, const Question& question, const Settings& settings, SidePools& side) {
    if (entry.protocol == wire::protocol::udp) return udp::update(entry.state.udp, question);
    return other_trackers::judge(entry, question, settings, side);
}

}  // namespace gatehouse::track

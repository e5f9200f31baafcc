// From a packet's protocol to the tracker that knows it.
#pragma once
#include "track/entry.h"
#include "track/settings.h"
#include "track/side.h"
#include "track/tracker.h"

namespace gatehouse::track {

// Why the packet isn't fit to be tracked under its protocol: cut short, lengths that lie, a wrong checksum.
Finding unfit(const Packet& packet, bool verify_checksum);

// What its tracker makes of the packet; the entry's protocol state goes on, and with it what the tracker
// keeps of it in side pools.
Judgement judge(Entry& entry, const Question& question, const Settings& settings, SidePools& side);

// Of a TCP, UDP or ICMP connection, which timeout its state has; of another, that of protocols without a
// tracker.
Timeout timeout_now(const Entry& entry);

// The protocol's state as conntrack prints it ("ESTABLISHED"); empty where there is none.
std::string_view state_name(const Entry& entry);

}  // namespace gatehouse::track

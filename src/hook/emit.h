// Packets that the router makes itself: REJECT's answers, ICMP errors, copies.
//
// Bounded. The engine drains the queue after the packet at hand, through LOCAL_OUT and onwards. An answer
// that a rule rejects there may provoke an ICMP error, which provokes nothing: it ends there.
#pragma once
#include "hook/ip_options.h"
#include "packet/packet.h"

namespace gatehouse {

// The TTL or hop limit of a packet that is made here: the engine puts the router's own in its place
// (net.ipv4.ip_default_ttl) when it sends it.
inline constexpr std::uint8_t default_ttl = 0;

// What there is to know of how a packet of the router's is sent.
struct Sending {
    // Routed as if no other interface were there.
    InterfaceId over = InterfaceId::none;
    IpOptions options{};  // of an IPv4 packet
    // A copy of somebody's packet (TEE): it sets out as it is, towards the station with this address.
    bool copy = false;
    Address towards{};
};

class Emitter {
  public:
    virtual ~Emitter() = default;
    // A fresh packet with `length` bytes of frame, zeroed, room for an Ethernet header before them, no flat
    // view; or nullptr when no buffer is left or the queue is full (counted).
    virtual Packet* make(std::uint32_t length) = 0;
    // A copy of the packet's network packet and of what is known of it, but for its connection; nullptr as
    // make() has it, or if `packet` is such a copy itself.
    virtual Packet* copy(const Packet& packet) = 0;
    // Queues a packet that make() or copy() gave. Its data is a network packet (no link header); `because` is
    // the packet that provoked it: the trace mark is inherited.
    virtual void emit(Packet* packet, const Packet& because, const Sending& how) = 0;
    void emit(Packet* packet, const Packet& because) { emit(packet, because, {}); }
    // The same for what tells of trouble with `because` (an ICMP error, REJECT's reset): it belongs to that
    // packet's connection, if it has one.
    virtual void emit_about(Packet* packet, const Packet& because, const Sending& how) = 0;
    void emit_about(Packet* packet, const Packet& because) { emit_about(packet, because, {}); }
    // The same for an answer of Neighbour Discovery: should the link not know the next hop, it goes back to
    // the station and by the interface that `because` came from.
    virtual void emit_back(Packet* packet, const Packet& because) = 0;
    // Queues a whole frame, past every hook: out by the interface that `because` came in by (ARP).
    virtual void emit_frame(Packet* packet, const Packet& because) = 0;
};

}  // namespace gatehouse

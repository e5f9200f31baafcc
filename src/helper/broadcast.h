// Questions to everybody on a network: whoever answers does so from an address of its own, which no
// connection tracking would tell to the question.
#pragma once
#include <optional>

#include "helper/subject.h"

namespace gatehouse::helper {

// Of a group, which many may hear.
constexpr bool is_multicast(const Address& address, Family family) {
    constexpr std::uint32_t group4 = 0xe, group6 = 0xff;
    return is_v4(family) ? address.words[0] >> 28 == group4 : address.words[0] >> 24 == group6;
}

// Addresses that agree with `address` in the bits of `mask`; by default all.
struct Network {
    Address address{}, mask{};
};

// The network that the packet at hand asks, if it is this host's own and goes to the broadcast address of a
// network of the interface that it leaves by (as Linux has it). IPv4 only: IPv6 has no broadcast.
std::optional<Network> asked_network(const Subject& subject);

// The network on which the interface has its address by which the packet at hand leaves; all addresses if it
// has none.
Network link_network(const Subject& subject);

// Expects answers to the datagram at hand, from a network and from `port` (0: any), where it was sent from;
// for so many seconds, as many as come.
struct Answers {
    Network from{};
    std::uint16_t port = 0;
    std::uint16_t seconds = 0;
    std::uint16_t helper = 0;  // that reads them, as expectations have it
};
void expect_answers(const Subject& subject, const Answers& answers, Findings& findings);

}  // namespace gatehouse::helper

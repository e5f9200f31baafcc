// What REJECT sends back: shared by its IPv4 and its IPv6 form. Any thread, its own context.
#pragma once
#include <cstdint>

#include "hook/context.h"
#include "rules/declaration.h"

namespace gatehouse::rules {

// The checksum test that Linux makes before it answers (nf_reject_verify_csum, nf_ip_checksum): everything
// past the network header is summed, as one Internet checksum, whatever the protocol, but for those that have
// none or another. So packets of unknown protocols and first fragments are mostly not answered.
bool fit_to_answer(const Packet& packet);

// Queues a TCP reset for the context's packet (RFC 9293, 3.10.7.1), unless that is a reset itself, has a bad
// checksum, isn't TCP's first fragment or wasn't sent from one host to one host.
void send_reset(Context& context);

// Queues an ICMP or ICMPv6 destination unreachable, if fit_to_answer() and RFC 1122 and RFC 4443 allow.
void send_unreachable(Context& context, std::uint8_t code);

// What follows for the packet: it is dropped as rejected.
Outcome rejected(Context& context);

// `--reject-with`'s checks: a reset answers TCP alone.
Result<void> check_reset(const Facts& facts);

// One of the names; a beginning of one is taken for the first it fits, in any case, as iptables has it.
struct RejectType : value::OneOf {
    Result<type> read(Words words, Family family) const;
};

}  // namespace gatehouse::rules

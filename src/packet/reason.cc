#include "packet/reason.h"

#include <fmt/format.h>

#include "packet/tcp_names.h"

namespace gatehouse {

namespace {

struct Row {
    Reason reason;
    std::string_view name;
    std::string_view words;  // {0} to {2} are the numbers
    // The numbers are those of a segment's kind, its direction and its connection's phase: written as names.
    bool of_tcp = false;
};

constexpr Row rows[] = {
    {Reason::none, "none", "no reason"},
    {Reason::frame_too_short, "frame-too-short", "the frame has {0} bytes where {1} are needed"},
    {Reason::not_for_us, "not-for-us", "the frame is for another station"},
    {Reason::unknown_ethertype, "unknown-ethertype", "nothing here handles ethertype {0:#06x}"},
    {Reason::vlan_without_device, "vlan-without-device", "no interface takes VLAN {0}"},
    {Reason::bad_llc, "bad-llc", "an 802.3 frame of {0} bytes carries no network protocol"},
    {Reason::arp_malformed, "arp-malformed", "the ARP packet is malformed"},
    {Reason::ip_header_truncated, "ip-header-truncated", "the IP header has {0} bytes where {1} are needed"},
    {Reason::ip_bad_version, "ip-bad-version", "the IP version is {0}"},
    {Reason::ip_bad_header_length, "ip-bad-header-length", "the IP header claims {0} bytes"},
    {Reason::ip_bad_checksum, "ip-bad-checksum",
     "the IP header checksum is {0:#06x}, {1:#06x} would be right"},
    {Reason::ip_bad_total_length, "ip-bad-total-length", "the IP packet claims {0} bytes, {1} are there"},
    {Reason::ip_bad_options, "ip-bad-options", "the IP option at byte {0} is malformed"},
    {Reason::ip6_header_truncated, "ip6-header-truncated",
     "the IPv6 header has {0} bytes where {1} are needed"},
    {Reason::ip6_bad_extension, "ip6-bad-extension",
     "the IPv6 extension header {0} at byte {1} is malformed"},
    {Reason::ip6_bad_hop_option, "ip6-bad-hop-option",
     "the hop-by-hop option {0:#04x} at byte {1} forbids going on"},
    {Reason::ip6_bad_destination_option, "ip6-bad-destination-option",
     "the destination option {0:#04x} at byte {1} forbids taking the packet"},
    {Reason::ip6_jumbo_unsupported, "ip6-jumbo-unsupported", "jumbograms are not taken"},
    {Reason::l4_truncated, "l4-truncated", "the header of protocol {0} has {1} bytes where {2} are needed"},
    {Reason::l4_bad_checksum, "l4-bad-checksum", "the checksum of protocol {0} is wrong"},
    {Reason::tcp_bad_options, "tcp-bad-options", "the TCP option at byte {0} is malformed"},
    {Reason::fragment_absorbed, "fragment-absorbed", "it is one of {0} fragments that were put together"},
    {Reason::fragment_duplicate, "fragment-duplicate", "bytes {0} to {1} of its datagram had come before"},
    {Reason::fragment_overlap, "fragment-overlap", "the fragment of bytes {0} to {1} overlaps another"},
    {Reason::fragment_conflicting_end, "fragment-conflicting-end",
     "a fragment ends at byte {0}, where the datagram's end is known to be at {1}"},
    {Reason::fragment_empty, "fragment-empty", "the fragment at byte {0} holds nothing"},
    {Reason::fragment_unaligned, "fragment-unaligned",
     "the fragment of bytes {0} to {1} isn't the last, yet doesn't end at a multiple of eight"},
    {Reason::fragment_beyond_end, "fragment-beyond-end",
     "the fragment ends at byte {0}, past the longest packet that there is"},
    {Reason::fragment_headers_cut, "fragment-headers-cut",
     "the first fragment's {0} bytes don't hold all of its headers"},
    {Reason::fragment_nested, "fragment-nested",
     "what was put together has another fragment header, at byte {0}"},
    {Reason::fragment_mixed_ecn, "fragment-mixed-ecn", "its fragments disagree about ECN (seen: {0:#x})"},
    {Reason::fragment_too_far, "fragment-too-far",
     "its source had sent {0} other fragments since, where {1} are allowed"},
    {Reason::fragment_timeout, "fragment-timeout",
     "the rest of its datagram didn't come within {0} ms ({1} bytes had)"},
    {Reason::fragment_memory, "fragment-memory",
     "waiting fragments take {0} bytes of memory, of {1} that they may"},
    {Reason::fragment_limit, "fragment-limit", "{0} fragments of {1} datagrams wait already"},
    {Reason::datagram_too_long, "datagram-too-long",
     "the {0} bytes of its datagram are too many for a packet"},
    {Reason::martian_source, "martian-source", "its source address can't be a sender's"},
    {Reason::martian_destination, "martian-destination",
     "its destination address can't be reached over a wire"},
    {Reason::reverse_path, "reverse-path", "the way back to its source doesn't lead over this interface"},
    {Reason::no_route, "no-route", "no route leads to its destination"},
    {Reason::route_blackhole, "route-blackhole", "its route is a blackhole"},
    {Reason::route_prohibit, "route-prohibit", "its route prohibits it"},
    {Reason::route_unreachable, "route-unreachable", "its route says unreachable"},
    {Reason::forwarding_disabled, "forwarding-disabled", "forwarding is off"},
    {Reason::ttl_exceeded, "ttl-exceeded", "its TTL of {0} ran out here"},
    {Reason::packet_too_big, "packet-too-big",
     "its {0} bytes don't fit the MTU of {1}, and it may not be fragmented"},
    {Reason::no_neighbour, "no-neighbour", "the next hop's MAC address isn't known"},
    {Reason::interface_down, "interface-down", "the interface is down"},
    {Reason::not_forwarded_scope, "not-forwarded-scope", "packets of its scope are never forwarded"},
    {Reason::strict_source_route, "strict-source-route", "its source route can't be followed"},
    {Reason::no_local_listener, "no-local-listener", "nothing here listens for it"},
    {Reason::local_consumed, "local-consumed", "the router's own stack took it"},
    {Reason::ignored_by_stack, "ignored-by-stack", "the router's own stack has no use for it"},
    {Reason::rate_limited, "rate-limited", "the answer was held back by the rate limit"},
    {Reason::loopback_on_wire, "loopback-on-wire", "a loopback address came over a wire"},
    {Reason::bad_source_scope, "bad-source-scope", "its source address may not leave its link"},
    {Reason::rule_drop, "rule-drop", "a rule dropped it"},
    {Reason::policy_drop, "policy-drop", "no rule took it, and the chain's policy is DROP"},
    {Reason::rejected, "rejected", "a rule rejected it"},
    {Reason::hotdrop, "hotdrop", "a match found it malformed and dropped it outright"},
    {Reason::queue_without_reader, "queue-without-reader", "nobody reads queue {0}"},
    {Reason::chain_too_deep, "chain-too-deep", "chains jump deeper than {0}"},
    {Reason::track_fragment, "track-fragment", "a fragment at byte {0} can't be told to a connection"},
    {Reason::track_no_transport, "track-no-transport", "no transport header can be found, only protocol {0}"},
    {Reason::track_bad_length, "track-bad-length", "protocol {0} claims {1} bytes where {2} are"},
    {Reason::track_icmp_type, "track-icmp-type", "there is no ICMP type {0}"},
    {Reason::track_icmp_unasked, "track-icmp-unasked", "an ICMP message of type {0} that nobody asked for"},
    {Reason::track_icmp_no_quote, "track-icmp-no-quote",
     "an ICMP error of type {0} quotes a packet that can't be read"},
    {Reason::track_icmp_no_match, "track-icmp-no-match",
     "an ICMP error of type {0} quotes a packet of no connection known here"},
    {Reason::track_icmp_stray, "track-icmp-stray",
     "an ICMP error of type {0} isn't sent to the sender of the packet that it quotes"},
    {Reason::track_sctp_chunks, "track-sctp-chunks", "its SCTP chunks can't stand together"},
    {Reason::track_sctp_opening, "track-sctp-opening", "no SCTP association begins like this"},
    {Reason::track_sctp_tag, "track-sctp-tag",
     "its SCTP verification tag {1:#010x} doesn't fit (chunk {0}, {2:#010x} is known)"},
    {Reason::tcp_bad_flags, "tcp-bad-flags", "its TCP flags {0:#04x} can't stand together"},
    {Reason::tcp_no_beginning, "tcp-no-beginning", "no TCP connection begins with {0}", true},
    {Reason::tcp_no_pickup, "tcp-no-pickup",
     "its TCP connection wasn't seen to begin, and tcp_loose is off (seq {0}, ack {1})"},
    {Reason::tcp_out_of_place, "tcp-out-of-place", "{0} in the {1} direction can't come in {2}", true},
    {Reason::tcp_passed_by, "tcp-passed-by",
     "{0} in the {1} direction in {2} may be good or not: its answer will show", true},
    {Reason::tcp_reopened, "tcp-reopened", "it opens a connection in the place of one that is over"},
    {Reason::tcp_challenge_ack, "tcp-challenge-ack",
     "its ACK {1} challenges a SYN, and acknowledges no FIN (RFC 5961)"},
    {Reason::tcp_synproxy_keepalive, "tcp-synproxy-keepalive",
     "a keepalive at {0} while the handshake with the server is under way"},
    {Reason::tcp_bad_rst, "tcp-bad-rst",
     "the RST at {0} lies before {1}, which its receiver has acknowledged already"},
    {Reason::tcp_inexact_rst, "tcp-inexact-rst",
     "the RST isn't at {1}, where its receiver expects it, but at {0}"},
    {Reason::tcp_seq_over_upper, "tcp-seq-over-upper",
     "its sequence number {0} isn't below {1}, where the receiver's window ends (bound I)"},
    {Reason::tcp_overshoot, "tcp-overshoot",
     "it goes {0} bytes beyond the receiver's window, which was {1} at its largest (bound I)"},
    {Reason::tcp_seq_under_lower, "tcp-seq-under-lower",
     "it ends at {0}, not above {1}: the receiver has had all of it long ago (bound II)"},
    {Reason::tcp_ack_over_upper, "tcp-ack-over-upper",
     "it acknowledges up to {0}, which isn't below {1}: data that wasn't seen here (bound III)"},
    {Reason::tcp_ack_under_lower, "tcp-ack-under-lower",
     "it acknowledges up to {0}, not above {1}: it comes too late (bound IV)"},
    {Reason::synproxy_answered, "synproxy-answered", "SYNPROXY answered it in its stead"},
    {Reason::synproxy_no_cookie, "synproxy-no-cookie", "it doesn't answer any SYN/ACK that SYNPROXY sent"},
    {Reason::synproxy_unreadable, "synproxy-unreadable",
     "SYNPROXY can't read the segment, or its checksum is wrong"},
    {Reason::table_full, "table-full",
     "{0} connections fill the table, and none of the {1} looked at could be given up"},
    {Reason::insert_failed, "insert-failed", "another connection has its addresses and ports"},
    {Reason::nat_exhausted, "nat-exhausted",
     "its mapping pool has run out: {0} ports were tried, of {1} that there are"},
    {Reason::nat_no_room, "nat-no-room", "{0} connections are translated already, of as many that may"},
    {Reason::nat_no_address, "nat-no-address", "the interface has no address for it"},
    {Reason::nat_interface_changed, "nat-interface-changed",
     "its connection was masqueraded for another interface than the one it would leave by"},
    {Reason::nat_redirect, "nat-redirect", "an ICMP redirect means nothing where addresses are translated"},
    {Reason::nat_bad_quote, "nat-bad-quote",
     "the {0} bytes that an ICMP error quotes are too few to be translated"},
    {Reason::nat_no_expected_port, "nat-no-expected-port",
     "no port is free in place of {0}, where it announces a connection"},
    {Reason::nat_mention_unwritable, "nat-mention-unwritable",
     "one of the {0} addresses, ports and lengths that it mentions can't be written anew"},
    {Reason::nat_mention_split, "nat-mention-split",
     "an address that it mentions began {0} bytes before it, in a segment that is gone"},
    {Reason::npt_no_counterpart, "npt-no-counterpart",
     "no word of its address can keep the checksum under the other prefix"},
    {Reason::nat_stale, "nat-stale",
     "the rules translate its connection otherwise by now, which has ended it"},
    {Reason::nat_invalid, "nat-invalid",
     "it doesn't belong to its translated connection, and nat.drop_invalid is on"},
    {Reason::nat64_protocol, "nat64-protocol",
     "protocol {0} isn't translated between IPv6 and IPv4: TCP, UDP and echoes are"},
    {Reason::nat64_address, "nat64-address", "the IPv4 address in its destination may not be used so"},
    {Reason::nat64_no_mapping, "nat64-no-mapping",
     "nobody has port {0} of the translator's own address that it is for"},
    {Reason::nat64_no_session, "nat64-no-session", "a TCP session with IPv4 begins with a SYN"},
    {Reason::nat64_source_route, "nat64-source-route",
     "the route at byte {0} that its sender chose can't be followed in the other family"},
    {Reason::nat64_icmp, "nat64-icmp", "the other family has no message for ICMP type {0} code {1}"},
    {Reason::nat64_invalid, "nat64-invalid", "it doesn't belong to its connection between IPv6 and IPv4"},
    {Reason::helper_partial, "helper-partial",
     "its {0} bytes hold a part of a command that its helper must read whole"},
    {Reason::helper_malformed, "helper-malformed", "its helper can't read it at byte {0}"},
    {Reason::expectation_refused, "expectation-refused",
     "the connection to port {0} that it announces can't be expected"},
    {Reason::mentions_lost, "mentions-lost", "it mentions more addresses than the {0} that can be rewritten"},
    {Reason::suspended_full, "suspended-full", "{0} packets wait already, of {1} that may"},
    {Reason::suspended_expired, "suspended-expired", "nobody decided on it within {0} ms"},
    {Reason::suspended_dropped, "suspended-dropped", "whoever held it said drop"},
    {Reason::suspended_discarded, "suspended-discarded",
     "it waited while the engine gave up waiting packets"},
    {Reason::emit_full, "emit-full", "{0} generated packets wait already"},
    {Reason::no_buffer, "no-buffer", "no packet buffer was free"},
    {Reason::edit_out_of_room, "edit-out-of-room", "the edit needs {0} bytes of room, {1} are there"},
};

constexpr bool in_order() {
    for (std::size_t i = 0; i < std::size(rows); ++i) {
        if (static_cast<std::size_t>(rows[i].reason) != i) return false;
    }
    return std::size(rows) == static_cast<std::size_t>(Reason::count);
}
static_assert(in_order(), "each reason has its row, in the order of the enumeration");

}  // namespace

std::string_view name(Reason reason) { return rows[static_cast<std::size_t>(reason)].name; }

std::string words(Reason reason, const Numbers& numbers) {
    const Row& row = rows[static_cast<std::size_t>(reason)];
    if (row.of_tcp) {
        return fmt::format(fmt::runtime(row.words), tcp_kind_phrases[numbers[0]], direction_names[numbers[1]],
                           tcp_phase_names[numbers[2]]);
    }
    return fmt::format(fmt::runtime(row.words), numbers[0], numbers[1], numbers[2]);
}

}  // namespace gatehouse

// Why a packet was dropped or left alone: every such decision has one of these, with its numbers.
//
// A reason is counted by the engine, shown by replay and explain, and carried in the packet's completion.
// Add one here and its words in reason.cc; a test holds the two together.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "packet/finding.h"

namespace gatehouse {

enum class Reason : std::uint16_t {
    none,

    // The frame can't be read (numbers: what was there, what was needed).
    frame_too_short,
    not_for_us,           // another station's MAC address
    unknown_ethertype,    // {ethertype}
    vlan_without_device,  // {vlan id}
    bad_llc,
    arp_malformed,
    ip_header_truncated,         // {bytes there, bytes needed}
    ip_bad_version,              // {version}
    ip_bad_header_length,        // {header length}
    ip_bad_checksum,             // {found, expected}
    ip_bad_total_length,         // {total length, bytes there}
    ip_bad_options,              // {offset of the option}
    ip6_header_truncated,        // {bytes there, bytes needed}
    ip6_bad_extension,           // {next header, offset}
    ip6_bad_hop_option,          // {option type, offset, answer: OptionAnswer}
    ip6_bad_destination_option,  // the same
    ip6_jumbo_unsupported,
    l4_truncated,     // {protocol, bytes there, bytes needed}
    l4_bad_checksum,  // {protocol}
    tcp_bad_options,  // {offset}

    // Reassembly. What kills a datagram is the reason of each of its fragments.
    fragment_absorbed,         // {fragments}: part of a datagram that was put together
    fragment_duplicate,        // {offset, end}: all of it was there
    fragment_overlap,          // {offset, end}: some of it was there
    fragment_conflicting_end,  // {end, where the datagram's end was known to be}
    fragment_empty,            // {offset}
    fragment_unaligned,        // {offset, end}: more follow, but not at a multiple of eight
    fragment_beyond_end,       // {end}: past the longest packet there is
    fragment_headers_cut,      // {bytes}: an IPv6 first fragment without all headers
    fragment_nested,           // {offset of the header}: a fragment in a datagram of fragments
    fragment_mixed_ecn,        // {the codepoints seen, a bit each}
    fragment_too_far,          // {packets of this source since, limit}
    fragment_timeout,          // {milliseconds, bytes that came}
    fragment_memory,           // {bytes that wait, limit}
    fragment_limit,            // {fragments that wait, datagrams that wait}
    datagram_too_long,         // {length}

    // Routing and the stack around the hooks.
    martian_source,
    martian_destination,
    reverse_path,  // {interface}
    no_route,
    route_blackhole,
    route_prohibit,
    route_unreachable,
    forwarding_disabled,  // {interface}
    ttl_exceeded,         // {ttl}
    packet_too_big,       // {length, mtu}
    no_neighbour,         // {interface}
    interface_down,       // {interface}
    not_forwarded_scope,  // link-local, multicast or broadcast: never forwarded
    strict_source_route,
    no_local_listener,  // {protocol}
    local_consumed,     // the router's own stack took it: an echo request, ARP, ND
    ignored_by_stack,   // for us, but the stack has nothing to do with it
    rate_limited,
    loopback_on_wire,  // a loopback address where only a wire's may stand
    bad_source_scope,

    // Rules.
    rule_drop,
    policy_drop,
    rejected,
    hotdrop,  // a match found the packet unfit for any rule: {extension's name is in the decision}
    queue_without_reader,
    chain_too_deep,  // {depth}

    // Tracking: why a packet is INVALID.
    track_fragment,       // {offset}
    track_no_transport,   // {protocol}
    track_bad_length,     // {protocol, length claimed, bytes there}
    track_icmp_type,      // {type}
    track_icmp_unasked,   // {type}
    track_icmp_no_quote,  // {type}: the packet that the error quotes can't be read
    track_icmp_no_match,  // {type}: it quotes no connection that we know
    track_icmp_stray,     // {type}: it goes elsewhere than to the sender of what it quotes
    track_sctp_chunks,    // {chunk, tag, tag expected}
    track_sctp_opening,   // the same
    track_sctp_tag,       // the same

    // TCP tracking: why a segment is INVALID, or passes without moving its connection on. Kinds, directions
    // and phases are numbered as in packet/tcp_names.h.
    tcp_bad_flags,           // {flags}
    tcp_no_beginning,        // {kind}
    tcp_no_pickup,           // {seq, ack}
    tcp_out_of_place,        // {kind, direction, phase}
    tcp_passed_by,           // {kind, direction, phase}
    tcp_reopened,            // {phase}
    tcp_challenge_ack,       // {seq, ack}
    tcp_synproxy_keepalive,  // {seq}
    tcp_bad_rst,             // {seq, the highest ACK of its receiver}
    tcp_inexact_rst,         // {seq, the highest ACK of its receiver}
    tcp_seq_over_upper,      // {seq, bound I: the least that is too much}
    tcp_overshoot,           // {bytes beyond bound I, the receiver's largest window}
    tcp_seq_under_lower,     // {end, bound II: the most that is too little}
    tcp_ack_over_upper,      // {ack, bound III: the least that is too much}
    tcp_ack_under_lower,     // {ack, bound IV: the most that is too little}

    // The connection table.
    synproxy_answered,    // SYNPROXY has taken it, and answered or gone on in its stead
    synproxy_no_cookie,   // an ACK that doesn't answer what SYNPROXY sent
    synproxy_unreadable,  // no TCP segment, or with a wrong checksum
    table_full,           // {limit, connections looked at}
    insert_failed,        // another connection has its tuple

    // Translation.
    nat_exhausted,           // {ports tried, ports in the range}: every mapping of the pool is in use
    nat_no_room,             // {limit}: of what is kept of translated connections
    nat_no_address,          // {interface}: it has no address to give
    nat_interface_changed,   // {the interface it was masqueraded for, the one it would leave by}
    nat_redirect,            // an ICMP redirect of a translated connection
    nat_bad_quote,           // {bytes}: what an ICMP error quotes can't be translated
    nat_no_expected_port,    // {port announced}: no port is free for the connection that it speaks of
    nat_mention_unwritable,  // {mentions}: what it mentions can't be written in its terms
    nat_mention_split,       // {bytes}: it mentions something that began so far before it
    npt_no_counterpart,      // an IPv6 address that can't be mapped to the other prefix
    nat_stale,               // its connection ended: the rules, reapplied, say something else
    nat_invalid,             // an INVALID packet of a translated connection

    // Translation between the families (NAT64).
    nat64_protocol,      // {protocol}: not TCP, UDP or an echo
    nat64_address,       // its IPv4 address can't be spoken of under the prefix, or to at all
    nat64_no_mapping,    // {port}: it is for one of the pool's own addresses, of which nobody has that port
    nat64_no_session,    // a TCP segment in mid-stream, of a client that has no mapping
    nat64_source_route,  // {offset}: it has still to go by way of somebody that the sender named
    nat64_icmp,          // {type, code}: an ICMP message that the other family has none for
    nat64_invalid,       // an INVALID packet of a connection between the families

    // Helpers.
    helper_partial,       // {bytes}: a command isn't whole in its segment
    helper_waits,         // {bytes}: they wait already
    helper_no_room,       // {bytes, limit}: too much waits
    helper_gave_up,       // {bytes}: the rest of a command didn't come
    helper_ended,         // {bytes}: that waited when their connection ended
    helper_malformed,     // {offset}
    expectation_refused,  // {the port of what was to be expected, track::Expectations::Entered}
    mentions_lost,        // {limit}: it mentions more than can be rewritten

    // Waiting.
    suspended_full,       // {waiting, limit}
    suspended_expired,    // {milliseconds}
    suspended_dropped,    // whoever held the packet said drop
    suspended_discarded,  // the engine was asked to give up waiting packets

    // Limits.
    emit_full,  // {limit}
    no_buffer,
    edit_out_of_room,  // {needed, available}

    count,
};

// The short stable name, as JSON has it: "ttl-exceeded".
std::string_view name(Reason reason);
// The sentence for people, with its numbers filled in: "its TTL of 1 ran out here".
std::string words(Reason reason, const Numbers& numbers);

}  // namespace gatehouse

// What is known of a connection, and of a packet with regard to it. The numbers are those of Linux
// (linux/netfilter/nf_conntrack_common.h), which ctnetlink and `-m conntrack --ctstatus` speak.
#pragma once
#include <cstdint>
#include <string_view>

namespace gatehouse::track {

// Bits of an entry's status.
namespace status {
constexpr std::uint32_t expected = 1u << 0;  // an expectation was waiting for it
constexpr std::uint32_t seen_reply = 1u << 1;
constexpr std::uint32_t assured = 1u << 2;  // early drop leaves it alone
constexpr std::uint32_t confirmed = 1u << 3;
constexpr std::uint32_t source_nat = 1u << 4;
constexpr std::uint32_t destination_nat = 1u << 5;
constexpr std::uint32_t sequence_adjusted = 1u << 6;
constexpr std::uint32_t source_nat_done = 1u << 7;
constexpr std::uint32_t destination_nat_done = 1u << 8;
constexpr std::uint32_t dying = 1u << 9;
constexpr std::uint32_t fixed_timeout = 1u << 10;
constexpr std::uint32_t is_template = 1u << 11;
constexpr std::uint32_t nat_clash = 1u << 12;
constexpr std::uint32_t helper = 1u << 13;
constexpr std::uint32_t offload = 1u << 14;
// Ours, above Linux's: of a masqueraded connection the interface that it leaves by, its number plus one.
constexpr unsigned masquerade_shift = 16;
constexpr std::uint32_t masquerade_most = 0x3fff;
// Of a connection between the families, whose entry is laid out as IPv6's: this direction's packets are IPv4.
constexpr std::uint32_t original_is_v4 = 1u << 30;
constexpr std::uint32_t reply_is_v4 = 1u << 31;
constexpr std::uint32_t between_families = original_is_v4 | reply_is_v4;

// That interface, or 0.
constexpr std::uint32_t masqueraded_by(std::uint32_t status) {
    return status >> masquerade_shift & masquerade_most;
}
}  // namespace status

// How tracking sees a packet; stands in ConnRef::info. `none` before tracking has looked.
enum class Info : std::uint8_t {
    none,
    untracked,
    invalid,
    fresh,    // NEW: the packet opens a connection, or goes on with one that has had no reply
    related,  // opens an expected connection, or is an ICMP error about one
    established,
    templated,  // not looked at yet; the index is that of the template which CT gave
};

// "NEW", as rules call it; empty where tracking hasn't looked.
constexpr std::string_view name(Info info) {
    constexpr std::string_view names[] = {"", "UNTRACKED", "INVALID", "NEW", "RELATED", "ESTABLISHED", ""};
    return names[static_cast<unsigned>(info)];
}

}  // namespace gatehouse::track

#include "oracle/noise.h"

#include <algorithm>

namespace gatehouse::oracle {
namespace {

constexpr std::uint16_t ethertype_ipv4 = 0x0800;
constexpr std::uint16_t ethertype_arp = 0x0806;
constexpr std::uint16_t ethertype_ipv6 = 0x86dd;
constexpr std::size_t ipv6_header = 40;
constexpr std::uint8_t hop_by_hop = 0;
constexpr std::uint8_t igmp = 2;
constexpr std::uint8_t icmp6 = 58;

bool is_tag(std::uint16_t ethertype) { return ethertype == 0x8100 || ethertype == 0x88a8; }

// MLD (130-132, 143: RFC 2710, RFC 3810) and neighbour discovery (133-136: RFC 4861).
bool is_housekeeping(std::uint8_t icmp6_type) {
    return (icmp6_type >= 130 && icmp6_type <= 136) || icmp6_type == 143;
}

bool is_icmp6_noise(Bytes ipv6) {
    if (ipv6.size() <= ipv6_header) return false;
    std::uint8_t next = ipv6[6];
    std::size_t at = ipv6_header;
    if (next == hop_by_hop && ipv6.size() > at + 8) {  // MLD carries a router alert
        next = ipv6[at];
        at += 8 * (std::size_t{ipv6[at + 1]} + 1);
    }
    return next == icmp6 && ipv6.size() > at && is_housekeeping(ipv6[at]);
}

}  // namespace

bool is_noise(Bytes frame, std::span<const Mac> own) {
    if (frame.size() < 14 || std::ranges::find(own, Mac::load(frame.data() + 6)) == own.end()) return false;
    std::uint16_t ethertype = load_be16(frame.data() + 12);
    std::size_t at = 14;
    while (is_tag(ethertype) && frame.size() >= at + 4) {
        ethertype = load_be16(frame.data() + at + 2);
        at += 4;
    }
    const Bytes payload = frame.subspan(at);
    switch (ethertype) {
        case ethertype_arp: return true;
        case ethertype_ipv4: return payload.size() > 9 && payload[9] == igmp;
        case ethertype_ipv6: return is_icmp6_noise(payload);
        default: return false;
    }
}

}  // namespace gatehouse::oracle

// Every match that acts, on packets at its edges.
#include <gtest/gtest.h>
#include <netinet/in.h>

#include "base/random.h"
#include "hook/interfaces.h"
#include "route/router.h"
#include "rules/match/testing.h"
#include "rules/packed.h"

namespace gatehouse::rules {
namespace {

using testing::Frame;
using testing::Header;
using testing::read_match;
using testing::Rule;
using testing::Runner;

using Payload = std::vector<std::uint8_t>;

Interfaces two_interfaces() {
    Interfaces interfaces;
    interfaces.add({.name = "lan",
                    .addresses = {{Family::ipv4, *parse_address("10.0.0.254", Family::ipv4), 24},
                                  {Family::ipv6, *parse_address("2001:db8::fe", Family::ipv6), 64}}});
    interfaces.add(
        {.name = "wan", .addresses = {{Family::ipv4, *parse_address("192.0.2.1", Family::ipv4), 24}}});
    return interfaces;
}

class Matches : public ::testing::Test {
  protected:
    Interfaces interfaces = two_interfaces();
    route::Router router{interfaces};
    Random random{1};
    Services services{.random = &random, .router = &router, .interfaces = &interfaces};

    StepResult run(Runner& runner, Frame& frame) {
        Context context(frame.packet, services, Hook::input, InterfaceId{0});
        return runner(context);
    }
    StepResult run(std::string_view match, std::string_view text, Frame& frame, const Rule& rule) {
        auto extension = read_match(match, text, rule);
        if (!extension) {
            ADD_FAILURE() << match << " " << text << ": " << extension.error().text();
            return StepResult::stolen;
        }
        Runner runner(std::move(*extension));
        return run(runner, frame);
    }
};

constexpr StepResult yes = StepResult::next, no = StepResult::no_match, hotdrop = StepResult::drop;

// A UDP, TCP or SCTP header's ports and what follows them.
Payload ports(std::uint16_t source, std::uint16_t destination, std::size_t rest) {
    Payload p{static_cast<std::uint8_t>(source >> 8), static_cast<std::uint8_t>(source),
              static_cast<std::uint8_t>(destination >> 8), static_cast<std::uint8_t>(destination)};
    p.resize(4 + rest);
    return p;
}

struct Case {
    std::string_view match, text;
    Header header;
    Payload payload;
    StepResult wanted;
    Family family = Family::ipv4;
};

constexpr Family ip6 = Family::ipv6;
const Header udp{.protocol = IPPROTO_UDP}, tcp{.protocol = IPPROTO_TCP}, icmp{.protocol = IPPROTO_ICMP},
    icmp6{.protocol = IPPROTO_ICMPV6}, esp{.protocol = IPPROTO_ESP}, ah{.protocol = IPPROTO_AH};
const Header later{.protocol = IPPROTO_UDP, .fragment_offset = 1};
const Header later_icmp{.protocol = IPPROTO_ICMP, .fragment_offset = 1};
const Header low{.protocol = IPPROTO_UDP, .tos = 0xb9, .ttl = 5};

Payload tcp_header(std::uint8_t flags, const Payload& options) {
    Payload p(20);
    p[12] = static_cast<std::uint8_t>((20 + options.size()) / 4 << 4);
    p[13] = flags;
    for (const std::uint8_t byte : options) p.push_back(byte);
    return p;
}

// An SCTP common header with these ports, and the chunks behind it.
Payload sctp_packet(std::uint16_t source, std::uint16_t destination, const Payload& chunks) {
    Payload p = ports(source, destination, 8);
    p.insert(p.end(), chunks.begin(), chunks.end());
    return p;
}
// A DCCP header with a short sequence number and the given words in all, and what follows its twelve bytes.
Payload dccp_packet(std::uint8_t type, std::uint8_t words, const Payload& rest) {
    Payload p = ports(1, 2, 8);
    p[4] = words;
    p[8] = static_cast<std::uint8_t>(type << 1);
    p.insert(p.end(), rest.begin(), rest.end());
    return p;
}
// A segment routing header to 0:…:1, then 0:…:2, last 0:…:3, on its way to the second.
Payload segments(std::uint8_t left) {
    Payload p{17, 6, 4, left, 2, 0, 5, 0};
    for (const int last : {3, 2, 1}) {
        p.resize(p.size() + 15);
        p.push_back(static_cast<std::uint8_t>(last));
    }
    return p;
}

const Header sctp{.protocol = IPPROTO_SCTP}, dccp{.protocol = IPPROTO_DCCP}, comp{.protocol = IPPROTO_COMP},
    mobility{.protocol = 135}, hop{.protocol = 0}, routed{.protocol = 43}, pieces{.protocol = 44},
    options6{.protocol = 60}, nothing6{.protocol = 59};
const Payload data_be{0, 3, 0, 4}, init{1, 0, 0, 4}, data_and_sack{0, 2, 0, 6, 9, 9, 0, 0, 3, 0, 0, 4};
const Payload pads{17, 0, 5, 2, 0, 0, 1, 0, 9, 9};  // options: router alert, PadN of none; then UDP
const Payload piece{17, 0, 0, 1, 0, 0, 0, 7, 9, 9};
const Payload route{17, 2, 0, 1, 0, 0, 0, 0, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 9};

const Case cases[] = {
    {"udp", "--dport 53", udp, ports(1, 53, 4), yes},
    {"udp", "--dport 53", udp, ports(53, 54, 4), no},
    {"udp", "! --dport 53", udp, ports(1, 53, 4), no},
    {"udp", "--sport 1:5", udp, ports(5, 9, 4), yes},
    {"udp", "--sport 1:5", udp, ports(6, 9, 4), no},
    {"udp", "--sport 1:5", udp, ports(5, 9, 4), yes, ip6},
    {"udp", "--dport 53", udp, ports(1, 53, 3), hotdrop},
    {"udp", "! --dport 53", later, ports(1, 1, 4), no},
    {"tcp", "--dport 80", tcp, ports(1, 80, 15), hotdrop},
    {"icmp", "--icmp-type 3/1", icmp, {3, 1, 0, 0, 0, 0, 0, 0}, yes},
    {"icmp", "--icmp-type 3/1", icmp, {3, 2, 0, 0, 0, 0, 0, 0}, no},
    {"icmp", "--icmp-type 3", icmp, {3, 200, 0, 0, 0, 0, 0, 0}, yes},
    {"icmp", "! --icmp-type 3", icmp, {3, 200, 0, 0, 0, 0, 0, 0}, no},
    {"icmp", "--icmp-type any", icmp, {77, 1, 0, 0, 0, 0, 0, 0}, yes},
    {"icmp", "--icmp-type 255/3", icmp, {77, 1, 0, 0, 0, 0, 0, 0}, yes},
    {"icmp", "--icmp-type any", icmp, {77, 1, 0, 0, 0, 0, 0}, hotdrop},
    {"icmp", "--icmp-type any", later_icmp, {77, 1, 0, 0, 0, 0, 0, 0}, no},
    {"icmp6", "--icmpv6-type 135", icmp6, {135, 0, 0, 0, 0, 0, 0, 0}, yes, ip6},
    {"icmp6", "--icmpv6-type 255", icmp6, {135, 0, 0, 0, 0, 0, 0, 0}, no, ip6},
    {"icmp6", "! --icmpv6-type 1/4", icmp6, {1, 3, 0, 0, 0, 0, 0, 0}, yes, ip6},
    {"icmp6", "! --icmpv6-type 1/4", icmp6, {1, 3, 0, 0}, hotdrop, ip6},
    {"multiport", "--dports 1,10:20", udp, ports(9, 20, 4), yes},
    {"multiport", "--dports 1,10:20", udp, ports(20, 21, 4), no},
    {"multiport", "--ports 1,10:20", udp, ports(20, 21, 4), yes},
    {"multiport", "! --ports 1,10:20", udp, ports(20, 21, 4), no},
    {"multiport", "! --sports 1,10:20", udp, ports(21, 20, 4), yes, ip6},
    {"multiport", "--dports 80", tcp, ports(1, 80, 0), yes},  // four bytes are enough
    {"multiport", "--dports 80", tcp, {1, 2, 3}, hotdrop},
    {"multiport", "! --dports 80", later, ports(1, 1, 4), no},
    {"iprange", "--src-range 10.0.0.1-10.0.0.5", udp, ports(1, 1, 4), yes},
    {"iprange", "--src-range 10.0.0.2-10.0.0.5", udp, ports(1, 1, 4), no},
    {"iprange", "--src-range 10.0.0.9-10.0.0.0", udp, ports(1, 1, 4), no},
    {"iprange", "! --src-range 10.0.0.9-10.0.0.0", udp, ports(1, 1, 4), yes},
    {"iprange", "--src-range 10.0.0.1 ! --dst-range 10.0.0.2", udp, ports(1, 1, 4), no},
    {"iprange", "--dst-range 2001:db8::2-2001:db8::3", udp, ports(1, 1, 4), yes, ip6},
    {"iprange", "--dst-range 2001:db8::3-2001:db9::", udp, ports(1, 1, 4), no, ip6},
    {"mac", "--mac-source 02:00:00:00:00:01", udp, ports(1, 1, 4), yes},
    {"mac", "! --mac-source 02:00:00:00:00:01", udp, ports(1, 1, 4), no},
    {"mac", "--mac-source 02:00:00:00:00:02", udp, ports(1, 1, 4), no, ip6},
    {"ttl", "--ttl-eq 5", low, ports(1, 1, 4), yes},
    {"ttl", "! --ttl-eq 5", low, ports(1, 1, 4), no},
    {"ttl", "--ttl-lt 5", low, ports(1, 1, 4), no},
    {"ttl", "--ttl-lt 6", low, ports(1, 1, 4), yes},
    {"ttl", "--ttl-gt 5", low, ports(1, 1, 4), no},
    {"ttl", "--ttl-gt 4", low, ports(1, 1, 4), yes},
    {"hl", "--hl-eq 5", low, ports(1, 1, 4), yes, ip6},
    {"hl", "--hl-lt 5", low, ports(1, 1, 4), no, ip6},
    {"hl", "--hl-gt 4", low, ports(1, 1, 4), yes, ip6},
    {"length", "--length 28", udp, ports(1, 1, 4), yes},
    {"length", "--length 29:", udp, ports(1, 1, 4), no},
    {"length", "! --length 0:27", udp, ports(1, 1, 4), yes},
    {"length", "--length 30:20", udp, ports(1, 1, 4), no},
    {"length", "--length 48", udp, ports(1, 1, 4), yes, ip6},
    {"comment", "--comment x", udp, ports(1, 1, 4), yes},
    {"dscp", "--dscp-class EF", low, ports(1, 1, 4), yes},
    {"dscp", "! --dscp-class EF", low, ports(1, 1, 4), no},
    {"dscp", "--dscp 0x2e", low, ports(1, 1, 4), yes, ip6},
    {"tos", "--tos 0xb9", low, ports(1, 1, 4), yes, ip6},
    {"tos", "--tos 0xb8", low, ports(1, 1, 4), no},
    {"tos", "--tos 0x38/0x3f", low, ports(1, 1, 4), no},
    {"tos", "--tos 0x39/0x3f", low, ports(1, 1, 4), yes},
    {"tos", "! --tos 0xff/0x3f", low, ports(1, 1, 4), yes},  // bits outside the mask never match
    {"pkttype", "--pkt-type unicast", udp, ports(1, 1, 4), yes},
    {"pkttype", "! --pkt-type unicast", udp, ports(1, 1, 4), no},
    {"pkttype", "--pkt-type broadcast", udp, ports(1, 1, 4), no},
    {"physdev", "--physdev-in eth0", udp, ports(1, 1, 4), no},
    {"physdev", "! --physdev-in eth0", udp, ports(1, 1, 4), yes},
    {"physdev", "! --physdev-in eth0 --physdev-is-bridged", udp, ports(1, 1, 4), no},
    {"physdev", "! --physdev-is-out ! --physdev-is-in ! --physdev-is-bridged", udp, ports(1, 1, 4), yes, ip6},
    {"mark", "--mark 0", udp, ports(1, 1, 4), yes},
    {"mark", "--mark 1/1", udp, ports(1, 1, 4), no},
    {"esp", "--espspi 258", esp, {0, 0, 1, 2, 0, 0, 0, 0}, yes},
    {"esp", "! --espspi 258", esp, {0, 0, 1, 2, 0, 0, 0, 0}, no, ip6},
    {"esp", "--espspi 258", esp, {0, 0, 1, 2, 0, 0, 0}, hotdrop},
    {"ah", "--ahspi 258", ah, {17, 1, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0}, yes},
    {"ah", "--ahspi 258", ah, {17, 1, 0, 0, 0, 0, 1, 2, 0, 0, 0}, hotdrop},
    {"ah", "--ahspi 258 --ahlen 12 --ahres", ah, {17, 1, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9}, yes, ip6},
    {"ah", "! --ahspi 258", ah, {17, 1, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9}, no, ip6},
    {"ah", "--ahres", ah, {17, 1, 0, 1, 0, 0, 1, 2, 0, 0, 0, 0, 9}, no, ip6},
    {"ah",
     "--ahspi 258",
     {.protocol = 60},
     {51, 0, 1, 4, 0, 0, 0, 0, 17, 1, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0},
     yes,
     ip6},
    {"ah", "", {.protocol = 60}, {51, 9, 1, 4, 0, 0, 0, 0}, hotdrop, ip6},
    {"ah", "", udp, ports(1, 1, 4), no, ip6},
    {"string", "--string ab --algo bm", udp, {0, 1, 0, 1, 0, 0, 0, 0, 'x', 'a', 'b'}, yes},
    {"string", "! --string ab --algo bm", udp, {0, 1, 0, 1, 0, 0, 0, 0, 'x', 'a', 'b'}, no, ip6},
    {"string", "--string AB --algo kmp", udp, {0, 1, 0, 1, 0, 0, 0, 0, 'x', 'a', 'b'}, no},
    {"string", "--string AB --algo kmp --icase", udp, {0, 1, 0, 1, 0, 0, 0, 0, 'x', 'a', 'b'}, yes},
    {"string", "--string ab --algo bm --from 29", udp, {0, 1, 0, 1, 0, 0, 0, 0, 'x', 'a', 'b'}, yes},
    {"string", "--string ab --algo bm --from 30", udp, {0, 1, 0, 1, 0, 0, 0, 0, 'x', 'a', 'b'}, no},
    {"string", "--string ab --algo bm --to 30", udp, {0, 1, 0, 1, 0, 0, 0, 0, 'x', 'a', 'b'}, no},
    {"string", "--string ab --algo bm --to 31", udp, {0, 1, 0, 1, 0, 0, 0, 0, 'x', 'a', 'b'}, yes},
    {"string", "! --string ab --algo bm --from 100", udp, {0, 1, 0, 1, 0, 0, 0, 0, 'x', 'a', 'b'}, yes},
    {"tcpmss", "--mss 1460", tcp, tcp_header(2, {2, 4, 5, 180}), yes},
    {"tcpmss", "! --mss 1460", tcp, tcp_header(2, {2, 4, 5, 180}), no},
    {"tcpmss", "--mss 1461:", tcp, tcp_header(2, {2, 4, 5, 180}), no},
    {"tcpmss", "--mss 1460", tcp, tcp_header(2, {1, 8, 3, 0, 2, 4, 5, 180}), yes, ip6},
    {"tcpmss", "--mss 0:65535", tcp, tcp_header(2, {}), no},
    {"tcpmss", "! --mss 0:65535", tcp, tcp_header(2, {}), yes},
    {"tcpmss", "--mss 0:65535", tcp, Payload(19), hotdrop},
    {"ecn", "--ecn-tcp-ece ! --ecn-tcp-cwr", tcp, tcp_header(0x42, {}), yes},
    {"ecn", "--ecn-tcp-cwr", tcp, tcp_header(0x42, {}), no, ip6},
    {"ecn", "--ecn-ip-ect 1", low, ports(1, 1, 4), yes},
    {"ecn", "! --ecn-ip-ect 1", low, ports(1, 1, 4), no},
    {"addrtype", "--src-type UNICAST", udp, ports(1, 1, 4), yes},
    {"addrtype", "--dst-type LOCAL", udp, ports(1, 1, 4), no},
    {"addrtype", "! --dst-type LOCAL,UNICAST", udp, ports(1, 1, 4), no},
    {"addrtype",
     "--dst-type LOCAL",
     {.protocol = IPPROTO_UDP, .destination4 = "192.0.2.1"},
     ports(1, 1, 4),
     yes},
    {"addrtype",
     "--dst-type LOCAL --limit-iface-in",
     {.protocol = IPPROTO_UDP, .destination4 = "192.0.2.1"},
     ports(1, 1, 4),
     no},
    {"addrtype",
     "--dst-type BROADCAST",
     {.protocol = IPPROTO_UDP, .destination4 = "10.0.0.255"},
     ports(1, 1, 4),
     yes},
    {"addrtype",
     "--dst-type MULTICAST",
     {.protocol = IPPROTO_UDP, .destination4 = "224.0.0.1"},
     ports(1, 1, 4),
     yes},
    {"addrtype",
     "--dst-type LOCAL",
     {.protocol = IPPROTO_UDP, .destination6 = "2001:db8::fe"},
     ports(1, 1, 4),
     yes,
     ip6},
    {"addrtype", "--dst-type LOCAL", udp, ports(1, 1, 4), no, ip6},
    {"sctp", "--sport 1 ! --dport 3:9", sctp, sctp_packet(1, 2, {}), yes},
    {"sctp", "--sport 1 ! --dport 2:9", sctp, sctp_packet(1, 2, {}), no, ip6},
    {"sctp", "--dport 2", sctp, ports(1, 2, 7), hotdrop},
    {"sctp", "--chunk-types any DATA,INIT", sctp, sctp_packet(1, 2, init), yes},
    {"sctp", "--chunk-types any DATA,SACK", sctp, sctp_packet(1, 2, init), no},
    {"sctp", "! --chunk-types any DATA,SACK", sctp, sctp_packet(1, 2, init), yes},
    {"sctp", "--chunk-types all DATA,SACK", sctp, sctp_packet(1, 2, data_and_sack), yes},
    {"sctp", "--chunk-types all DATA,SACK,INIT", sctp, sctp_packet(1, 2, data_and_sack), no},
    {"sctp", "--chunk-types only DATA,SACK,INIT", sctp, sctp_packet(1, 2, data_and_sack), yes},
    {"sctp", "--chunk-types only DATA", sctp, sctp_packet(1, 2, data_and_sack), no},
    {"sctp", "--chunk-types any DATA:BE", sctp, sctp_packet(1, 2, data_be), yes},
    {"sctp", "--chunk-types any DATA:Be", sctp, sctp_packet(1, 2, data_be), no},
    {"sctp", "--chunk-types only DATA:U", sctp, sctp_packet(1, 2, data_be), no},
    {"sctp", "--chunk-types any NONE", sctp, sctp_packet(1, 2, data_be), no},
    {"sctp", "--chunk-types only ALL", sctp, sctp_packet(1, 2, data_be), yes},
    {"sctp", "--chunk-types any DATA", sctp, sctp_packet(1, 2, {1, 0, 0, 0}), hotdrop},
    {"sctp", "--chunk-types any DATA", sctp, sctp_packet(1, 2, {1, 0, 0}), hotdrop},
    {"sctp", "--chunk-types any DATA", sctp, sctp_packet(1, 2, {1, 0, 0, 8, 0, 0, 0, 0, 1, 0}), hotdrop},
    {"dccp", "--sport 1 --dport 2", dccp, dccp_packet(2, 3, {}), yes},
    {"dccp", "! --sport 1", dccp, dccp_packet(2, 3, {}), no, ip6},
    {"dccp", "--dccp-types DATA,RESET", dccp, dccp_packet(2, 3, {}), yes},
    {"dccp", "! --dccp-types DATA,RESET", dccp, dccp_packet(2, 3, {}), no},
    {"dccp", "--dccp-types INVALID", dccp, dccp_packet(10, 3, {}), yes},
    {"dccp", "--dccp-types INVALID", dccp, ports(1, 2, 7), hotdrop},
    {"dccp", "--dccp-option 32", dccp, dccp_packet(2, 5, {0, 32, 3, 1, 0, 0, 0, 0}), yes},
    {"dccp", "--dccp-option 1", dccp, dccp_packet(2, 5, {32, 3, 1, 0, 0, 0, 0, 0}), no},
    {"dccp", "! --dccp-option 1", dccp, dccp_packet(2, 5, {32, 3, 1, 0, 0, 0, 0, 0}), yes},
    {"dccp", "--dccp-option 1", dccp, dccp_packet(2, 3, {}), no},
    {"dccp", "--dccp-option 1", dccp, dccp_packet(2, 2, {}), hotdrop},
    {"dccp", "--dccp-option 1", dccp, dccp_packet(2, 9, {0, 0, 0, 0}), hotdrop},
    {"dccp", "--dccp-option 9", dccp, dccp_packet(7, 7, {9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 1, 9, 2, 9}),
     yes},
    {"dccp", "--dccp-option 9", dccp, dccp_packet(11, 5, {9, 9, 9, 9, 9, 9, 9, 9}), hotdrop},
    {"ipcomp", "--ipcompspi 258", comp, {17, 0, 1, 2}, yes},
    {"ipcomp", "! --ipcompspi 258", comp, {17, 0, 1, 2}, no, ip6},
    {"ipcomp", "", comp, {17, 0, 0, 0}, yes},
    {"ipcomp", "", comp, {17, 0, 0, 1}, no},
    {"ipcomp", "--ipcompspi 258", comp, {17, 0, 1}, hotdrop},
    {"u32", "--u32 '6&0xff=17'", udp, ports(1, 2, 4), yes},
    {"u32", "! --u32 '6&0xff=17'", udp, ports(1, 2, 4), no},
    {"u32", "--u32 '0>>22&0x3c@0>>16=0,1:5&&0>>22&0x3c@0&0xffff=3'", udp, ports(1, 2, 4), no},
    {"u32", "--u32 '0>>22&0x3c@0>>16=0,1:5&&0>>22&0x3c@0&0xffff=2'", udp, ports(1, 2, 4), yes},
    {"u32", "--u32 '24=0:0xffffffff'", udp, ports(1, 2, 4), yes},
    {"u32", "--u32 '25=0:0xffffffff'", udp, ports(1, 2, 4), no},
    {"u32", "! --u32 '0@0=0'", udp, ports(1, 2, 4), yes, ip6},
    {"u32", "--u32 '0xfffffffe=0'", udp, ports(1, 2, 4), no},
    {"u32", "--u32 '6&1<<31=0x80000000'", udp, ports(1, 2, 4), yes},
    {"cpu", "--cpu 0", udp, ports(1, 2, 4), yes},
    {"cpu", "! --cpu 0", udp, ports(1, 2, 4), no},
    {"cpu", "--cpu 1", udp, ports(1, 2, 4), no, ip6},
    {"realm", "--realm 0", udp, ports(1, 2, 4), yes},
    {"realm", "! --realm 0/5", udp, ports(1, 2, 4), no},
    {"realm", "--realm 1", udp, ports(1, 2, 4), no},
    {"policy", "--dir in --pol none", udp, ports(1, 2, 4), yes},
    {"policy", "--dir in --pol ipsec", udp, ports(1, 2, 4), no},
    {"policy", "--dir in --pol ipsec --strict ! --proto esp --next ! --reqid 5", udp, ports(1, 2, 4), no,
     ip6},
    {"hbh", "", hop, pads, yes, ip6},
    {"hbh", "", options6, pads, no, ip6},
    {"hbh", "--hbh-len 8", hop, pads, yes, ip6},
    {"hbh", "! --hbh-len 8", hop, pads, no, ip6},
    {"hbh", "--hbh-opts 5:2,1", hop, pads, yes, ip6},
    {"hbh", "--hbh-opts 1,5:2", hop, pads, no, ip6},
    {"hbh", "--hbh-opts 5:3", hop, pads, no, ip6},
    {"hbh", "--hbh-opts 5:2,1:0,0", hop, pads, no, ip6},
    {"hbh", "", hop, {17, 3, 1, 4, 0, 0, 0, 0}, hotdrop, ip6},
    {"dst", "--dst-len 8 --dst-opts 5,1:0", options6, pads, yes, ip6},
    {"dst", "! --dst-len 16", options6, pads, yes, ip6},
    {"dst", "--dst-opts 5:2,1", options6, {17, 3, 5, 2, 0, 0, 1, 0}, hotdrop, ip6},
    {"frag", "--fragid 7 --fragfirst --fragmore --fragres", pieces, piece, yes, ip6},
    {"frag", "! --fragid 7", pieces, piece, no, ip6},
    {"frag", "--fraglast", pieces, piece, no, ip6},
    {"frag", "--fragid 8:9", pieces, piece, no, ip6},
    {"frag", "--fragres", pieces, {17, 0, 0, 5, 0, 0, 0, 7, 9, 9}, no, ip6},
    {"frag", "--fragfirst", pieces, {17, 0, 0, 9, 0, 0, 0, 7, 9, 9}, no, ip6},
    {"frag", "--fraglen 99", pieces, piece, yes, ip6},
    {"frag", "", pieces, {17, 0, 0, 1, 0, 0}, hotdrop, ip6},
    {"frag", "", udp, ports(1, 2, 4), no, ip6},
    {"rt", "--rt-type 0 --rt-segsleft 1 --rt-len 24", routed, route, yes, ip6},
    {"rt", "! --rt-type 0", routed, route, no, ip6},
    {"rt", "! --rt-segsleft 0:1", routed, route, no, ip6},
    {"rt", "! --rt-len 24", routed, route, no, ip6},
    {"rt", "--rt-type 0 --rt-0-res", routed, route, yes, ip6},
    {"rt", "--rt-type 0 --rt-0-addrs fe80::5", routed, route, yes, ip6},
    {"rt", "--rt-type 0 --rt-0-addrs fe80::5,fe80::6", routed, route, no, ip6},
    {"rt", "--rt-type 0 --rt-0-addrs fe80::6 --rt-0-not-strict", routed, route, no, ip6},
    {"rt", "--rt-type 0 --rt-0-addrs fe80::5 --rt-0-not-strict", routed, route, yes, ip6},
    {"rt", "", routed, {17, 9, 0, 1}, hotdrop, ip6},
    {"ipv6header", "--header hop,prot", hop, pads, yes, ip6},
    {"ipv6header", "! --header hop,prot", hop, pads, no, ip6},
    {"ipv6header", "--header hop", hop, pads, no, ip6},
    {"ipv6header", "--header hop --soft", hop, pads, yes, ip6},
    {"ipv6header", "! --header hop,dst --soft", hop, pads, no, ip6},
    {"ipv6header", "! --header dst --soft", hop, pads, yes, ip6},
    {"ipv6header", "--header none", nothing6, {}, yes, ip6},
    {"ipv6header", "--header esp", esp, {0, 0, 0, 1}, yes, ip6},
    {"ipv6header", "--header esp", esp, {0}, no, ip6},
    {"mh", "--mh-type 5:6", mobility, {59, 0, 5, 0, 0, 0, 0, 0}, yes, ip6},
    {"mh", "! --mh-type 5:6", mobility, {59, 0, 5, 0, 0, 0, 0, 0}, no, ip6},
    {"mh", "--mh-type bu", mobility, {17, 0, 5, 0, 0, 0, 0, 0}, hotdrop, ip6},
    {"mh", "--mh-type bu", mobility, {59, 0, 5, 0, 0}, hotdrop, ip6},
    {"srh", "", routed, segments(1), yes, ip6},
    {"srh", "", routed, route, no, ip6},
    {"srh", "", routed, segments(3), no, ip6},
    {"srh", "--srh-next-hdr 17 --srh-hdr-len-eq 6 --srh-tag 5", routed, segments(1), yes, ip6},
    {"srh", "--srh-hdr-len-gt 6", routed, segments(1), no, ip6},
    {"srh", "! --srh-hdr-len-lt 6", routed, segments(1), yes, ip6},
    {"srh", "--srh-segs-left-eq 1 ! --srh-last-entry-gt 2", routed, segments(1), yes, ip6},
    {"srh", "--srh-last-entry-lt 2", routed, segments(1), no, ip6},
    {"srh", "--srh-psid ::1 --srh-nsid ::3 --srh-lsid ::3", routed, segments(1), yes, ip6},
    {"srh", "--srh-psid ::/0", routed, segments(2), no, ip6},
    {"srh", "! --srh-nsid ::1", routed, segments(0), no, ip6},
    {"srh", "! --srh-lsid ::2/127", routed, segments(0), no, ip6},
};

TEST_F(Matches, JudgePacketsAsLinuxDoes) {
    for (const auto& c : cases) {
        SCOPED_TRACE(::testing::Message() << c.match << " " << c.text << (is_v4(c.family) ? " v4" : " v6"));
        Frame frame(c.family, c.header, c.payload);
        ASSERT_TRUE(frame.packet.flat.network);
        EXPECT_EQ(run(c.match, c.text, frame, {.family = c.family, .protocol = c.header.protocol}), c.wanted);
    }
}

// The fields that a match narrows admit every packet that it takes.
TEST_F(Matches, PackedSelectorsAdmitWhatMatches) {
    for (const auto& c : cases) {
        auto extension = read_match(c.match, c.text, {.family = c.family, .protocol = c.header.protocol});
        ASSERT_TRUE(extension);
        if (extension->declaration().pack == nullptr || c.wanted != yes) continue;
        Packed packed;
        extension->declaration().pack(extension->parameters(), packed);
        Frame frame(c.family, c.header, c.payload);
        Context context(frame.packet, services, Hook::prerouting);
        EXPECT_TRUE(admits(packed, key_of(context))) << c.match << " " << c.text;
    }
}

TEST_F(Matches, PacketTypeOfWhatCameBack) {
    Frame frame(Family::ipv4, {.protocol = IPPROTO_UDP, .destination4 = "224.0.0.1"}, ports(1, 1, 4));
    frame.packet.type = PacketType::loopback;
    EXPECT_EQ(run("pkttype", "--pkt-type multicast", frame, {}), yes);
    Frame other(Family::ipv4, udp, ports(1, 1, 4));
    other.packet.type = PacketType::loopback;
    EXPECT_EQ(run("pkttype", "--pkt-type broadcast", other, {}), yes);
}

TEST_F(Matches, ReversePath) {
    const Rule rule{.table = "raw", .hooks = bit(Hook::prerouting)};
    Frame good(Family::ipv4, udp, ports(1, 1, 4));
    EXPECT_EQ(run("rpfilter", "", good, rule), yes);
    EXPECT_EQ(run("rpfilter", "--invert", good, rule), no);
    Frame wrong(Family::ipv4, {.protocol = IPPROTO_UDP, .source4 = "192.0.2.7"}, ports(1, 1, 4));
    EXPECT_EQ(run("rpfilter", "", wrong, rule), no);
    EXPECT_EQ(run("rpfilter", "--loose", wrong, rule), yes);
}

TEST_F(Matches, LimitGivesTokensTickByTick) {
    Frame frame(Family::ipv4, udp, ports(1, 1, 4));
    Runner limit(*read_match("limit", "--limit 2/sec --limit-burst 3"));
    services.now = {1'000 * second};
    for (int i = 0; i < 3; ++i) EXPECT_EQ(run(limit, frame), yes) << i;
    EXPECT_EQ(run(limit, frame), no);
    services.now = services.now + (second / 2 - 4 * millisecond);  // a tick short
    EXPECT_EQ(run(limit, frame), no);
    services.now = services.now + 4 * millisecond;
    EXPECT_EQ(run(limit, frame), yes);
    EXPECT_EQ(run(limit, frame), no);
    services.now = services.now + 100 * second;  // no more than the burst is saved up
    for (int i = 0; i < 3; ++i) EXPECT_EQ(run(limit, frame), yes) << i;
    EXPECT_EQ(run(limit, frame), no);
}

TEST_F(Matches, TimeOfTheDayAndDate) {
    Frame frame(Family::ipv4, udp, ports(1, 1, 4));
    const auto at = [&](std::int64_t seconds, std::string_view text) {
        services.now = {seconds * second};
        return run("time", text, frame, {});
    };
    // Wednesday, 1 July 2020, 00:30:00.
    constexpr std::int64_t night = 1'593'563'400;
    EXPECT_EQ(at(night, "--weekdays Wed --monthdays 1"), yes);
    EXPECT_EQ(at(night, "--weekdays Tue"), no);
    EXPECT_EQ(at(night, "! --monthdays 1"), no);
    EXPECT_EQ(at(night, "--timestart 00:30 --timestop 00:31"), yes);
    EXPECT_EQ(at(night - 1, "--timestart 00:30 --timestop 00:31"), no);
    EXPECT_EQ(at(night + 61, "--timestart 00:30 --timestop 00:31"), no);
    EXPECT_EQ(at(night, "--timestart 23:00 --timestop 01:00 --weekdays Wed"), yes);
    EXPECT_EQ(at(night, "--timestart 23:00 --timestop 01:00 --weekdays Wed --contiguous"), no);
    EXPECT_EQ(at(night, "--timestart 23:00 --timestop 01:00 --weekdays Tue --monthdays 30 --contiguous"),
              yes);
    EXPECT_EQ(at(night + 7'200, "--timestart 23:00 --timestop 01:00"), no);
    EXPECT_EQ(at(night, "--datestart 2020-07-01T00:30:00"), yes);
    EXPECT_EQ(at(night, "--datestart 2020-07-01T00:30:01"), no);
    EXPECT_EQ(at(night, "--datestop 2020-07-01T00:29:59"), no);
}

TEST_F(Matches, NthCountsFromItsPacket) {
    Frame frame(Family::ipv4, udp, ports(1, 1, 4));
    Runner nth(*read_match("statistic", "--mode nth --every 3 --packet 1"));
    const StepResult wanted[] = {no, yes, no, no, yes, no, no, yes};
    for (const auto w : wanted) EXPECT_EQ(run(nth, frame), w);
    Runner other(*read_match("statistic", "--mode nth ! --every 2 --packet 0"));
    for (const auto w : {no, yes, no, yes}) EXPECT_EQ(run(other, frame), w);
}

TEST_F(Matches, RandomTakesItsShare) {
    Frame frame(Family::ipv4, udp, ports(1, 1, 4));
    const auto count = [&](std::string_view text) {
        Runner runner(*read_match("statistic", text));
        int hits = 0;
        for (int i = 0; i < 10'000; ++i) hits += run(runner, frame) == yes;
        return hits;
    };
    EXPECT_EQ(count("--mode random --probability 0"), 0);
    EXPECT_EQ(count("--mode random --probability 1"), 10'000);
    EXPECT_NEAR(count("--mode random --probability 0.25"), 2'500, 200);
    EXPECT_NEAR(count("--mode random ! --probability 0.25"), 7'500, 200);
}

}  // namespace
}  // namespace gatehouse::rules

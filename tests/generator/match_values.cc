// Values for the options of matches.
#include <ctime>
#include <fmt/format.h>

#include "makers.h"
#include "network.h"

namespace gatehouse::generator {

namespace {

std::string port_list(Draw& draw) {
    std::string list = draw.chance(50) ? count(draw, draw.edges.ports, 0, 1000) : ports(draw);
    for (std::uint32_t more = draw.random.below(4); more > 0; --more) list += "," + ports(draw);
    return list;
}

std::string address_range(Draw& draw) {
    auto low = draw.of(hosts(draw.family)), high = draw.of(hosts(draw.family));
    if (*parse_address(high, draw.family) < *parse_address(low, draw.family)) std::swap(low, high);
    return low + "-" + high;
}

std::string address_types(Draw& draw) {
    if (is_v4(draw.family))
        return subset(draw, {"UNSPEC", "UNICAST", "LOCAL", "BROADCAST", "MULTICAST", "BLACKHOLE",
                             "UNREACHABLE", "PROHIBIT", "ANYCAST"});
    return subset(draw, {"UNSPEC", "UNICAST", "LOCAL", "ANYCAST", "MULTICAST", "UNREACHABLE"});
}

std::string flag_set(Draw& draw) {
    const char* const names[] = {"FIN", "SYN", "RST", "PSH", "ACK", "URG"};
    std::string mask, set;
    std::uint32_t bits = 0;
    for (unsigned i = 0; i < 6; ++i) {
        if (!draw.chance(45)) continue;
        mask += (mask.empty() ? "" : ",") + std::string(names[i]);
        if (!draw.chance(40)) continue;
        set += (set.empty() ? "" : ",") + std::string(names[i]);
        bits |= 1u << i;
    }
    draw.edges.tcp_flags.push_back(bits);
    if (mask.empty()) return draw.word({"ALL NONE", "SYN,RST,ACK SYN", "ALL ALL", "NONE NONE"});
    return mask + " " + (set.empty() ? "NONE" : set);
}

std::string icmp_type(Draw& draw) {
    const bool v4 = is_v4(draw.family);
    if (v4 && draw.chance(8)) return "any";
    const std::uint32_t type = v4 ? draw.among({0u, 3u, 4u, 5u, 8u, 11u, 12u, 17u})
                                  : draw.among({1u, 2u, 3u, 4u, 128u, 129u, 130u, 200u});
    const std::uint32_t code = draw.random.below(5);
    for (std::uint32_t c = code > 0 ? code - 1 : 0; c <= code + 1; ++c)
        draw.edges.icmp.push_back(type << 8 | c);
    return draw.chance(50) ? std::to_string(type) : fmt::format("{}/{}", type, code);
}

std::string text(Draw& draw) {
    const std::string found = draw.word({"GET", "get", "needle", "aab", "x"});
    draw.edges.texts.push_back(found);
    return found;
}

std::string hex_text(Draw& draw) {
    draw.edges.texts.emplace_back("\x0d\x0aq", 3);
    return "\"|0d 0a|q\"";
}

// Not within some minutes of now, so that both peers see the same side of it.
std::string day_time(Draw& draw) {
    const std::time_t now = std::time(nullptr);
    const auto minute = static_cast<std::uint32_t>(now / 60 % 1440);
    const std::uint32_t drawn = (minute + draw.number(20, 1420)) % 1440;
    return fmt::format("{:02}:{:02}", drawn / 60, drawn % 60);
}

// Half of them with today.
std::string month_days(Draw& draw) {
    const std::time_t now = std::time(nullptr);
    const int today = std::gmtime(&now)->tm_mday;
    if (draw.chance(50)) return fmt::format("{},{}", today, today % 31 + 1);
    return fmt::format("{},{}", draw.number(1, 15), draw.number(16, 31));
}

std::string prefixed_mac(Draw& draw) { return to_string(neighbour(draw.random.below(4))); }

std::string states(Draw& draw) {
    return subset(draw, {"INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED"});
}

// Not within some seconds of what a connection has left, so that both peers see the same side of it.
std::string seconds_left(Draw& draw) {
    return draw.word({"0:20", "15:200", "40:100", "300:1000", "100:500000", "1000"});
}

std::string chunks(Draw& draw) {
    return fmt::format(
        "{} {}", draw.word({"any", "all", "only"}),
        draw.word({"DATA", "INIT", "DATA,INIT", "DATA:E", "DATA:bE", "ABORT:T", "ALL", "NONE"}));
}

std::string word_tests(Draw& draw) {
    return "\"" +
           draw.word({"0>>24=69", "6&0xff=17", "8=0:0x7fffffff", "4&0xffff=0:99&&0>>28=4,6",
                      "0>>22&0x3c@0>>16=0:500", "40=0:0x80000000"}) +
           "\"";
}

}  // namespace

const Values& match_values() {
    const auto ttl = [](Draw& d) { return count(d, d.edges.ttls, 0, d.chance(70) ? 8 : 255); };
    const auto spi = [](Draw& d) { return range(d, d.edges.spis, 0xffffffff, 20); };
    static const Values all{
        {"addrtype src-type", address_types},
        {"addrtype dst-type", address_types},
        {"ah ahspi", spi},
        {"ah ahlen", words({"8", "12", "16", "24"})},
        {"comment comment", words({"plain", "\"two words\""})},
        {"connbytes connbytes",
         [](Draw& d) { return fmt::format("{}:{}", d.number(0, 3), d.among({3u, 4u, 60u, 1000u})); }},
        {"connbytes connbytes-mode", words({"packets", "bytes", "avgpkt"})},
        {"connbytes connbytes-dir", words({"original", "reply", "both"})},
        {"connlabel label", numbers(0, 2)},
        {"cluster cluster-total-nodes", words({"2", "3"})},
        {"cluster cluster-local-node", words({"1", "2"})},
        {"cluster cluster-local-nodemask", words({"1", "2", "3"})},
        {"cluster cluster-hash-seed", words({"0xdeadbeef", "5"})},
        {"connmark mark", [](Draw& d) { return mark(d, true); }},
        {"conntrack ctstate",
         [](Draw& d) { return d.chance(80) ? states(d) : d.word({"SNAT", "DNAT", "SNAT,NEW"}); }},
        {"conntrack ctproto", words({"tcp", "17", "1", "58", "132", "253"})},
        {"conntrack ctorigsrc", own_prefix},
        {"conntrack ctorigdst", own_prefix},
        {"conntrack ctreplsrc", own_prefix},
        {"conntrack ctrepldst", own_prefix},
        {"conntrack ctorigsrcport", ports},
        {"conntrack ctorigdstport", ports},
        {"conntrack ctreplsrcport", ports},
        {"conntrack ctrepldstport", ports},
        {"conntrack ctstatus",
         [](Draw& d) { return d.chance(80) ? subset(d, {"SEEN_REPLY", "ASSURED", "CONFIRMED"}) : "NONE"; }},
        {"conntrack ctexpire", seconds_left},
        {"conntrack ctdir", words({"ORIGINAL", "REPLY"})},
        {"dccp sport", ports},
        {"dccp dport", ports},
        {"dccp dccp-types",
         [](Draw& d) { return subset(d, {"REQUEST", "DATA", "ACK", "RESET", "INVALID"}); }},
        {"dccp dccp-option", words({"1", "32", "41"})},
        {"dscp dscp", dscp},
        {"dscp dscp-class", dscp_class},
        {"ecn ecn-ip-ect",
         [](Draw& d) {
             d.edges.tos.insert(d.edges.tos.end(), {0, 1, 2, 3});
             return std::to_string(d.random.below(4));
         }},
        {"esp espspi", spi},
        {"helper helper", words({"ftp", "sip"})},
        {"hl hl-eq", ttl},
        {"hl hl-lt", ttl},
        {"hl hl-gt", ttl},
        {"icmp icmp-type", icmp_type},
        {"icmp6 icmpv6-type", icmp_type},
        {"iprange src-range", address_range},
        {"iprange dst-range", address_range},
        {"length length", [](Draw& d) { return range(d, d.edges.lengths, 65535, 1400); }},
        {"limit limit", words({"1/hour", "1/day", "2/hour", "2/day"})},
        {"limit limit-burst", numbers(1, 12)},
        {"mac mac-source", prefixed_mac},
        {"mark mark", [](Draw& d) { return mark(d, true); }},
        {"multiport sports", port_list},
        {"multiport dports", port_list},
        {"multiport ports", port_list},
        {"ipcomp ipcompspi", spi},
        {"owner uid-owner", words({"0", "0-1000"})},
        {"owner gid-owner", words({"0", "0-1000"})},
        {"policy dir", words({"in", "out"})},
        {"policy pol", words({"none", "ipsec", "ipsec"})},
        {"policy reqid", numbers(0, 2)},
        {"policy spi", numbers(0, 2)},
        {"policy proto", words({"esp", "ah", "ipcomp"})},
        {"policy mode", words({"tunnel", "transport"})},
        {"policy tunnel-src", own_prefix},
        {"policy tunnel-dst", own_prefix},
        {"realm realm", words({"0", "1", "0/7", "5/4"})},
        {"physdev physdev-in", words({"lan", "wan", "eth+", "dmz"})},
        {"physdev physdev-out", words({"lan", "wan", "eth+", "dmz"})},
        {"pkttype pkt-type", words({"unicast", "broadcast", "multicast"})},
        {"sctp sport", ports},
        {"sctp dport", ports},
        {"sctp chunk-types", chunks},
        {"state state", states},
        {"statistic mode", words({"random", "nth"})},
        {"statistic probability", words({"0", "1"})},
        {"statistic every", numbers(1, 5)},
        {"statistic packet", numbers(0, 4)},
        {"string string", text},
        {"string hex-string", hex_text},
        {"string algo", words({"bm", "kmp"})},
        {"string from", numbers(0, 80)},
        {"string to", numbers(20, 120)},
        {"tcp sport", ports},
        {"tcp dport", ports},
        {"tcp tcp-flags", flag_set},
        {"tcp tcp-option",
         [](Draw& d) {
             const std::uint32_t kind = d.among({1u, 2u, 3u, 4u, 8u, 30u, 254u});
             d.edges.tcp_options.push_back(kind);
             return std::to_string(kind);
         }},
        {"tcpmss mss", [](Draw& d) { return range(d, d.edges.mss, 65535, 1500); }},
        {"time timestart", day_time},
        {"time timestop", day_time},
        {"time monthdays", month_days},
        {"time weekdays",
         [](Draw& d) { return subset(d, {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}); }},
        {"time datestart", words({"2010-01-01T00:00:00", "2011-12-13", "2037-01-01T00:00:00", "2001-02-03"})},
        {"time datestop", words({"2037-01-01T00:00:00", "2037-12-30", "2011-01-01", "2036-05-06T07:08:09"})},
        {"tos tos", tos},
        {"ttl ttl-eq", ttl},
        {"ttl ttl-lt", ttl},
        {"ttl ttl-gt", ttl},
        {"u32 u32", word_tests},
        {"udp sport", ports},
        {"udp dport", ports},
    };
    return all;
}

}  // namespace gatehouse::generator

#include "values.h"

#include <ctime>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <stdexcept>

#include "base/text.h"
#include "network.h"

namespace gatehouse::generator {
namespace {

using Make = std::function<std::string(Draw&)>;

std::string count(Draw& draw, std::vector<std::uint32_t>& edges, std::uint32_t low, std::uint32_t high) {
    const std::uint32_t value = draw.chance(30) ? draw.among({low, high}) : draw.number(low, high);
    Edges::add(edges, value, high);
    return std::to_string(value);
}

std::string range(Draw& draw, std::vector<std::uint32_t>& edges, std::uint32_t most, std::uint32_t usual) {
    std::uint32_t low = draw.number(0, usual), high = draw.number(0, usual);
    if (draw.chance(10)) high = most;
    if (draw.chance(10)) low = 0;
    if (low > high) std::swap(low, high);
    Edges::add(edges, low, most);
    if (draw.chance(40)) return std::to_string(low);
    Edges::add(edges, high, most);
    return fmt::format("{}:{}", low, high);
}

std::string ports(Draw& draw) { return range(draw, draw.edges.ports, 65535, 1000); }

std::string port_list(Draw& draw) {
    std::string list = draw.chance(50) ? count(draw, draw.edges.ports, 0, 1000) : ports(draw);
    for (std::uint32_t more = draw.random.below(4); more > 0; --more) list += "," + ports(draw);
    return list;
}

std::string subset(Draw& draw, std::initializer_list<const char*> names) {
    std::string list;
    for (const char* name : names) {
        if (draw.random.below(static_cast<std::uint32_t>(names.size())) < 2)
            list += (list.empty() ? "" : ",") + std::string(name);
    }
    return list.empty() ? draw.word(names) : list;
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

std::string mark(Draw& draw, bool masked) {
    const auto small = [&] { return draw.chance(80) ? draw.number(0, 7) : draw.random.next32(); };
    return masked && draw.chance(50) ? fmt::format("{:#x}/{:#x}", small(), small())
                                     : fmt::format("{:#x}", small());
}

std::string tos(Draw& draw) {
    const std::uint32_t value = draw.random.below(256);
    draw.edges.tos.insert(draw.edges.tos.end(), {value, value ^ 1, value ^ 4, value ^ 0x80});
    return draw.chance(50) ? fmt::format("{:#x}", value)
                           : fmt::format("{:#x}/{:#x}", value, draw.among({0xffu, 0x3fu, 0xfcu, 0x03u}));
}

std::string dscp(Draw& draw) {
    const std::uint32_t value = draw.random.below(64);
    for (std::uint32_t other : {value, value ^ 1, value ^ 32}) draw.edges.tos.push_back(other << 2);
    return fmt::format("{:#x}", value);
}

std::string dscp_class(Draw& draw) {
    draw.edges.tos.insert(draw.edges.tos.end(), {0x28, 0xb8, 0x20, 0x00, 0x88});
    return draw.word({"AF11", "EF", "CS1", "BE", "AF41"});
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

std::string prefixed_mac(Draw& draw) { return to_string(neighbour(draw.random.below(4))); }

std::string level(Draw& draw) { return draw.word({"0", "4", "7", "info", "err"}); }

std::string states(Draw& draw) {
    return subset(draw, {"INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED"});
}

std::string own_prefix(Draw& draw) {
    const unsigned most = address_bits(draw.family);
    return fmt::format("{}/{}", draw.of(hosts(draw.family)), draw.number(most - 9, most));
}

// Not within some seconds of what a connection has left, so that both peers see the same side of it.
std::string seconds_left(Draw& draw) {
    return draw.word({"0:20", "15:200", "40:100", "300:1000", "100:500000", "1000"});
}

Make numbers(std::uint32_t low, std::uint32_t high) {
    return [=](Draw& d) { return std::to_string(d.number(low, high)); };
}
Make words(std::initializer_list<const char*> all) {
    return [all = std::vector<const char*>(all)](Draw& d) { return std::string(d.of(all)); };
}

// Options of the matches on IPv6's extension headers.
const std::map<std::string, Make, std::less<>>& header_values() {
    const Make lengths = words({"8", "16", "24"});
    static const std::map<std::string, Make, std::less<>> all{
        {"frag fragid", words({"0:2147483648", "7", "2147483648:4294967295"})},
        {"frag fraglen", lengths},
        {"hbh hbh-len", lengths},
        {"hbh hbh-opts", words({"1", "1:4", "1:3", "5", "1:4,0"})},
        {"dst dst-len", lengths},
        {"dst dst-opts", words({"1", "1:4", "1:3", "5", "1:4,0"})},
        {"rt rt-type", numbers(0, 4)},
        {"rt rt-segsleft", words({"0", "1", "0:1", "2:9"})},
        {"rt rt-len", lengths},
        {"rt rt-0-addrs", words({"fd00:1::2", "fd00:2::2,fd00:1::2"})},
        {"ipv6header header",
         [](Draw& d) { return subset(d, {"hop", "dst", "route", "frag", "auth", "esp", "none", "prot"}); }},
        {"mh mh-type", words({"0", "1:4", "bu", "5:255"})},
        {"srh srh-next-hdr", words({"17", "6", "44"})},
        {"srh srh-hdr-len-eq", numbers(2, 6)},
        {"srh srh-hdr-len-gt", numbers(2, 6)},
        {"srh srh-hdr-len-lt", numbers(2, 6)},
        {"srh srh-segs-left-eq", numbers(0, 3)},
        {"srh srh-segs-left-gt", numbers(0, 3)},
        {"srh srh-segs-left-lt", numbers(0, 3)},
        {"srh srh-last-entry-eq", numbers(0, 2)},
        {"srh srh-last-entry-gt", numbers(0, 2)},
        {"srh srh-last-entry-lt", numbers(0, 2)},
        {"srh srh-tag", words({"0", "1", "256", "257", "512"})},
        {"srh srh-psid", own_prefix},
        {"srh srh-nsid", own_prefix},
        {"srh srh-lsid", own_prefix},
    };
    return all;
}

// Of matches that count. Their periods are so long that no time passes for them.
const std::map<std::string, Make, std::less<>>& counting_values() {
    const Make rates = words({"1/hour", "2/hour", "3/hour", "1/day"});
    static const std::map<std::string, Make, std::less<>> all{
        {"quota quota", numbers(0, 5000)},
        {"recent seconds", words({"3600", "86400"})},
        {"recent hitcount", numbers(1, 5)},
        // In Linux the two families share their lists.
        {"recent name",
         [](Draw& d) { return fmt::format("{}{}", is_v4(d.family) ? "four" : "six", d.number(1, 2)); }},
        {"recent mask",
         [](Draw& d) {
             return is_v4(d.family) ? d.word({"255.255.255.0", "255.255.255.240"}) : d.word({"ffff:ffff::"});
         }},
        {"hashlimit hashlimit-upto", rates},
        {"hashlimit hashlimit-above", rates},
        {"hashlimit hashlimit-burst", numbers(1, 5)},
        {"hashlimit hashlimit-mode",
         [](Draw& d) { return subset(d, {"srcip", "srcport", "dstip", "dstport"}); }},
        {"hashlimit hashlimit-name", words({"one", "two", "three", "four"})},
        {"hashlimit hashlimit-htable-size", numbers(1, 20)},
        {"hashlimit hashlimit-htable-max", numbers(1, 20)},
        {"hashlimit hashlimit-htable-gcinterval", words({"1000000"})},
        {"hashlimit hashlimit-htable-expire", words({"3600000"})},
        {"hashlimit hashlimit-srcmask",
         [](Draw& d) { return std::to_string(d.number(0, address_bits(d.family))); }},
        {"hashlimit hashlimit-dstmask",
         [](Draw& d) { return std::to_string(d.number(0, address_bits(d.family))); }},
        {"hashlimit hashlimit-rate-interval", words({"3600"})},
    };
    return all;
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

const std::map<std::string, Make, std::less<>>& match_values() {
    const auto ttl = [](Draw& d) { return count(d, d.edges.ttls, 0, d.chance(70) ? 8 : 255); };
    const auto spi = [](Draw& d) { return range(d, d.edges.spis, 0xffffffff, 20); };
    static const std::map<std::string, Make, std::less<>> all{
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
        {"time monthdays", [](Draw& d) { return fmt::format("{},{}", d.number(1, 15), d.number(16, 31)); }},
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

const std::map<std::string, Make, std::less<>>& target_values() {
    const auto change = [](Draw& d) { return mark(d, true); };
    const auto bits = [](Draw& d) { return mark(d, false); };
    const auto tos_bits = [](Draw& d) { return fmt::format("{:#x}", d.random.below(256)); };
    const Make zone = words({"1", "2", "65535", "mark"});
    const Make hops = [](Draw& d) {
        return std::to_string(d.chance(70) ? d.number(1, 5) : d.number(1, 255));
    };
    static const std::map<std::string, Make, std::less<>> all{
        {"AUDIT type", words({"accept", "drop", "reject"})},
        {"CLASSIFY set-class", words({"1:1", "0:0", "ffff:10"})},
        {"CONNMARK set-xmark", change},
        {"CONNMARK set-mark", change},
        {"CONNMARK and-mark", bits},
        {"CONNMARK or-mark", bits},
        {"CONNMARK xor-mark", bits},
        {"CONNMARK nfmask", bits},
        {"CONNMARK ctmask", bits},
        {"CONNMARK mask", bits},
        {"CONNMARK left-shift-mark", numbers(0, 3)},
        {"CONNMARK right-shift-mark", numbers(0, 3)},
        {"CT helper", words({"ftp"})},
        {"CT ctevents", words({"new", "new,destroy,mark"})},
        {"CT expevents", words({"new"})},
        {"CT zone", zone},
        {"CT zone-orig", zone},
        {"CT zone-reply", zone},
        {"DSCP set-dscp", dscp},
        {"DSCP set-dscp-class", dscp_class},
        {"HL hl-set", hops},
        {"HL hl-dec", hops},
        {"HL hl-inc", hops},
        {"HMARK hmark-src-prefix", numbers(0, 32)},
        {"HMARK hmark-dst-prefix", numbers(0, 32)},
        {"HMARK hmark-sport-mask", words({"0xffff", "0xff", "0x1"})},
        {"HMARK hmark-dport-mask", words({"0xffff", "0xff", "0x1"})},
        {"HMARK hmark-spi-mask", words({"0xffffffff", "0xff"})},
        {"HMARK hmark-sport", numbers(0, 1000)},
        {"HMARK hmark-dport", numbers(0, 1000)},
        {"HMARK hmark-spi", numbers(0, 1000)},
        {"HMARK hmark-proto-mask", words({"0xffff", "0x1"})},
        {"HMARK hmark-rnd", words({"1", "0xdeadbeef"})},
        {"HMARK hmark-mod", words({"2", "3", "8"})},
        {"HMARK hmark-offset", numbers(0, 3)},
        {"HMARK hmark-tuple",
         [](Draw& d) { return subset(d, {"src", "dst", "sport", "dport", "proto", "ct"}); }},
        {"IDLETIMER timeout", numbers(100, 1000)},
        {"IDLETIMER label", words({"one", "two"})},
        {"LOG log-prefix", words({"\"a: \"", "b"})},
        {"LOG log-level", level},
        {"MARK set-xmark", change},
        {"MARK set-mark", change},
        {"MARK and-mark", bits},
        {"MARK or-mark", bits},
        {"MARK xor-mark", bits},
        {"NFLOG nflog-prefix", words({"\"a: \"", "b"})},
        {"NFLOG nflog-group", numbers(0, 5)},
        {"NFLOG nflog-range", numbers(0, 5)},
        {"NFLOG nflog-size", numbers(0, 500)},
        {"NFLOG nflog-threshold", numbers(0, 5)},
        {"REJECT reject-with",
         [](Draw& d) {
             if (d.chance(25)) return std::string("tcp-reset");
             return is_v4(d.family)
                        ? d.word({"icmp-net-unreachable", "icmp-host-unreachable", "icmp-proto-unreachable",
                                  "icmp-port-unreachable", "icmp-net-prohibited", "icmp-host-prohibited",
                                  "icmp-admin-prohibited"})
                        : d.word({"icmp6-no-route", "icmp6-adm-prohibited", "icmp6-addr-unreachable",
                                  "icmp6-port-unreachable", "icmp6-policy-fail", "icmp6-reject-route"});
         }},
        {"TEE gateway",
         [](Draw& d) {
             d.edges.copies = true;
             return is_v4(d.family) ? d.word({"10.0.1.3", "10.0.3.2", "10.0.2.2", "8.8.8.8", "10.9.1.1"})
                                    : d.word({"fd00:1::3", "fd00:3::2", "fd00:2::2", "2600::1", "fd09:1::1"});
         }},
        {"TEE oif", words({"wan", "eth7"})},
        {"TCPMSS set-mss", [](Draw& d) { return count(d, d.edges.mss, 40, 1460); }},
        {"TCPOPTSTRIP strip-options", words({"mss", "wscale,sack-permitted", "timestamp", "8,2"})},
        {"NFQUEUE queue-num", numbers(0, 65535)},
        {"NFQUEUE queue-balance", words({"0:3", "7:8"})},
        {"ECN ecn-tcp-ece", numbers(0, 1)},
        {"ECN ecn-tcp-cwr", numbers(0, 1)},
        {"ECN ecn-ip-ect", numbers(0, 3)},
        {"TOS set-tos", tos},
        {"TOS and-tos", tos_bits},
        {"TOS or-tos", tos_bits},
        {"TOS xor-tos", tos_bits},
        {"TTL ttl-set", hops},
        {"TTL ttl-dec", hops},
        {"TTL ttl-inc", hops},
    };
    return all;
}

void shuffle(std::vector<const rules::OptionInfo*>& options, Draw& draw) {
    for (std::size_t i = options.size(); i > 1; --i)
        std::swap(options[i - 1], options[draw.random.below(static_cast<std::uint32_t>(i))]);
}

// Which options are given: the asked-for ones, one of each asked-for group, and some of the rest.
std::vector<const rules::OptionInfo*> choose(const rules::Declaration& extension, Draw& draw) {
    std::vector<const rules::OptionInfo*> options, chosen;
    for (const auto& option : extension.options) {
        const bool policies = extension.name == "CT" && option.name == "timeout";  // neither peer has any
        const bool clocks = option.name == "alarm";  // nor a clock that wakes it
        // Of IPv4's resets Linux knows which are its stack's.
        const bool sockets = option.name == "socket-exists" && is_v4(draw.family);
        if (!policies && !clocks && !sockets) options.push_back(&option);
    }
    shuffle(options, draw);
    std::uint32_t groups = 0;
    for (const auto* option : options) {
        const bool needed =
            option->traits.required || (extension.required_groups & option->traits.group & ~groups) != 0;
        if ((groups & option->traits.group) != 0) continue;
        if (!needed && !draw.chance(options.size() == 1 ? 90 : 50)) continue;
        groups |= option->traits.group;
        chosen.push_back(option);
    }
    return chosen;
}

std::string statistic(Draw& draw) {
    if (draw.chance(30))
        return fmt::format(" --mode random{} --probability {}", draw.chance(50) ? " !" : "",
                           draw.random.below(2));
    const std::uint32_t every = draw.number(1, 5);
    return fmt::format(" --mode nth{} --every {} --packet {}", draw.chance(50) ? " !" : "", every,
                       draw.random.below(every));
}

// A single byte may stand in the id or the checksum of a packet that the router makes, which each draws for
// itself.
std::string behind_ids(std::string options) {
    if (!options.contains("--string x ") && !options.ends_with("--string x")) return options;
    const auto from = options.find(" --from ");
    constexpr std::string_view past = " --from 12";
    if (from == std::string::npos) return options + std::string(past);
    const auto end = std::min(options.find(' ', from + 8), options.size());
    return options.replace(from, end - from, past);
}

}  // namespace

std::optional<std::string> option_value(const rules::Declaration& owner, const rules::OptionInfo& option,
                                        Draw& draw) {
    if (option.words == 0) return "";
    const std::string name = fmt::format("{} {}", owner.name, option.name);
    for (const auto* all : {&match_values(), &header_values(), &counting_values(), &target_values()}) {
        if (const auto at = all->find(name); at != all->end()) return at->second(draw);
    }
    return {};
}

std::string extension_text(const rules::Declaration& extension, Draw& draw) {
    if (extension.name == "statistic") return statistic(draw);
    std::string out;
    for (const auto* option : choose(extension, draw)) {
        const auto value = option_value(extension, *option, draw);
        if (!value)
            throw std::runtime_error(fmt::format("no values for `--{}` of `{}`: add them to values.cc",
                                                 option->name, extension.name));
        // In Linux a packet too short for these counts where they are inverted, and is dropped all the same.
        const bool straight = option->name == "dccp-option" || option->name == "chunk-types";
        out += option->traits.invertible && !straight && draw.chance(45) ? " ! --" : " --";
        out += option->name;
        if (!value->empty()) out += " " + *value;
    }
    return extension.name == "string" ? behind_ids(std::move(out)) : out;
}

}  // namespace gatehouse::generator

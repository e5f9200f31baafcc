// Values for the options of targets.
#include <fmt/format.h>

#include "makers.h"

namespace gatehouse::generator {

namespace {

std::string level(Draw& draw) { return draw.word({"0", "4", "7", "info", "err"}); }

}  // namespace

const Values& target_values() {
    const auto change = [](Draw& d) { return mark(d, true); };
    const auto bits = [](Draw& d) { return mark(d, false); };
    const auto tos_bits = [](Draw& d) { return fmt::format("{:#x}", d.random.below(256)); };
    const Make zone = words({"1", "2", "65535", "mark"});
    const Make hops = [](Draw& d) {
        return std::to_string(d.chance(70) ? d.number(1, 5) : d.number(1, 255));
    };
    static const Values all{
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

}  // namespace gatehouse::generator

// Every target's options as text: what is taken, how it is saved and listed, what is refused.
#include <gtest/gtest.h>
#include <netinet/in.h>

#include "rules/match/testing.h"

namespace gatehouse::rules {
namespace {

using testing::read_match;
using testing::read_target;
using testing::Rule;

struct Case {
    std::string_view target, text;
    std::string_view saved, listed;  // both empty, and `refused` set: an error
    std::uint8_t protocol = 0;
    Family family = Family::ipv4;
    bool refused = false;
};

constexpr std::uint8_t tcp = IPPROTO_TCP;
constexpr Family v6 = Family::ipv6;

Case refuse(std::string_view target, std::string_view text, std::uint8_t protocol = 0,
            Family family = Family::ipv4) {
    return {target, text, "", "", protocol, family, true};
}

const Case cases[] = {
    {"TEE", "--gateway 1.1.1.1 --oif lo", " --gateway 1.1.1.1 --oif lo", "TEE gw:1.1.1.1 oif=lo"},
    {"TEE", "--gateway fe80::1", " --gateway fe80::1", "TEE gw:fe80::1", 0, v6},
    refuse("TEE", ""),
    refuse("TEE", "--gateway ::1"),
    refuse("TEE", "--gateway 0.0.0.0"),
    refuse("TEE", "--gateway ::", 0, v6),
    {"NFLOG", "", "", ""},
    {"NFLOG", "--nflog-group 1 --nflog-threshold 3 --nflog-size 0 --nflog-prefix 'a b'",
     " --nflog-prefix \"a b\" --nflog-group 1 --nflog-size 0 --nflog-threshold 3",
     "nflog-prefix \"a b\" nflog-group 1 nflog-size 0 nflog-threshold 3"},
    {"NFLOG", "--nflog-range 0 --nflog-group 0", "", ""},
    refuse("NFLOG", "--nflog-group 65536"),
    refuse("NFLOG", "--nflog-range 1 --nflog-size 1"),
    refuse("NFLOG", "--nflog-prefix ''"),
    {"AUDIT", "--type Reject", " --type reject", "AUDIT reject"},
    refuse("AUDIT", ""),
    refuse("AUDIT", "--type wrong"),
    {"IDLETIMER", "--label 'a b' --timeout 42 --alarm", " --timeout 42 --label a b --alarm",
     "timeout:42 label:a b alarm"},
    {"IDLETIMER", "--timeout 4 --label foooooooooooooooooooooooooooooo",
     " --timeout 4 --label foooooooooooooooooooooooooo", "timeout:4 label:foooooooooooooooooooooooooo"},
    refuse("IDLETIMER", "--timeout 0 --label a"),
    refuse("IDLETIMER", "--timeout 2147483 --label a"),
    refuse("IDLETIMER", "--timeout 4 --label ''"),
    refuse("IDLETIMER", "--timeout 4"),
    {"SECMARK", "--selctx a:b:c:s0", " --selctx a:b:c:s0", "SECMARK selctx a:b:c:s0"},
    {"TPROXY", "--on-port 5", " --on-port 5 --on-ip 0.0.0.0 --tproxy-mark 0x0/0x0",
     "TPROXY redirect 0.0.0.0:5 mark 0x0/0x0", tcp},
    {"TPROXY", "--on-port 80 --on-ip ::1 --tproxy-mark 1",
     " --on-port 80 --on-ip ::1 --tproxy-mark 0x1/0xffffffff", "TPROXY redirect ::1:80 mark 0x1/0xffffffff",
     IPPROTO_UDP, v6},
    refuse("TPROXY", "--on-ip 1.2.3.4", tcp),
    {"HMARK", "--hmark-tuple src,dst,sport,dport,proto,ct --hmark-mod 5 --hmark-rnd 7 --hmark-offset 100",
     " --hmark-src-prefix 32 --hmark-dst-prefix 32 --hmark-sport-mask 0xffff --hmark-dport-mask 0xffff "
     "--hmark-proto-mask 0xffff --hmark-rnd 0x00000007 --hmark-mod 5 --hmark-offset 100 --hmark-tuple ct",
     "HMARK mod 5 + 0x64 ct, src-prefix 32 dst-prefix 32 sport-mask 0xffff dport-mask 0xffff proto-mask "
     "0xffff rnd 0x7 "},
    {"HMARK", "--hmark-src-prefix 64 --hmark-dst-prefix ffff:: --hmark-spi 80 --hmark-mod 3 --hmark-rnd 5",
     " --hmark-src-prefix 64 --hmark-dst-prefix 16 --hmark-spi 0x00000050 --hmark-rnd 0x00000005 --hmark-mod "
     "3",
     "HMARK mod 3 src-prefix 64 dst-prefix 16 spi 0x50 rnd 0x5 ", 0, v6},
    refuse("HMARK", "--hmark-mod 5 --hmark-rnd 7"),
    refuse("HMARK", "--hmark-tuple src --hmark-mod 5"),
    refuse("HMARK", "--hmark-tuple src --hmark-mod 0 --hmark-rnd 1"),
    refuse("HMARK", "--hmark-tuple src,spi --hmark-sport-mask 1 --hmark-mod 5 --hmark-rnd 7"),
    refuse("HMARK", "--hmark-src-prefix 33 --hmark-mod 5 --hmark-rnd 7"),
    {"REJECT", "", " --reject-with icmp-port-unreachable", "reject-with icmp-port-unreachable"},
    {"REJECT", "--reject-with net-prohib", " --reject-with icmp-net-prohibited",
     "reject-with icmp-net-prohibited"},
    {"REJECT", "--reject-with ICMP-h", " --reject-with icmp-host-unreachable",
     "reject-with icmp-host-unreachable"},
    {"REJECT", "--reject-with tcp-rst", " --reject-with tcp-reset", "reject-with tcp-reset", tcp},
    refuse("REJECT", "--reject-with tcp-reset"),
    refuse("REJECT", "--reject-with tcp-reset", IPPROTO_UDP),
    refuse("REJECT", "--reject-with icmp6-no-route"),
    {"REJECT", "", " --reject-with icmp6-port-unreachable", "reject-with icmp6-port-unreachable", 0, v6},
    {"REJECT", "--reject-with policy-fail", " --reject-with icmp6-policy-fail",
     "reject-with icmp6-policy-fail", 0, v6},
    refuse("REJECT", "--reject-with tcp-reset", 0, v6),
    refuse("REJECT", "--reject-with icmp-net-unreachable", 0, v6),
    {"LOG", "", "", "LOG flags 0 level 4"},
    {"LOG", "--log-level warning", "", "LOG flags 0 level 4"},
    {"LOG", "--log-level debug --log-prefix 'a b' --log-uid --log-tcp-options --log-macdecode",
     " --log-prefix \"a b\" --log-level 7 --log-tcp-options --log-uid --log-macdecode",
     "LOG flags 42 level 7 prefix \"a b\""},
    {"LOG", "--log-prefix 123456789012345678901234567890", " --log-prefix 12345678901234567890123456789",
     "LOG flags 0 level 4 prefix \"12345678901234567890123456789\""},
    refuse("LOG", "--log-level err"),
    refuse("LOG", "--log-level 8"),
    refuse("LOG", "--log-prefix ''"),
    {"TTL", "--ttl-set 0x10", " --ttl-set 16", "TTL set to 16"},
    {"TTL", "--ttl-dec 3", " --ttl-dec 3", "TTL decrement by 3"},
    refuse("TTL", ""),
    refuse("TTL", "--ttl-inc 0"),
    refuse("TTL", "--ttl-set 256"),
    refuse("TTL", "--ttl-inc 1 --ttl-dec 1"),
    refuse("TTL", "--ttl-set 1", 0, v6),
    {"HL", "--hl-inc 255", " --hl-inc 255", "HL increment by 255", 0, v6},
    refuse("HL", "--hl-inc 256", 0, v6),
    {"DSCP", "--set-dscp 9", " --set-dscp 0x09", "DSCP set 0x09"},
    {"DSCP", "--set-dscp-class af41", " --set-dscp 0x22", "DSCP set 0x22"},
    refuse("DSCP", "--set-dscp 64"),
    refuse("DSCP", "--set-dscp 1 --set-dscp-class CS0"),
    {"TOS", "--set-tos 16", " --set-tos 0x10/0xff", "TOS set 0x10/0xff"},
    {"TOS", "--set-tos minimize-delay", " --set-tos 0x10/0x3f", "TOS set 0x10/0x3f"},
    {"TOS", "--and-tos 0x12", " --set-tos 0x00/0xed", "TOS set 0x00/0xed"},
    {"TOS", "--or-tos 0x12", " --set-tos 0x12/0x12", "TOS set 0x12/0x12"},
    {"TOS", "--xor-tos 0x12", " --set-tos 0x12/0x00", "TOS set 0x12/0x00"},
    refuse("TOS", "--or-tos 256"),
    {"CLASSIFY", "--set-class abc:ffffff", " --set-class 0abc:ffff", "CLASSIFY set abc:ffff"},
    refuse("CLASSIFY", "--set-class 1"),
    refuse("CLASSIFY", "--set-class 1:-1"),
    {"CHECKSUM", "--checksum-fill", " --checksum-fill", "CHECKSUM fill"},
    refuse("CHECKSUM", ""),
    {"ECN", "--ecn-tcp-cwr 1 --ecn-tcp-ece 0", " --ecn-tcp-ece 0 --ecn-tcp-cwr 1", "ECN ECE=0 CWR=1", tcp},
    {"ECN", "--ecn-tcp-remove", " --ecn-tcp-remove", "ECN TCP remove", tcp},
    {"ECN", "--ecn-tcp-remove --ecn-ip-ect 3", " --ecn-tcp-ece 0 --ecn-tcp-cwr 0 --ecn-ip-ect 3",
     "ECN TCP remove ECT codepoint=3", tcp},
    refuse("ECN", "--ecn-tcp-remove"),
    refuse("ECN", "--ecn-tcp-remove --ecn-tcp-ece 1", tcp),
    refuse("ECN", ""),
    {"TCPOPTSTRIP", "--strip-options timestamp,sack,19", " --strip-options 5,8,19",
     "TCPOPTSTRIP options 5,8,19", tcp},
    {"TCPOPTSTRIP", "", "", "", tcp},
    refuse("TCPOPTSTRIP", "--strip-options 1,2", tcp),
    refuse("TCPOPTSTRIP", "--strip-options 5,5", tcp),
    {"NFQUEUE", "", " --queue-num 0", "NFQUEUE num 0"},
    {"NFQUEUE", "--queue-cpu-fanout --queue-bypass --queue-balance 0:6",
     " --queue-balance 0:6 --queue-bypass --queue-cpu-fanout", "NFQUEUE balance 0:6 bypass cpu-fanout"},
    refuse("NFQUEUE", "--queue-balance 0:65535"),
    refuse("NFQUEUE", "--queue-balance 4:1"),
    refuse("NFQUEUE", "--queue-cpu-fanout"),
    {"SYNPROXY", "--sack-perm --mss 1460 --wscale 9", " --sack-perm --wscale 9 --mss 1460",
     "SYNPROXY sack-perm wscale 9 mss 1460 ", tcp},
    {"TRACE", "", "", ""},
    {"NOTRACK", "", "", "NOTRACK"},
    {"CT", "", "", "CT"},
    {"CT", "--zone 3 --notrack", " --notrack --zone 3", "CT notrack zone 3"},
    {"CT", "--zone-orig mark", " --zone-orig mark", "CT zone-orig mark"},
    {"CT", "--helper ftp --ctevents mark,new", " --helper ftp --ctevents new,mark",
     "CT helper ftp ctevents new,mark", tcp},
    refuse("CT", "--helper ftp"),
    refuse("CT", "--zone 65536"),
    refuse("CT", "--ctevents bogus"),
    {"CONNMARK", "--set-mark 0x100/0xff", " --set-xmark 0x100/0x1ff", "CONNMARK xset 0x100/0x1ff"},
    {"CONNMARK", "--and-mark 3 --left-shift-mark 3", " --set-xmark 0x0/0xfffffffc --left-shift-mark 3",
     "CONNMARK and 0x3 left-shift-mark 3"},
    {"CONNMARK", "--set-mark 2 --mask 3", " --set-xmark 0x2/0x3", "CONNMARK xset 0x2/0x3"},
    {"CONNMARK", "--mask 3 --set-mark 2 --left-shift-mark 1",
     " --set-xmark 0x2/0xffffffff --left-shift-mark 1", "CONNMARK set 0x2 left-shift-mark 1"},
    {"ECN", "--ecn-ip-ect 3 --ecn-tcp-remove", " --ecn-tcp-remove", "ECN TCP remove", tcp},
    {"CONNMARK", "--save-mark", " --save-mark --nfmask 0xffffffff --ctmask 0xffffffff", "CONNMARK save"},
    {"CONNMARK", "--save-mark --mask 0xff", " --save-mark --nfmask 0xff --ctmask 0xff",
     "CONNMARK save mask 0xff"},
    {"CONNMARK", "--restore-mark --nfmask 0xf --ctmask 0xff", " --restore-mark --nfmask 0xf --ctmask 0xff",
     "CONNMARK restore ctmask 0xff nfmask ~0xf"},
    refuse("CONNMARK", ""),
    refuse("CONNMARK", "--save-mark --left-shift-mark 32"),
    refuse("CONNMARK", "--set-mark 1 --save-mark"),
    {"SNAT", "--to-source 1.1.1.1-1.1.1.1", " --to-source 1.1.1.1", "to:1.1.1.1"},
    {"SNAT", "--random --to-source 1.1.1.1-1.1.1.9:5-6", " --to-source 1.1.1.1-1.1.1.9:5-6 --random",
     "to:1.1.1.1-1.1.1.9:5-6 random", tcp},
    {"SNAT", "--to-source :5", " --to-source :5", "to::5", tcp},
    {"SNAT", "--eim --to-source 1.1.1.1", " --to-source 1.1.1.1 --eim", "to:1.1.1.1 eim"},
    {"SNAT", "--port-blocks 512 --to-source 1.1.1.1-1.1.1.9 --eim",
     " --to-source 1.1.1.1-1.1.1.9 --eim --port-blocks 512", "to:1.1.1.1-1.1.1.9 eim port-blocks 512"},
    {"SNAT", "--to-source 1.1.1.1 --deterministic 10.0.0.0/24",
     " --to-source 1.1.1.1 --deterministic 10.0.0.0/24", "to:1.1.1.1 deterministic 10.0.0.0/24"},
    refuse("SNAT", "--to-source 1.1.1.1 --port-blocks 63"),
    refuse("SNAT", "--to-source 1.1.1.1:5-6 --port-blocks 64", tcp),
    refuse("SNAT", "--to-source 1.1.1.1:5-6 --deterministic 10.0.0.0/24", tcp),
    refuse("SNAT", "--to-source 1.1.1.1 --deterministic 10.0.0.0/8"),
    refuse("SNAT", "--to-source dead::1 --deterministic dead::/120", 0, v6),
    {"MASQUERADE", "--eim", " --eim", "eim"},
    refuse("SNAT", "--to-source 1.1.1.1:5"),
    refuse("SNAT", "--to-source 1.1.1.1:9-5", tcp),
    refuse("SNAT", "--to-source 1.1.1.1:1-2/3", tcp),
    refuse("SNAT", "--to-source 1.1.1.1-"),
    refuse("SNAT", "--random"),
    {"SNAT", "--to-source [dead::1-dead::5]:5-6", " --to-source [dead::1-dead::5]:5-6",
     "to:[dead::1-dead::5]:5-6", tcp, v6},
    {"SNAT", "--to-source [dead::1]", " --to-source dead::1", "to:dead::1", 0, v6},
    {"SNAT", "--to-source []:5", " --to-source :5", "to::5", tcp, v6},
    refuse("SNAT", "--to-source [dead::1", tcp, v6),
    refuse("SNAT", "--to-source [dead::1]5", tcp, v6),
    {"DNAT", "--to-destination 1.1.1.1:ftp-data", " --to-destination 1.1.1.1:20", "to:1.1.1.1:20", tcp},
    {"DNAT", "--to-destination 1.1.1.1:10-20/ftp", " --to-destination 1.1.1.1:10-20/21",
     "to:1.1.1.1:10-20/21", tcp},
    refuse("DNAT", "--to-destination 1.1.1.1:10-20/0", tcp),
    refuse("DNAT", "--to-destination 1.1.1.1:80/100", tcp),
    refuse("DNAT", "--to-destination 1.1.1.1:echo-ssh", tcp),
    refuse("DNAT", "--to-destination 1.1.1.1 --random-fully"),
    {"MASQUERADE", "", "", ""},
    {"MASQUERADE", "--to-ports 5-5 --random-fully", " --to-ports 5 --random-fully",
     "masq ports: 5 random-fully", tcp},
    refuse("MASQUERADE", "--to-ports 5"),
    {"REDIRECT", "--to-ports domain --random", " --to-ports 53 --random", "redir ports 53 random",
     IPPROTO_UDP},
    refuse("REDIRECT", "--to-ports 42-1234/567", tcp),
    refuse("REDIRECT", "--to-ports 10-ssh", tcp),
    {"NETMAP", "--to 1.2.3.4/255.255.255.0", " --to 1.2.3.0/24", "to:1.2.3.0/24"},
    {"NETMAP", "--to dead::beef", " --to dead::beef/128", "to:dead::beef/128", 0, v6},
    refuse("NETMAP", ""),
};

TEST(TargetText, SavesAndListsWhatItReads) {
    for (const Case& c : cases) {
        SCOPED_TRACE(std::string(c.target) + " " + std::string(c.text));
        const auto target =
            read_target(c.target, c.text, {.family = c.family, .protocol = c.protocol, .table = "mangle"});
        EXPECT_EQ(!target, c.refused);
        if (!target) continue;
        EXPECT_EQ(target->save(), c.saved);
        EXPECT_EQ(target->list(true), c.listed);
    }
}

TEST(TargetText, LogListsLevelsByName) {
    const auto log = read_target("LOG", "--log-level error --log-ip-options --log-tcp-sequence");
    ASSERT_TRUE(log);
    EXPECT_EQ(log->list(false), "LOG level err tcp-sequence ip-options");
}

TEST(TargetText, TcpMssAsksForSyn) {
    struct {
        std::string_view match;
        bool fine;
    } const rules[] = {{"--syn", true},
                       {"--tcp-flags SYN,RST SYN", true},
                       {"! --syn", false},
                       {"--tcp-flags SYN NONE", false},
                       {"--dport 80", false}};
    for (const auto& rule : rules) {
        SCOPED_TRACE(rule.match);
        const std::vector<Extension> matches{*read_match("tcp", rule.match, {.protocol = tcp})};
        const Rule facts{.protocol = tcp, .hooks = bit(Hook::forward), .matches = &matches};
        EXPECT_EQ(read_target("TCPMSS", "--set-mss 1400", facts).has_value(), rule.fine);
        EXPECT_EQ(read_target("TCPMSS", "--clamp-mss-to-pmtu", facts).has_value(), rule.fine);
        const Rule arriving{.protocol = tcp, .hooks = bit(Hook::input), .matches = &matches};
        EXPECT_FALSE(read_target("TCPMSS", "--clamp-mss-to-pmtu", arriving));
    }
    EXPECT_FALSE(read_target("TCPMSS", "--set-mss 1400", {.protocol = tcp}));
}

}  // namespace
}  // namespace gatehouse::rules

// The text of every match: read, saved and listed as iptables-legacy 1.8.9 does.
#include <gtest/gtest.h>
#include <netinet/in.h>

#include "rules/match/testing.h"

namespace gatehouse::rules {
namespace {

using testing::read_match;
using testing::Rule;

constexpr Rule v6{.family = Family::ipv6};
constexpr Rule tcp{.protocol = IPPROTO_TCP};
constexpr Rule udp{.protocol = IPPROTO_UDP};
constexpr Rule sctp{.protocol = IPPROTO_SCTP};
constexpr Rule dccp{.protocol = IPPROTO_DCCP};
constexpr Rule comp{.protocol = IPPROTO_COMP};
constexpr Rule mobility{.family = Family::ipv6, .protocol = 135};
constexpr Rule forward{.hooks = bit(Hook::forward)};
constexpr Rule output{.hooks = bit(Hook::output)};
constexpr Rule prerouting{.table = "raw", .hooks = bit(Hook::prerouting)};

struct Text {
    std::string_view match, given, saved, listed;
    Rule rule{};
};

constexpr std::string_view same = "=";

const Text texts[] = {
    {"udp", "--sport 5:9 ! --dport 53", same, "udp spts:5:9 dpt:!53", udp},
    {"udp", "--source-port 1024:", "--sport 1024:65535", "udp spts:1024:65535", udp},
    {"udp", "--sport 0:65535 ! --dport 0:65535", "", "udp dpts:!0:65535", udp},
    {"tcp", "--sport 0:65535 --tcp-option 7", "--tcp-option 7", "tcp option=7", tcp},
    {"tcp", "! --tcp-flags SYN,ACK SYN", same, "tcp flags:!0x12/0x02", tcp},
    {"tcp", "--tcp-flags NONE NONE", "", "tcp", tcp},
    {"tcp", "! --tcp-flags NONE NONE", same, "tcp flags:!0x00/0x00", tcp},
    {"tcp", "--syn", "--tcp-flags FIN,SYN,RST,ACK SYN", "tcp flags:0x17/0x02", tcp},
    {"icmp", "--icmp-type 8", same, "icmptype 8"},
    {"icmp", "! --icmp-type 3/1", same, "icmp !type 3 code 1"},
    {"icmp", "--icmp-type host-unre", "--icmp-type 3/1", "icmptype 3 code 1"},
    {"icmp", "--icmp-type any", same, "icmptype 255"},
    {"icmp", "--icmp-type 3/4:5", "--icmp-type 3/4", "icmptype 3 codes 4-5"},
    {"icmp6", "! --icmpv6-type neighbor-solicitation", "! --icmpv6-type 135", "ipv6-icmp !type 135", v6},
    {"icmp6", "--icmpv6-type no-route", "--icmpv6-type 1/0", "ipv6-icmptype 1 code 0", v6},
    {"multiport", "! --dports 80,100:200,80", same, "multiport dports  !80,100:200,80", tcp},
    {"multiport", "--source-ports 53,1024:65535", "--sports 53,1024:65535", "multiport sports 53,1024:65535",
     udp},
    {"multiport", "--ports 1,2,3,4,6,7,8,9,10,11,12,13,14,15", same,
     "multiport ports 1,2,3,4,6,7,8,9,10,11,12,13,14,15", tcp},
    {"iprange", "! --src-range 1.1.1.9-1.1.1.1 --dst-range 2.2.2.2",
     "! --src-range 1.1.1.9-1.1.1.1 --dst-range 2.2.2.2-2.2.2.2",
     "source IP range ! 1.1.1.9-1.1.1.1 destination IP range 2.2.2.2-2.2.2.2"},
    {"iprange", "! --src-range fe80::1-fe80::ffff", same, "source IP range ! fe80::1-fe80::ffff", v6},
    {"mac", "! --mac-source 1:2:3:4:5:AB", "! --mac-source 01:02:03:04:05:ab", "MAC ! 01:02:03:04:05:ab"},
    {"ttl", "! --ttl-eq 5", same, "TTL match TTL != 5"},
    {"ttl", "--ttl 5", "--ttl-eq 5", "TTL match TTL == 5"},
    {"ttl", "--ttl-lt 5", same, "TTL match TTL < 5"},
    {"hl", "! --hl-eq 5", same, "HL match HL != 5", v6},
    {"hl", "--hl-gt 5", same, "HL match HL > 5", v6},
    {"length", "! --length 5", same, "length !5"},
    {"length", "--length :2", "--length 0:2", "length 0:2"},
    {"length", "--length 9:5", same, "length 9:5"},
    {"limit", "", "--limit 3/hour", "limit: avg 3/hour burst 5"},
    {"limit", "--limit 7/hour --limit-burst 3", same, "limit: avg 7/hour burst 3"},
    {"limit", "--limit 33", "--limit 33/sec", "limit: avg 33/sec burst 5"},
    {"limit", "--limit 7000/D --limit-burst 5", "--limit 7000/day", "limit: avg 7000/day burst 5"},
    {"limit", "--limit 1000/hour", same, "limit: avg 1000/hour burst 5"},
    {"limit", "--limit 3/day --limit-burst 10000", same, "limit: avg 3/day burst 10000"},
    {"comment", "--comment a.b", "--comment \"a.b\"", "/* a.b */"},
    {"comment", "--comment foo-1_2", same, "/* foo-1_2 */"},
    {"comment", "--comment 'say \"x\" \\ y'", "--comment \"say \\\"x\\\" \\\\ y\"", "/* say \"x\" \\ y */"},
    {"comment", "--comment ''", "--comment \"\"", "/*  */"},
    {"addrtype", "--src-type loc,UN --limit-iface-in", "--src-type UNSPEC,LOCAL --limit-iface-in",
     "ADDRTYPE match src-type UNSPEC,LOCAL limit-in"},
    {"addrtype", "! --dst-type LOCAL,BROADCAST", same, "ADDRTYPE match dst-type !LOCAL,BROADCAST"},
    {"addrtype", "! --dst-type LOCAL", same, "ADDRTYPE match dst-type !LOCAL", v6},
    {"dscp", "! --dscp 5", "! --dscp 0x05", "DSCP match !0x05"},
    {"dscp", "! --dscp-class af11", "! --dscp 0x0a", "DSCP match !0x0a"},
    {"tos", "! --tos minimize-delay", "! --tos 0x10/0x3f", "tos match!0x10/0x3f"},
    {"tos", "--tos 0x10", "--tos 0x10/0xff", "tos match0x10/0xff"},
    {"pkttype", "! --pkt-type mcast", "! --pkt-type multicast", "PKTTYPE != multicast"},
    {"pkttype", "--pkt-type otherhost", same, "PKTTYPE = otherhost"},
    {"statistic", "--mode random --probability .3", "--mode random --probability 0.29999999981",
     "statistic mode random probability 0.29999999981"},
    {"statistic", "--mode nth ! --every 3 --packet 0", same, "statistic mode nth ! every 3"},
    {"statistic", "--mode nth --every 3 --packet 1", same, "statistic mode nth every 3 packet 1"},
    {"physdev", "--physdev-in eth+ ! --physdev-is-in ! --physdev-is-bridged",
     "! --physdev-is-in --physdev-in eth+ ! --physdev-is-bridged",
     "PHYSDEV match ! --physdev-is-in --physdev-in eth+ ! --physdev-is-bridged", forward},
    {"rpfilter", "--loose --validmark --accept-local --invert", same,
     "rpfilter loose validmark accept-local invert", prerouting},
    {"esp", "! --espspi 5:9", same, "esp spis:!5:9"},
    {"esp", "--espspi 0:4294967295", "", "esp"},
    {"ah", "! --ahspi 5", same, "ah spi:!5"},
    {"tcpmss", "! --mss 5:9", same, "tcpmss match !5:9", tcp},
    {"ecn", "! --ecn-tcp-ece ! --ecn-ip-ect 2", same, "ECN match !ECE !ECT=2", tcp},
    {"ah", "! --ahspi 5 ! --ahlen 24 --ahres", same, "ah spi:!5 length:!24 reserved", v6},
    {"string", "--algo bm --string 'a b' --icase --to 90 --from 5",
     "--string \"a b\" --algo bm --from 5 --to 90 --icase",
     "STRING match  \"a b\" ALGO name bm FROM 5 TO 90 ICASE"},
    {"string", "! --hex-string '|0a 0b|xy|00|' --algo kmp", "! --hex-string \"|0a0b787900|\" --algo kmp",
     "STRING match ! \"|0a0b787900|\" ALGO name kmp"},
    {"string", "--hex-string 'a\\|b|63|' --algo kmp", "--string \"a|bc\" --algo kmp",
     "STRING match  \"a|bc\" ALGO name kmp"},
    {"time",
     "--timestart 01:02:03 --timestop 04:05:06 --monthdays 1,2,3,4,5 --weekdays Mon,Fri,Sun --datestart "
     "2001-02-03T04:05:06 --datestop 2012-09-08T09:06:05 --kerneltz",
     same,
     "TIME from 01:02:03 to 04:05:06 on Mon,Fri,Sun on 1st,2nd,3rd,4th,5th starting from 2001-02-03 04:05:06 "
     "until date 2012-09-08 09:06:05"},
    {"time", "! --weekdays 1,Tuesday --utc", "--weekdays Wed,Thu,Fri,Sat,Sun --datestop 2038-01-19T03:14:07",
     "TIME on Wed,Thu,Fri,Sat,Sun UTC"},
    {"time", "--timestart 23:00 --timestop 1:00 --contiguous --datestart 2020-12",
     "--timestart 23:00:00 --timestop 01:00:00 --datestart 2020-12-01T00:00:00 --datestop "
     "2038-01-19T03:14:07 --contiguous",
     "TIME from 23:00:00 to 01:00:00 starting from 2020-12-01 00:00:00 UTC contiguous"},
    {"mark", "! --mark 5/7", "! --mark 0x5/0x7", "mark match ! 0x5/0x7"},
    {"state", "--state est,NEW", "--state NEW,ESTABLISHED", "state NEW,ESTABLISHED"},
    {"state", "! --state INVALID", same, "! state INVALID"},
    {"conntrack", "! --ctstate NEW,DNAT", same, "! ctstate NEW,DNAT"},
    {"conntrack",
     "--ctstate NEW ! --ctproto tcp --ctorigsrc 10.1.2.3/8 --ctorigdstport 5:9 --ctreplsrcport 7 --ctstatus "
     "NONE --ctexpire 5: --ctdir REPLY",
     "--ctstate NEW ! --ctproto 6 --ctorigsrc 10.1.2.3/8 --ctorigdstport 5:9 --ctreplsrcport 7 --ctstatus "
     "NONE --ctexpire 5:4294967295 --ctdir REPLY",
     "ctstate NEW ! ctproto 6 ctorigsrc 10.1.2.3/8 ctorigdstport 5:9 ctreplsrcport 7 ctstatus NONE ctexpire "
     "5:4294967295 ctdir REPLY"},
    {"conntrack", "! --ctstatus EXPECTED,ASSURED ! --ctexpire 9", same,
     "! ctstatus EXPECTED,ASSURED ! ctexpire 9"},
    {"connmark", "! --mark 5/7", "! --mark 0x5/0x7", "connmark match ! 0x5/0x7"},
    {"connlimit", "! --connlimit-upto 5 --connlimit-mask 24",
     "--connlimit-above 5 --connlimit-mask 24 --connlimit-saddr", "#conn src/24 > 5"},
    {"connlimit", "--connlimit-upto 5 --connlimit-daddr",
     "--connlimit-upto 5 --connlimit-mask 128 --connlimit-daddr", "#conn dst/128 <= 5", v6},
    {"connbytes", "! --connbytes 5:9 --connbytes-mode bytes --connbytes-dir both", same,
     "! connbytes 5:9 connbytes mode bytes connbytes direction both"},
    {"connbytes", "! --connbytes 5:5 --connbytes-mode bytes --connbytes-dir both",
     "--connbytes 5:5 --connbytes-mode bytes --connbytes-dir both",
     "connbytes 5:5 connbytes mode bytes connbytes direction both"},
    {"connbytes", "--connbytes :5 --connbytes-dir reply --connbytes-mode avgpkt",
     "--connbytes 0:5 --connbytes-mode avgpkt --connbytes-dir reply",
     "connbytes 0:5 connbytes mode avgpkt connbytes direction reply"},
    {"helper", "! --helper ftp-21", same, "helper match ! \"ftp-21\""},
    {"connlabel", "! --label 127", "! --label \"127\"", "connlabel ! 127"},
    {"connlabel", "--label 40 --set", "--label \"40\" --set", "connlabel 40 set"},
    {"recent", "! --set --name x --rdest", "! --set --name x --mask 255.255.255.255 --rdest",
     "! recent: SET name: x side: dest mask: 255.255.255.255"},
    {"recent", "--rcheck --seconds 5 --reap --hitcount 200 --rttl",
     "--rcheck --seconds 5 --reap --hitcount 200 --rttl --name DEFAULT --mask 255.255.255.255 --rsource",
     "recent: CHECK seconds: 5 reap hit_count: 200 TTL-Match name: DEFAULT side: source mask: "
     "255.255.255.255"},
    {"recent", "--update --mask ffff::", "--update --name DEFAULT --mask ffff:: --rsource",
     "recent: UPDATE name: DEFAULT side: source mask: ffff::", v6},
    {"hashlimit", "--hashlimit 1/s --hashlimit-name a",
     "--hashlimit-upto 1/sec --hashlimit-burst 5 --hashlimit-name a", "limit: up to 1/sec burst 5"},
    {"hashlimit",
     "! --hashlimit-upto 5/min --hashlimit-name a --hashlimit-mode dstport,srcip --hashlimit-srcmask 24",
     "--hashlimit-above 5/min --hashlimit-burst 5 --hashlimit-mode srcip,dstport --hashlimit-name a "
     "--hashlimit-srcmask 24",
     "limit: above 5/min burst 5 mode srcip-dstport srcmask 24"},
    {"hashlimit", "--hashlimit-upto 4kb/s --hashlimit-burst 400kb --hashlimit-name a", same,
     "limit: up to 4kb/s burst 400kb"},
    {"hashlimit", "--hashlimit-upto 123456b/s --hashlimit-burst 1mb --hashlimit-name a", same,
     "limit: up to 123456b/s burst 1mb"},
    {"hashlimit", "--hashlimit-upto 10mb/s --hashlimit-name a", same, "limit: up to 10mb/s"},
    {"hashlimit",
     "--hashlimit-upto 40/sec --hashlimit-burst 20 --hashlimit-mode srcip --hashlimit-name a "
     "--hashlimit-rate-match --hashlimit-rate-interval 10",
     same, "limit: up to 4/sec burst 20 mode srcip rate-match rate-interval 10"},
    {"hashlimit",
     "--hashlimit-upto 40/min --hashlimit-burst 20 --hashlimit-mode srcip --hashlimit-name a "
     "--hashlimit-rate-match",
     "--hashlimit-upto 40/sec --hashlimit-burst 20 --hashlimit-mode srcip --hashlimit-name a "
     "--hashlimit-htable-expire 60000 --hashlimit-rate-match --hashlimit-rate-interval 60",
     "limit: up to 40/min burst 20 mode srcip rate-match rate-interval 60"},
    {"hashlimit", "--hashlimit-upto 1/s --hashlimit-name a --hashlimit-htable-size 99999999",
     "--hashlimit-upto 1/sec --hashlimit-burst 5 --hashlimit-name a --hashlimit-htable-size 1048576",
     "limit: up to 1/sec burst 5 htable-size 1048576"},
    {"quota", "! --quota 18446744073709551615", same, "quota: 18446744073709551615 bytes"},
    {"sctp", "--sport 5:9 ! --dport 3", same, "sctp spts:5:9 dpt:!3", sctp},
    {"sctp", "--chunk-types any init,data:Be,ABORT:t", "--chunk-types any DATA:Be,INIT,ABORT:t",
     "sctp any 0x0000:Be,0x0001,0x0006:t", sctp},
    {"sctp", "! --chunk-types only ALL", same, "sctp ! only ALL", sctp},
    {"sctp", "--chunk-types all NONE", same, "sctp all NONE", sctp},
    {"dccp", "--sport 1 ! --dport 2:3 ! --dccp-types RESPONSE,INVALID ! --dccp-option 5", same,
     "dccp spt:1 dpts:!2:3 !1,10 option=!5", dccp},
    {"ipcomp", "", "--ipcompspi 0", "comp spi:0", comp},
    {"ipcomp", "! --ipcompspi 18:20 --compres", same, "comp spis:!18:20 reserved", comp},
    {"u32", "--u32 '0 >> 22 & 0x3C @ 4 = 1:5 , 7&&010=8'",
     "--u32 \"0x0>>0x16&0x3c@0x4=0x1:0x5,0x7&&0x8=0x8\"", "u32 \"0x0>>0x16&0x3c@0x4=0x1:0x5,0x7&&0x8=0x8\""},
    {"u32", "! --u32 0=0", "! --u32 \"0x0=0x0\"", "u32 ! \"0x0=0x0\""},
    {"cpu", "! --cpu 1", same, "cpu ! 1"},
    {"realm", "! --realm 1/0x2a", "! --realm 0x1/0x2a", "! realm 0x1/0x2a"},
    {"realm", "--realm 0", "--realm cosmos", "realm 0x0"},
    {"policy", "--dir in --pol ipsec ! --mode transport --tunnel-src 10.0.0.1", same,
     "policy match dir in pol ipsec ! mode transport tunnel-src 10.0.0.1"},
    {"policy", "--dir in", "--dir in --pol ipsec", "policy match dir in pol ipsec"},
    {"policy", "--dir out --pol none", same, "policy match dir out pol none", output},
    {"policy", "--dir in --pol ipsec --proto 108 --mode transport ! --reqid 5 ! --spi 7",
     "--dir in --pol ipsec ! --reqid 5 ! --spi 0x7 --proto ipcomp --mode transport",
     "policy match dir in pol ipsec ! reqid 5 ! spi 0x7 proto 108 mode transport"},
    {"policy",
     "--dir in --pol ipsec --strict ! --reqid 1 --spi 0x1 --proto esp --mode tunnel --tunnel-dst 10.0.0.0/8 "
     "! "
     "--tunnel-src 10.0.0.0/8 --next --reqid 2 --next --proto ah",
     same,
     "policy match dir in pol ipsec strict [0] ! reqid 1 spi 0x1 proto 50 mode tunnel tunnel-dst 10.0.0.0/8 "
     "! "
     "tunnel-src 10.0.0.0/8 [1] reqid 2 [2] proto 51"},
    {"owner", "--uid-owner 5-8 ! --gid-owner 4294967294 --suppl-groups", same,
     "owner UID match 5-8 ! owner GID match 4294967294 incl. suppl. groups", output},
    {"owner", "--uid-owner root ! --socket-exists", "! --socket-exists --uid-owner 0",
     "! owner socket exists owner UID match 0", output},
    {"socket", "--transparent --nowildcard --restore-skmark", same,
     "socket --transparent --nowildcard --restore-skmark"},
    {"osf", "! --genre linux --ttl 2 --log 1", same, "OS fingerprint match ! linux", tcp},
    {"frag", "", "", "frag ", v6},
    {"frag", "! --fragid 1:9 --fraglen 42 --fragres --fragfirst --fragmore", same,
     "frag ids:!1:9 length:42 reserved first more", v6},
    {"frag", "--fragid : --fraglast", "--fraglast", "frag last", v6},
    {"hbh", "! --hbh-len 16 --hbh-opts 1:4,5,0", same, "hbh length:!16 opts 1:4,5,0", v6},
    {"dst", "--dst-len 16 --dst-opts 0", same, "dst length:16 opts 0", v6},
    {"rt", "--rt-type 0 ! --rt-segsleft 1:9 --rt-len 8 --rt-0-res --rt-0-addrs ::1,fe80::2 --rt-0-not-strict",
     same, "rt type:0 segslefts:!1:9 length:8 reserved 0-addrs ::1,fe80::2 0-not-strict", v6},
    {"ipv6header", "! --header dst,51,prot --soft", "! --header ipv6-opts,ah,protocol --soft",
     "ipv6header flags:!0x49 soft", v6},
    {"mh", "! --mh-type binding-refresh-request:COTI", "! --mh-type 0:2", "mh !0:2", mobility},
    {"mh", "", "", "mh", mobility},
    {"eui64", "", "", "eui64 ", v6},
    {"srh",
     "! --srh-next-hdr 17 --srh-hdr-len-eq 3 ! --srh-hdr-len-gt 3 --srh-tag 5 ! --srh-nsid b:: --srh-lsid "
     "c::/0",
     "! --srh-next-hdr 17 --srh-hdr-len-eq 3 ! --srh-hdr-len-gt 3 --srh-tag 5 ! --srh-nsid b::/128 "
     "--srh-lsid c::/0",
     "srh next-hdr:!17 hdr-len-eq:3 hdr-len-gt:!3 tag:5 nsid ! b::/128 lsid  c::/0", v6},
};

TEST(MatchText, IsReadSavedAndListed) {
    for (const auto& row : texts) {
        SCOPED_TRACE(std::string(row.match) + " " + std::string(row.given));
        const auto extension = read_match(row.match, row.given, row.rule);
        ASSERT_TRUE(extension) << extension.error().text();
        const std::string_view wanted = row.saved == same ? row.given : row.saved;
        EXPECT_EQ(extension->save(), wanted.empty() ? "" : " " + std::string(wanted));
        EXPECT_EQ(extension->list(true), row.listed);
    }
}

// What was saved is read again as the same rule.
TEST(MatchText, SavedTextMeansTheSame) {
    for (const auto& row : texts) {
        SCOPED_TRACE(std::string(row.match) + " " + std::string(row.given));
        const auto first = read_match(row.match, row.given, row.rule);
        ASSERT_TRUE(first);
        std::string saved = first->save();
        // The reader of these tests knows single quotes only.
        if (saved.find('\\') != std::string::npos) continue;
        for (char& c : saved) c = c == '"' ? '\'' : c;
        const auto second = read_match(row.match, saved, row.rule);
        ASSERT_TRUE(second) << second.error().text();
        EXPECT_EQ(second->save(), first->save());
    }
}

struct Bad {
    std::string_view match, given;
    Rule rule{};
};

const Bad bad_texts[] = {
    {"time", "--utc --kerneltz"},
    {"udp", "--sport -1"},
    {"udp", "--sport 65536"},
    {"udp", "--sport 9:5"},
    {"icmp", ""},
    {"icmp", "--icmp-type tos"},
    {"icmp", "--icmp-type 8:9"},
    {"icmp", "--icmp-type 3/"},
    {"icmp6", "--icmpv6-type any", v6},
    {"icmp6", "--icmpv6-type no-route --icmpv6-type packet-too-big", v6},
    {"multiport", "", tcp},
    {"multiport", "--dports 200:200", tcp},
    {"multiport", "--dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15:16", tcp},
    {"multiport", "--dports 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", tcp},
    {"multiport", "--dports 1,2,", tcp},
    {"multiport", "--dports 1:", tcp},
    {"multiport", "--sports 1024:65536", tcp},
    {"multiport", "--sports 1 --dports 2", tcp},
    {"iprange", ""},
    {"iprange", "--src-range fe80::1"},
    {"mac", "--mac-source 42:01:02:03:04"},
    {"mac", "--mac-source 42:01:02:03:04:05:06"},
    {"mac", "--mac-source 0001:2:3:4:5:AB"},
    {"ttl", ""},
    {"ttl", "--ttl-eq 256"},
    {"ttl", "! --ttl-gt 5"},
    {"hl", "--hl-gt 42 --hl-eq 42", v6},
    {"length", ""},
    {"length", "--length 0:65536"},
    {"length", "--length -1:65535"},
    {"limit", "--limit 10001/s"},
    {"limit", "--limit 0/s"},
    {"limit", "--limit 1/"},
    {"limit", "--limit 1/week"},
    {"limit", "--limit 3/day --limit-burst 0"},
    {"limit", "--limit 3/day"},  // a burst of 5 overflows
    {"comment", ""},
    {"addrtype", "--limit-iface-in"},
    {"addrtype", "--src-type wrong"},
    {"addrtype", "--src-type LOCAL,"},
    {"addrtype", "--src-type LOCAL --limit-iface-in --limit-iface-out"},
    {"addrtype", "--src-type LOCAL --limit-iface-out"},
    {"addrtype", "--src-type LOCAL --limit-iface-in", output},
    {"addrtype", "--dst-type BROADCAST", v6},
    {"dscp", ""},
    {"dscp", "--dscp 0x40"},
    {"dscp", "--dscp 0x3f --dscp-class CS0"},
    {"tos", "--tos Minimize"},
    {"tos", "--tos 0x100"},
    {"pkttype", "--pkt-type wrong"},
    {"statistic", ""},
    {"statistic", "--mode random"},
    {"statistic", "--mode random --probability 1.1"},
    {"statistic", "--probability 1"},
    {"statistic", "--mode nth --every 5"},
    {"statistic", "--mode nth --every 5 --packet 5"},
    {"statistic", "--mode nth --every 0 --packet 0"},
    {"statistic", "--mode random --probability .3 --every 3 --packet 1"},
    {"physdev", ""},
    {"physdev", "--physdev-out eth0", output},
    {"tcpmss", "--mss 65535:1000", tcp},
    {"ecn", "--ecn-tcp-cwr"},
    {"ecn", "", tcp},
    {"string", "--algo bm"},
    {"string", "--algo wrong --string x"},
    {"string", "--algo bm --string ''"},
    {"string", "--algo bm --hex-string '|0|'"},
    {"string", "--algo bm --hex-string '|00'"},
    {"string", "--algo bm --string x --from 9 --to 5"},
    {"time", "--timestart 24:00"},
    {"time", "--timestart 1"},
    {"time", "--datestart 1969"},
    {"time", "--datestart 2020-13"},
    {"time", "--monthdays 32"},
    {"time", "--weekdays 8"},
    {"time", "--timestart 1:00 --timestop 2:00 --contiguous"},
    {"state", ""},
    {"conntrack", ""},
    {"conntrack", "--ctstate wrong"},
    {"conntrack", "--ctdir orig"},
    {"conntrack", "--ctexpire 42949672956"},
    {"connlimit", "--connlimit-upto 4294967296"},
    {"connlimit", "--connlimit-above 10 --connlimit-saddr --connlimit-daddr"},
    {"connlimit", "--connlimit-above 10 --connlimit-mask 33"},
    {"connbytes", "--connbytes 9:5 --connbytes-mode bytes --connbytes-dir both"},
    {"connbytes", "--connbytes 0:18446744073709551616 --connbytes-mode bytes --connbytes-dir both"},
    {"connbytes", "--connbytes 0:1000 --connbytes-mode packets"},
    {"connlabel", "--label 128"},
    {"recent", ""},
    {"recent", "--set --seconds 5"},
    {"recent", "--rcheck --reap"},
    {"recent", "--rcheck --hitcount 65536"},
    {"hashlimit", "--hashlimit-name a"},
    {"hashlimit", "--hashlimit-upto 1/sec"},
    {"hashlimit", "--hashlimit-upto 1/sec --hashlimit-burst 1000001 --hashlimit-name a"},
    {"hashlimit", "--hashlimit-upto 96b/s --hashlimit-burst 5 --hashlimit-name a"},
    {"hashlimit", "--hashlimit-upto 0b/s --hashlimit-name a"},
    {"hashlimit", "--hashlimit-upto 1/s --hashlimit-name a/b"},
    {"hashlimit", "--hashlimit-upto 1/s --hashlimit-name a --hashlimit-htable-expire 0"},
    {"recent", "--set --name ../a"},
    {"recent", "--set --name ''"},
    {"quota", ""},
    {"quota", "--quota 18446744073709551616"},
    {"sctp", "--chunk-types some DATA", sctp},
    {"sctp", "--chunk-types any DATA,WRONG", sctp},
    {"sctp", "--chunk-types any INIT:T", sctp},
    {"sctp", "--chunk-types any DATA:-", sctp},
    {"sctp", "--chunk-types any DATA:E,ABORT:T,I_DATA:B,SHUTDOWN_COMPLETE:T,DATA:U", sctp},
    {"dccp", "--dccp-types WRONG", dccp},
    {"dccp", "--dccp-option 0", dccp},
    {"u32", ""},
    {"u32", "--u32 0"},
    {"u32", "--u32 0=1:"},
    {"u32", "--u32 '0=1 2'"},
    {"u32", "--u32 0=4294967296"},
    {"u32", "--u32 '0&&1=0'"},
    {"u32", "--u32 0=0,1,2,3,4,5,6,7,8,9,10"},
    {"u32", "--u32 '0&1&2&3&4&5&6&7&8&9&10=0'"},
    {"u32", "--u32 '0=0&&0=0&&0=0&&0=0&&0=0&&0=0&&0=0&&0=0&&0=0&&0=0&&0=0'"},
    {"cpu", "--cpu 4294967296"},
    {"realm", "--realm unknown"},
    {"policy", "--pol none"},
    {"policy", "--dir in --pol none --strict --proto esp"},
    {"policy", "--dir in --pol ipsec --strict --reqid 1 --next"},
    {"policy", "--dir in --pol ipsec --reqid 1 --next --reqid 2"},
    {"policy", "--dir in --pol ipsec --proto tcp"},
    {"policy", "--dir in --pol ipsec --proto esp --proto ah"},
    {"policy", "--dir in --pol ipsec --proto esp --tunnel-dst 10.0.0.0/8"},
    {"policy", "--dir in --pol ipsec ! --mode tunnel --tunnel-dst 10.0.0.0/8"},
    {"policy",
     "--dir in --strict --reqid 1 --next --reqid 2 --next --reqid 3 --next --reqid 4 --next --reqid 5"},
    {"policy", "--dir in", output},
    {"policy", "--dir out"},
    {"owner", "", output},
    {"owner", "--suppl-groups --uid-owner 5", output},
    {"owner", "--uid-owner 10-5", output},
    {"owner", "--uid-owner 4294967295", output},
    {"owner", "--uid-owner 5-", output},
    {"osf", "--genre linux --ttl 3", tcp},
    {"frag", "--fragmore --fraglast", v6},
    {"hbh", "--hbh-opts 256", v6},
    {"hbh", "--hbh-opts 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16", v6},
    {"rt", "--rt-0-res", v6},
    {"rt", "--rt-type 0 --rt-0-not-strict", v6},
    {"rt", "! --rt-type 0 --rt-0-addrs ::1", v6},
    {"rt", "--rt-type 0 --rt-0-addrs 10.0.0.1", v6},
    {"ipv6header", "--soft", v6},
    {"ipv6header", "--header wrong", v6},
    {"mh", "--mh-type 9:5", mobility},
    {"mh", "--mh-type 256", mobility},
    {"srh", "--srh-hdr-len-eq 256", v6},
    {"srh", "--srh-segs-left-eq 1 --srh-segs-left-lt 2", v6},
};

TEST(MatchText, WhatCantBeIsRefused) {
    for (const auto& row : bad_texts) {
        const auto extension = read_match(row.match, row.given, row.rule);
        EXPECT_FALSE(extension) << row.match << " " << row.given;
        if (!extension) {
            EXPECT_FALSE(extension.error().what.empty());
        }
    }
}

TEST(MatchText, ServicesAreListedByNameUnlessNumeric) {
    const auto extension = read_match("multiport", "--dports 53,100:200", udp);
    ASSERT_TRUE(extension);
    EXPECT_EQ(extension->list(false), "multiport dports domain,100:200");
    EXPECT_EQ(read_match("icmp", "! --icmp-type 3/1")->list(false), "icmp !host-unreachable");
    EXPECT_EQ(read_match("tos", "--tos 0x10/0x3f")->list(false), "tos match Minimize-Delay");
}

TEST(MatchText, EveryMatchActsOrSaysWhatItNeeds) {
    for (const auto* declaration : all_matches()) {
        EXPECT_TRUE(declaration->step != nullptr || declaration->need != Need::nothing) << declaration->name;
        EXPECT_FALSE(declaration->help.empty()) << declaration->name;
        for (const auto& option : declaration->options) {
            EXPECT_FALSE(option.traits.help.empty()) << declaration->name << " --" << option.name;
        }
    }
}

}  // namespace
}  // namespace gatehouse::rules

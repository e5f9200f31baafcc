// Values for the options of matches on IPv6's extension headers, and of matches that count.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "makers.h"
#include "network.h"

namespace gatehouse::generator {

namespace {

std::string stations(Draw& draw) {
    std::vector<std::string> some;
    for (std::uint32_t more = draw.number(1, 3); more > 0; --more)
        some.push_back(draw.of(hosts(Family::ipv6)));
    draw.edges.stations.push_back(some);
    return fmt::format("{}", fmt::join(some, ","));
}

}  // namespace

const Values& header_values() {
    const Make lengths = words({"8", "16", "24"});
    static const Values all{
        {"frag fragid", words({"0:2147483648", "7", "2147483648:4294967295"})},
        {"frag fraglen", lengths},
        {"hbh hbh-len", lengths},
        {"hbh hbh-opts", words({"1", "1:4", "1:3", "5", "1:4,0"})},
        {"dst dst-len", lengths},
        {"dst dst-opts", words({"1", "1:4", "1:3", "5", "1:4,0"})},
        {"rt rt-type", words({"0", "0", "2", "3", "4", "4"})},
        {"rt rt-segsleft", words({"0", "1", "0:1", "2:9"})},
        {"rt rt-len", words({"24", "40", "56"})},
        {"rt rt-0-addrs", stations},
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
        {"srh srh-tag", words({"0", "1", "2", "3", "256", "257"})},
        {"srh srh-psid", own_prefix},
        {"srh srh-nsid", own_prefix},
        {"srh srh-lsid", own_prefix},
    };
    return all;
}

const Values& counting_values() {
    const Make rates = words({"1/hour", "2/hour", "3/hour", "1/day"});
    static const Values all{
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

}  // namespace gatehouse::generator

#include "oracle/noise.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace gatehouse::oracle {
namespace {

struct Case {
    std::string name;
    std::vector<std::uint8_t> after_addresses;  // from the ethertype
    bool noise;
};

const std::vector<std::uint8_t> arp = {0x08, 0x06, 0, 1};
const std::vector<std::uint8_t> tagged_arp = {0x81, 0x00, 0, 7, 0x08, 0x06, 0, 1};
const std::vector<std::uint8_t> double_tagged_arp = {0x88, 0xa8, 0, 7, 0x81, 0x00, 0, 9, 0x08, 0x06, 0, 1};
const std::vector<std::uint8_t> cut_tag = {0x81, 0x00, 0};

std::vector<std::uint8_t> ipv4(std::uint8_t protocol) {
    std::vector<std::uint8_t> bytes{0x08, 0x00, 0x45, 0, 0, 20, 0, 0, 0, 0, 1, protocol};
    bytes.resize(2 + 20);
    return bytes;
}

std::vector<std::uint8_t> ipv6(std::uint8_t next, std::vector<std::uint8_t> payload) {
    std::vector<std::uint8_t> bytes{0x86, 0xdd, 0x60, 0, 0, 0, 0, static_cast<std::uint8_t>(payload.size()),
                                    next};
    bytes.resize(2 + 40);
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    return bytes;
}

class Noise : public testing::TestWithParam<Case> {};

TEST_P(Noise, Recognized) {
    const Mac own{{2, 0, 0, 0, 1, 1}};
    const Mac other{{2, 0, 0, 0, 1, 2}};
    for (const bool is_own : {true, false}) {
        std::vector<std::uint8_t> frame(12, 0xff);
        (is_own ? own : other).store(frame.data() + 6);
        const auto& rest = GetParam().after_addresses;
        frame.insert(frame.end(), rest.begin(), rest.end());
        EXPECT_EQ(is_noise(frame, std::array{own}), is_own && GetParam().noise);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Frames, Noise,
    testing::Values(Case{"arp", arp, true}, Case{"tagged_arp", tagged_arp, true},
                    Case{"double_tagged_arp", double_tagged_arp, true}, Case{"cut_tag", cut_tag, false},
                    Case{"igmp", ipv4(2), true}, Case{"udp", ipv4(17), false},
                    Case{"cut_ipv4", {0x08, 0x00, 0x45}, false},
                    Case{"neighbour_solicitation", ipv6(58, {135, 0}), true},
                    Case{"ping6", ipv6(58, {128, 0}), false},
                    Case{"mld_behind_router_alert", ipv6(0, {58, 0, 5, 2, 0, 0, 1, 0, 143, 0}), true},
                    Case{"udp_behind_hop_by_hop", ipv6(0, {17, 0, 5, 2, 0, 0, 1, 0, 143, 0}), false},
                    Case{"lying_hop_by_hop", ipv6(0, {58, 200, 5, 2, 0, 0, 1, 0, 143, 0}), false},
                    Case{"cut_ipv6", {0x86, 0xdd, 0x60}, false}, Case{"no_ethertype", {0x08}, false}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace gatehouse::oracle

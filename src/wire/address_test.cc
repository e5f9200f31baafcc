#include "wire/address.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(Prefix, RoundTripsThroughText) {
    for (const char* text :
         {"10.0.0.0/8", "0.0.0.0/0", "192.0.2.1/32", "fd00::/8", "::/0", "2001:db8::1/128"}) {
        const auto prefix = parse_prefix(text);
        ASSERT_TRUE(prefix) << text;
        EXPECT_EQ(to_string(*prefix), text);
    }
    EXPECT_EQ(to_string(*parse_prefix("10.1.2.3/8")), "10.0.0.0/8");
    for (const char* bad :
         {"", "10.0.0", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/08", "1.2.3.4/0x8"}) {
        EXPECT_FALSE(parse_prefix(bad)) << bad;
    }
}

TEST(Prefix, ContainsByItsBitsAlone) {
    const auto p = *parse_prefix("2001:db8:8000::/33");
    EXPECT_TRUE(p.contains(*parse_address("2001:db8:ffff::1", Family::ipv6)));
    EXPECT_FALSE(p.contains(*parse_address("2001:db8:7fff::1", Family::ipv6)));
}

TEST(Mac, RoundTripsThroughText) {
    EXPECT_EQ(to_string(*parse_mac("02:0:AB:cd:00:ff")), "02:00:ab:cd:00:ff");
    for (const char* bad : {"", "02:00", "02:00:00:00:00:00:00", "02:00:00:00:00:100", "0g:00:00:00:00:00"}) {
        EXPECT_FALSE(parse_mac(bad)) << bad;
    }
}

}  // namespace
}  // namespace gatehouse

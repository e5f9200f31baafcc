// One written packet through a router that was made up for it.
#include "frontend/replay/session.h"

#include <cstdio>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace gatehouse::frontend {
namespace {

using testing::HasSubstr;

struct Sides {
    const char* name;
    const char* packet;
    DeriveOptions options;
    const char* inside;
    const char* outside;
    const char* out;
};

class WrittenPacket : public testing::TestWithParam<Sides> {};

TEST_P(WrittenPacket, GetsARouterWithItsInterface) {
    auto written = scenario::read_written(GetParam().packet);
    ASSERT_TRUE(written) << written.error().text();
    auto session = Session::open({.derive = GetParam().options}, *written);
    ASSERT_TRUE(session) << session.error().text();
    const auto& interfaces = (*session)->engine().router().interfaces();
    EXPECT_EQ(interfaces.name(static_cast<InterfaceId>(1)), GetParam().inside);
    EXPECT_EQ(interfaces.name(static_cast<InterfaceId>(2)), GetParam().outside);
    const auto report = (*session)->send(*written);
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_EQ(interfaces.name(report->in), written->interface);
    EXPECT_EQ(interfaces.name(report->completion.out), GetParam().out);
    EXPECT_THAT(report->walk, HasSubstr(std::string("leaves by ") + GetParam().out));
}

INSTANTIATE_TEST_SUITE_P(
    Packets, WrittenPacket,
    testing::Values(
        Sides{"from_inside", "lan tcp 10.0.0.2:1 > 192.0.2.9:80 S", {}, "lan", "outside", "outside"},
        Sides{"from_outside", "wan tcp 192.0.2.9:80 > 10.0.0.2:1 SA", {}, "inside", "wan", "inside"},
        Sides{"v6", "lan udp [fd00::2]:1 > [2001:db8::9]:53", {}, "lan", "outside", "outside"},
        Sides{"named_inside", "inside udp 192.0.2.9:1 > 10.0.0.2:53", {}, "outside", "inside", "outside"},
        Sides{"both_named",
              "wan0 udp 10.0.0.2:1 > 192.0.2.9:53",
              {.inside_name = "lan0", .outside_name = "wan0"},
              "lan0",
              "wan0",
              "wan0"},
        Sides{"prefix",
              "a udp 192.0.2.9:1 > 192.0.2.129:53",
              {.inside = {*parse_prefix("192.0.2.128/25")}},
              "inside",
              "a",
              "inside"},
        Sides{"both_private", "a udp 10.0.0.2:1 > 10.1.0.9:53", {}, "a", "outside", "outside"}),
    [](const auto& row) { return row.param.name; });

TEST(Session, TellsOfInterfacesThatTheRouterHasnt) {
    char path[] = "/tmp/gatehouse-rules-XXXXXX";
    const int file = ::mkstemp(path);
    ASSERT_GE(file, 0);
    constexpr std::string_view rules =
        "*filter\n-A FORWARD -i lan0 -o wan+ -j DROP\n-A FORWARD -i lan -j DROP\n"
        "-A FORWARD ! -o ppp0 -j DROP\nCOMMIT\n";
    ASSERT_EQ(::write(file, rules.data(), rules.size()), static_cast<ssize_t>(rules.size()));
    ::close(file);
    auto written = scenario::read_written("lan udp 10.0.0.2:1 > 192.0.2.9:53");
    const auto session = Session::open({.rules4 = path}, *written);
    std::remove(path);
    ASSERT_TRUE(session) << session.error().text();
    EXPECT_EQ((*session)->absent_interfaces(), "lan0, ppp0");
}

}  // namespace
}  // namespace gatehouse::frontend

#include "track/synproxy/cookie.h"

#include <gtest/gtest.h>
#include <random>

namespace gatehouse::track::synproxy {
namespace {

constexpr SipKey key{1, 2};
constexpr Time now{1'700'000'000 * second};

Tuple client(Family family) {
    const bool v4 = is_v4(family);
    return {.source = *parse_address(v4 ? "10.0.0.1" : "2001:db8::1", family),
            .destination = *parse_address(v4 ? "192.0.2.9" : "2001:db8::9", family),
            .ends = {40000, 80},
            .family = family,
            .protocol = 6};
}

class Cookie : public testing::TestWithParam<Family> {};
INSTANTIATE_TEST_SUITE_P(Families, Cookie, testing::Values(Family::ipv4, Family::ipv6),
                         [](const auto& row) { return is_v4(row.param) ? "v4" : "v6"; });

TEST_P(Cookie, KeepsTheSegmentSize) {
    struct Row {
        std::uint16_t given, kept4, kept6;
    };
    for (const auto& [given, kept4, kept6] :
         {Row{0, 536, 1220}, Row{535, 536, 1220}, Row{1299, 536, 1220}, Row{1300, 1300, 1220},
          Row{1440, 1440, 1440}, Row{1459, 1440, 1440}, Row{1460, 1460, 1440}, Row{65535, 1460, 8940}}) {
        const std::uint32_t cookie = make_cookie(key, client(GetParam()), 77, given, now);
        EXPECT_EQ(read_cookie(key, client(GetParam()), 77, cookie, now), is_v4(GetParam()) ? kept4 : kept6)
            << given;
    }
}

TEST_P(Cookie, LivesForOneMinuteToTwo) {
    const Time minute{now.since_epoch / (60 * second) * 60 * second};
    const std::uint32_t cookie = make_cookie(key, client(GetParam()), 77, 1460, minute);
    EXPECT_TRUE(read_cookie(key, client(GetParam()), 77, cookie, minute + 119 * second));
    EXPECT_FALSE(read_cookie(key, client(GetParam()), 77, cookie, minute + 120 * second));
    EXPECT_FALSE(read_cookie(key, client(GetParam()), 77, cookie, minute + -1 * second));
    // The minutes go round after 32.
    EXPECT_FALSE(read_cookie(key, client(GetParam()), 77, cookie, minute + 32 * 60 * second));
}

TEST_P(Cookie, IsOfOneSynAndOneKey) {
    const Tuple good = client(GetParam());
    const std::uint32_t cookie = make_cookie(key, good, 77, 1460, now);
    EXPECT_FALSE(read_cookie(key, good, 78, cookie, now));
    EXPECT_FALSE(read_cookie({1, 3}, good, 77, cookie, now));
    const auto changed = [&](auto change) {
        Tuple other = good;
        change(other);
        EXPECT_FALSE(read_cookie(key, other, 77, cookie, now));
    };
    changed([](Tuple& t) { t.source.words[0] ^= 1; });
    changed([](Tuple& t) { t.destination.words[0] ^= 1; });
    changed([](Tuple& t) { t.ends.source ^= 1; });
    changed([](Tuple& t) { t.ends.destination ^= 1; });
}

TEST_P(Cookie, IsSeldomGuessed) {
    std::minstd_rand random(1);
    unsigned guessed = 0;
    for (int i = 0; i < 100'000; ++i)
        guessed +=
            read_cookie(key, client(GetParam()), 77, static_cast<std::uint32_t>(random() * 2), now) ? 1 : 0;
    EXPECT_LE(guessed, 1u);
}

}  // namespace
}  // namespace gatehouse::track::synproxy

// ICMP and ICMPv6: which messages open a connection, which answer one, and which are never tracked.
#include "track/proto/icmp.h"

#include <gtest/gtest.h>
#include <map>
#include <set>

#include "packet/reason.h"
#include "track/proto/proto_testing.h"
#include "wire/protocol.h"

namespace gatehouse::track {
namespace {

using testing::Parsed;
namespace protocol = wire::protocol;

class Icmp : public ::testing::TestWithParam<Family> {
  protected:
    bool v4() const { return is_v4(GetParam()); }
    std::uint8_t number() const { return v4() ? protocol::icmp : protocol::icmpv6; }
    std::map<int, int> pairs() const {
        if (v4()) return {{8, 0}, {13, 14}, {15, 16}, {17, 18}};
        return {{128, 129}, {139, 140}};
    }
    auto message(std::uint8_t type, std::optional<std::uint16_t> checksum = {}) const {
        return [this, type, checksum](wire::PacketBuilder& b) {
            const wire::Icmp fields{.type = type, .checksum = checksum};
            v4() ? b.icmp(fields) : b.icmpv6(fields);
        };
    }
    TimeoutPolicy policy;
};
INSTANTIATE_TEST_SUITE_P(Families, Icmp, ::testing::Values(Family::ipv4, Family::ipv6),
                         [](const auto& row) { return is_v4(row.param) ? "v4" : "v6"; });

TEST_P(Icmp, QueriesAloneOpenAConnection) {
    const auto queries = pairs();
    for (int type = 0; type < 256; ++type) {
        SCOPED_TRACE(type);
        const auto t = static_cast<std::uint8_t>(type);
        const bool query = queries.contains(type);
        EXPECT_EQ(icmp::opens(t, number()), query);
        Parsed made(GetParam(), Direction::original, message(t));
        const Judgement opening = icmp::update({.packet = made.packet, .opens = true, .timeouts = policy});
        EXPECT_EQ(opening.verdict, query ? Verdict::accept : Verdict::invalid);
        EXPECT_EQ(opening.finding.reason, query ? Reason::none : Reason::track_icmp_unasked);
        if (query) {
            EXPECT_EQ(opening.lifetime, 30 * second);
            EXPECT_TRUE(opening.refresh);
            EXPECT_EQ(opening.set_status, 0u);
        }
        EXPECT_EQ(icmp::update({.packet = made.packet, .timeouts = policy}).verdict, Verdict::accept);
    }
}

TEST_P(Icmp, EachQueryHasItsAnswer) {
    std::map<int, int> both = pairs();
    for (const auto& [query, answer] : pairs()) both[answer] = query;
    for (int type = 0; type < 256; ++type) {
        const auto other = icmp::counterpart(static_cast<std::uint8_t>(type), number());
        ASSERT_EQ(other.has_value(), both.contains(type)) << type;
        if (other) {
            EXPECT_EQ(*other, both[type]) << type;
        }
    }
}

TEST_P(Icmp, TimesAreTheFamilys) {
    policy.seconds[static_cast<std::size_t>(Timeout::icmp)] = 4;
    policy.seconds[static_cast<std::size_t>(Timeout::icmpv6)] = 6;
    Parsed made(GetParam(), Direction::original, message(static_cast<std::uint8_t>(pairs().begin()->first)));
    EXPECT_EQ(icmp::update({.packet = made.packet, .opens = true, .timeouts = policy}).lifetime,
              (v4() ? 4 : 6) * second);
}

TEST_P(Icmp, OfTheOtherFamilyIsInvalid) {
    Parsed made(GetParam(), Direction::original, [&](wire::PacketBuilder& b) {
        const wire::Icmp fields{.type = static_cast<std::uint8_t>(v4() ? 128 : 8)};
        v4() ? b.icmpv6(fields) : b.icmp(fields);
    });
    EXPECT_EQ(icmp::update({.packet = made.packet, .opens = true, .timeouts = policy}).verdict,
              Verdict::invalid);
}

TEST_P(Icmp, IsUnfitCutShortUnknownOrWithAWrongChecksum) {
    for (int type = 0; type < 256; ++type) {
        Parsed made(GetParam(), Direction::original, message(static_cast<std::uint8_t>(type)));
        EXPECT_EQ(icmp::unfit(made.packet, true).reason,
                  v4() && type > 18 ? Reason::track_icmp_type : Reason::none)
            << type;
    }
    Parsed wrong(GetParam(), Direction::original, message(static_cast<std::uint8_t>(v4() ? 8 : 128), 0x1234));
    EXPECT_EQ(icmp::unfit(wrong.packet, true).reason, Reason::l4_bad_checksum);
    EXPECT_EQ(icmp::unfit(wrong.packet, false).reason, Reason::none);
    for (const std::size_t length : {1u, 4u, 7u}) {
        Parsed cut(GetParam(), Direction::original, [&](wire::PacketBuilder& b) {
            b.unknown(number()).payload(std::string_view("\x08\0\0\0\0\0\0\0", length));
        });
        EXPECT_EQ(icmp::unfit(cut.packet, false).reason, Reason::l4_truncated) << length;
    }
}

TEST(IcmpV6, DiscoveryAndListenersAreNeverTracked) {
    const std::set<int> untracked{130, 131, 132, 133, 134, 135, 136, 143, 151, 152};
    for (int type = 0; type < 256; ++type)
        EXPECT_EQ(icmp::is_never_tracked(static_cast<std::uint8_t>(type)), untracked.contains(type)) << type;
}

}  // namespace
}  // namespace gatehouse::track

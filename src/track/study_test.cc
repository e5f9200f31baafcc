// Spells as tracking records them, from segments and datagrams written down.
#include "track/study.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "hook/context.h"
#include "packet/test_frame.h"
#include "track/tracking.h"
#include "wire/builder.h"
#include "wire/tcp.h"

namespace gatehouse::track {
namespace {

constexpr std::uint8_t S = wire::tcp_flag::syn, A = wire::tcp_flag::ack, F = wire::tcp_flag::fin,
                       R = wire::tcp_flag::rst;
constexpr auto out = Direction::original, back = Direction::reply;

// Packets between one client and one server, each so many seconds after the last.
struct Fixture {
    explicit Fixture(StudyMode mode, std::uint32_t entries = 100)
        : tracking({.limits = {.entries = entries}}, 1) {
        tracking.study(mode, 1024);
        services.tracking = &tracking;
    }

    Info pass(Bytes frame) {
        TestFrame test(frame);
        EXPECT_FALSE(parse_frame(test.packet).finding);
        services.now = now;
        Context context(test.packet, services, Hook::prerouting);
        tracking.track(context);
        tracking.confirm(context);
        const Info info = tracking.seen(test.packet).info;
        tracking.settle();
        return info;
    }
    Info tcp(double after, Direction direction, std::uint8_t flags, std::uint32_t seq, std::uint32_t ack,
             std::string_view data = "") {
        const bool original = direction == out;
        const std::uint16_t client = port, server = 80;
        wait(after);
        wire::PacketBuilder b;
        b.ethernet({})
            .ipv4({.source = Address::v4(original ? 0x0a000002 : 0xc0000209),
                   .destination = Address::v4(original ? 0xc0000209 : 0x0a000002)})
            .tcp({.source = original ? client : server,
                  .destination = original ? server : client,
                  .sequence = seq,
                  .acknowledgment = ack,
                  .flags = flags});
        return pass(b.payload(data).finish());
    }
    void udp(double after, Direction direction) {
        const bool original = direction == out;
        wait(after);
        wire::PacketBuilder b;
        b.ethernet({})
            .ipv4({.source = Address::v4(original ? 0x0a000002 : 0xc0000209),
                   .destination = Address::v4(original ? 0xc0000209 : 0x0a000002)})
            .udp({.source = static_cast<std::uint16_t>(original ? 4000 : 53),
                  .destination = static_cast<std::uint16_t>(original ? 53 : 4000)});
        pass(b.payload("x").finish());
    }
    void wait(double seconds) { now = now + static_cast<Nanoseconds>(seconds * 1e3 + 0.5) * millisecond; }
    // A handshake, and the client's FIN acknowledged: the client's next number is 102, the server's 501.
    void half_close() {
        tcp(0, out, S, 100, 0);
        tcp(0, back, S | A, 500, 101);
        tcp(0, out, A, 101, 501);
        tcp(1, out, F | A, 101, 501);
        tcp(0.5, back, A, 501, 102);
    }
    std::vector<StudyRecord> records() {
        std::vector<StudyRecord> all;
        tracking.study()->drain(1000, [&](const StudyRecord& r) { all.push_back(r); });
        return all;
    }

    Time now{1000 * second};
    std::uint16_t port = 40'000;
    Services services;
    Tracking tracking;
};

TEST(Study, RecordsAHalfClosedConnectionUntilTheOtherFin) {
    Fixture f(StudyMode::half_closed);
    f.half_close();
    f.tcp(10, back, A, 501, 102, "data");
    f.tcp(2, out, A, 102, 505);
    f.tcp(43.2, back, F | A, 505, 102);
    f.tcp(1, out, A, 102, 506);
    const auto r = f.records();
    ASSERT_EQ(r.size(), 5u);
    EXPECT_EQ(r[0].what, StudyRecord::What::begun);
    EXPECT_EQ(r[0].by, out);
    EXPECT_EQ(r[0].original.ends.destination, 80);
    EXPECT_FALSE(r[0].picked_up);
    EXPECT_EQ(r[1].gap, 10 * second);
    EXPECT_EQ(r[1].by, back);
    EXPECT_EQ(r[2].gap, 2 * second);
    EXPECT_EQ(r[2].by, out);
    EXPECT_EQ(r[3].gap, 43'200 * millisecond);
    EXPECT_EQ(r[3].remaining, 86'356'800 * millisecond);
    EXPECT_EQ(r[4].what, StudyRecord::What::ended);
    EXPECT_EQ(r[4].end, SpellEnd::fin);
    EXPECT_EQ(r[4].total, 55'200 * millisecond);
}

TEST(Study, KeepsHalfClosedConnectionsForADay) {
    Fixture f(StudyMode::half_closed);
    f.half_close();
    EXPECT_EQ(f.tcp(86'399, back, A, 501, 102, "late"), Info::established);
    f.wait(86'401);
    f.tracking.advance(f.now);
    const auto r = f.records();
    ASSERT_EQ(r.size(), 3u);
    EXPECT_EQ(r[1].gap, 86'399 * second);
    EXPECT_EQ(r[2].end, SpellEnd::silence);
    EXPECT_EQ(r[2].gap, 86'400 * second);
}

TEST(Study, KnowsWhoClosedFirst) {
    Fixture f(StudyMode::half_closed);
    f.tcp(0, out, S, 100, 0);
    f.tcp(0, back, S | A, 500, 101);
    f.tcp(0, out, A, 101, 501);
    f.tcp(1, back, F | A, 501, 101);
    f.tcp(1, out, A, 101, 502);
    f.tcp(5, out, R, 101, 0);
    const auto r = f.records();
    ASSERT_EQ(r.size(), 3u);
    EXPECT_EQ(r[0].by, back);
    EXPECT_EQ(r[2].end, SpellEnd::reset);
    EXPECT_EQ(r[2].total, 5 * second);
}

TEST(Study, LeavesOutConnectionsThatCloseAtOnce) {
    Fixture f(StudyMode::half_closed);
    f.tcp(0, out, S, 100, 0);
    f.tcp(0, back, S | A, 500, 101);
    f.tcp(0, out, A, 101, 501);
    f.tcp(1, out, F | A, 101, 501);
    f.tcp(1, back, A, 501, 101, "not yet");  // doesn't acknowledge the FIN
    f.tcp(1, back, F | A, 508, 102);         // acknowledges it, and closes
    f.tcp(1, out, A, 102, 509);
    EXPECT_TRUE(f.records().empty());
    EXPECT_EQ(f.tracking.table().side().used<StudyState>(), 0u);
}

TEST(Study, TellsAnsweredKeepalivesFromOthers) {
    for (const bool answer : {true, false}) {
        Fixture f(StudyMode::half_closed);
        f.half_close();
        f.tcp(60, back, A, 500, 102);  // the octet before the next
        if (answer) f.tcp(0.1, out, A, 102, 501);
        f.wait(90'000);
        f.tracking.advance(f.now);
        const auto r = f.records();
        EXPECT_EQ(r.back().end, answer ? SpellEnd::keepalive_answered : SpellEnd::keepalive_unanswered);
    }
}

TEST(Study, SeesTheFinSentAgainAndThePortsUsedAgain) {
    Fixture f(StudyMode::half_closed);
    f.half_close();
    f.tcp(3, out, F | A, 101, 501);
    f.tcp(0.1, back, A, 501, 102);
    f.tcp(7200, back, A, 501, 102, "x");
    f.tcp(60, out, S, 9000, 0);
    const auto r = f.records();
    ASSERT_EQ(r.size(), 5u);
    EXPECT_EQ(r[3].gap, 7200 * second);
    EXPECT_EQ(r[4].end, SpellEnd::reopened);
}

TEST(Study, RecordsEstablishedConnections) {
    Fixture f(StudyMode::idle);
    f.tcp(0, out, S, 100, 0);
    f.tcp(0, back, S | A, 500, 101);
    f.tcp(0, out, A, 101, 501);
    f.tcp(500'000, back, A, 501, 101, "still here");
    f.tcp(1, out, F | A, 101, 511);
    const auto r = f.records();
    ASSERT_EQ(r.size(), 4u);
    EXPECT_EQ(r[0].kind, SpellKind::tcp_established);
    EXPECT_EQ(r[1].gap, 500'000 * second);
    EXPECT_EQ(r[3].end, SpellEnd::fin);
    // Nor does it come back as another, however late.
    f.tcp(0.1, back, A, 511, 102);
    EXPECT_EQ(f.tcp(5000, back, A, 511, 102, "late"), Info::established);
    EXPECT_TRUE(f.records().empty());
}

TEST(Study, PartsUdpWhereItsTimeoutChanges) {
    Fixture f(StudyMode::idle);
    f.udp(0, out);
    f.udp(0.1, back);
    f.udp(50, out);
    f.udp(100, back);
    f.wait(90'000);
    f.tracking.advance(f.now);
    std::vector<std::string> told;
    for (const auto& r : f.records()) {
        constexpr const char* what[] = {"begun", "packet", "ended"};
        told.push_back(std::string(r.kind == SpellKind::udp ? "udp " : "stream ") +
                       what[static_cast<unsigned>(r.what)]);
    }
    EXPECT_EQ(told, (std::vector<std::string>{"udp begun", "udp packet", "udp packet", "udp ended",
                                              "stream begun", "stream packet", "stream ended"}));
}

TEST(Study, GivesItsEntriesUpFirstTheLongestSilentBeforeOthers) {
    Fixture f(StudyMode::half_closed, 4);
    for (const int port : {1, 2}) {
        f.port = static_cast<std::uint16_t>(40'000 + port);
        f.half_close();
    }
    f.port = 40'001;
    f.tcp(5, back, A, 501, 102, "x");  // so that the second is silent longer
    f.records();
    f.port = 50'000;
    f.tcp(1, out, S, 1, 0);
    f.port = 50'001;
    f.tcp(1, out, S, 1, 0);  // full now, with two that nobody answered
    EXPECT_TRUE(f.records().empty());
    f.port = 50'002;
    f.tcp(1, out, S, 1, 0);
    auto r = f.records();
    ASSERT_EQ(r.size(), 1u);
    EXPECT_EQ(r[0].end, SpellEnd::lost);
    EXPECT_EQ(r[0].original.ends.source, 40'002);
    f.port = 50'003;
    f.tcp(1, out, S, 1, 0);
    r = f.records();
    ASSERT_EQ(r.size(), 1u);
    EXPECT_EQ(r[0].original.ends.source, 40'001);
    EXPECT_EQ(f.tracking.table().statistics().early_drop, 2u);
    EXPECT_EQ(f.tracking.study()->least_needed(), ConnIndex::none);
}

TEST(Study, CountsWhatNobodyTookInTime) {
    Fixture f(StudyMode::half_closed);
    f.tracking.study(StudyMode::half_closed, 2);
    f.half_close();
    for (unsigned i = 0; i < 4; ++i) f.tcp(1, back, A, 501 + i, 102, "x");
    EXPECT_EQ(f.records().size(), 2u);
    EXPECT_EQ(f.tracking.study()->lost(), 3u);
}

}  // namespace
}  // namespace gatehouse::track

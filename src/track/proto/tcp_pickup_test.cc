#include "track/proto/tcp_pickup.h"

#include <gtest/gtest.h>

#include "track/proto/tcp_testing.h"

namespace gatehouse::track::tcp::testing {
namespace {

// A connection picked up: the server sends data, the client acknowledges it and offers windows of a scale
// that the tracker must learn.
class Download {
  public:
    explicit Download(unsigned scale, PickupMode mode = PickupMode::learn) : scale_(scale) {
        flow.settings.pickup = mode;
    }
    Outcome data(std::uint16_t length) {
        const auto outcome =
            flow.send({.side = Side::server, .flags = 0x10, .seq = sent, .ack = 7000, .length = length});
        sent += length;
        return outcome;
    }
    // Acknowledges all but `behind` bytes; the window goes in bytes.
    Outcome acknowledge(std::uint32_t window, std::uint32_t behind = 0) {
        return flow.send({.side = Side::client,
                          .flags = 0x10,
                          .seq = 7000,
                          .ack = sent - behind,
                          .window = static_cast<std::uint16_t>(window >> scale_)});
    }
    // Some round trips, after which the bounds hold.
    void settle(std::uint32_t window = 40'000) {
        for (int i = 0; i < 6; ++i) {
            data(1000);
            acknowledge(window);
        }
    }
    unsigned client() const { return index(flow.direction(Side::client)); }
    unsigned least() const { return flow.state.least_scale(client()); }
    unsigned most() const { return flow.state.most_scale(client()); }

    Flow flow;
    std::uint32_t sent = 0xffff'0000;

  private:
    unsigned scale_;
};

TEST(TcpPickup, KnowsNothingAtFirst) {
    Download d(7);
    EXPECT_EQ(d.data(100).info, Info::fresh);
    EXPECT_TRUE(d.flow.state.inferred);
    EXPECT_EQ(d.least(), 0u);
    EXPECT_EQ(d.most(), 14u);
    Download linux_way(7, PickupMode::linux);
    linux_way.data(100);
    EXPECT_FALSE(linux_way.flow.state.inferred);
    EXPECT_EQ(linux_way.most(), 0u);
}

TEST(TcpPickup, DataAcknowledgedBeyondTheEdgeRaisesTheLeast) {
    for (const unsigned scale : {0u, 1u, 7u, 14u}) {
        Download d(scale);
        // An offer of many fields, and data up to its end: no smaller scale admits it.
        const std::uint32_t offer = 2000u << scale;
        d.settle(offer);
        const std::uint32_t edge = d.sent + offer;
        while (d.sent != edge) d.data(static_cast<std::uint16_t>(std::min(edge - d.sent, 1400u)));
        d.acknowledge(offer);
        EXPECT_EQ(d.least(), scale);
        EXPECT_EQ(d.most(), 14u);
    }
}

TEST(TcpPickup, AnOfferThatShrinksLowersTheMost) {
    for (const unsigned scale : {0u, 3u, 7u, 9u}) {
        Download d(scale);
        d.settle(1000u << scale);
        const std::uint32_t step = 16u << scale;
        std::uint32_t window = 1000u << scale;
        d.acknowledge(window);
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ(d.most(), 14u) << "three must agree: " << i;
            for (std::uint32_t left = step; left != 0;) {
                const auto length = std::min(left, 1000u);
                d.data(static_cast<std::uint16_t>(length));
                left -= length;
            }
            window -= step;
            d.acknowledge(window);
        }
        EXPECT_EQ(d.most(), scale);
        EXPECT_EQ(d.flow.state.side[d.client()].max_window, 1000u << scale);
    }
}

TEST(TcpPickup, AWindowThatShrinksIsNotLearntFrom) {
    Download d(7);
    d.settle(128'000);
    // It takes all that it offered, then moves its edge left.
    d.acknowledge(128'000);
    for (int i = 0; i < 128; ++i) d.data(1000);
    d.acknowledge(128'000);
    EXPECT_GE(d.least(), 7u);
    d.data(200);
    d.acknowledge(50'000);
    EXPECT_EQ(d.least(), 0u);
    EXPECT_EQ(d.most(), 14u);
    EXPECT_TRUE(d.flow.pickup.side[d.client()].shrinks);
    for (int i = 0; i < 5; ++i) {
        d.data(2048);
        d.acknowledge(50'000 - 2048 * (i + 1));
    }
    EXPECT_EQ(d.most(), 14u);
}

TEST(TcpPickup, ProbesOfAClosedWindowAreNoEvidence) {
    Download d(7);
    d.settle();
    for (int i = 0; i < 39; ++i) d.data(1024);  // to the very edge
    d.acknowledge(0);
    for (int i = 0; i < 3; ++i) {
        d.data(1);
        d.acknowledge(0);
    }
    EXPECT_EQ(d.least(), 7u);
    EXPECT_FALSE(d.flow.pickup.side[d.client()].shrinks);
}

// Only the exact sequence number is evidence: nobody off the path steers.
TEST(TcpPickup, SegmentsElsewhereAreNoEvidence) {
    Download d(7);
    d.settle();
    const auto scales = d.flow.state.scale[d.client()];
    const Pickup before = d.flow.pickup;
    d.flow.send({.side = Side::client, .flags = 0x10, .seq = 7001, .ack = d.sent, .window = 1});
    d.flow.send({.side = Side::client, .flags = 0x10, .seq = 6999, .ack = d.sent, .window = 1});
    EXPECT_EQ(d.flow.state.scale[d.client()], scales);
    EXPECT_EQ(d.flow.pickup.side[d.client()].last_window, before.side[d.client()].last_window);
}

TEST(TcpPickup, BoundsHoldAfterSomeRoundTrips) {
    Download d(7);
    d.data(1000);
    d.acknowledge(60'000);
    // Sent before the pickup, and acknowledged now.
    Sent early{.side = Side::client, .flags = 0x10, .seq = 7000, .ack = d.sent + 5000};
    EXPECT_EQ(d.flow.send(early).info, Info::established);
    d.sent += 5000;
    d.settle();
    early.ack = d.sent + 1;
    EXPECT_EQ(d.flow.send(early).finding.reason, Reason::tcp_ack_over_upper);
}

TEST(TcpPickup, OneDirectionAloneStaysLiberal) {
    Download d(0);
    d.data(100);
    d.sent += 2'000'000'000;
    for (int i = 0; i < 20; ++i) EXPECT_EQ(d.data(1000).text(), "NEW ESTABLISHED 300");
}

TEST(TcpPickup, AnRstCountsWhenItIsExact) {
    Download d(7);
    d.settle();
    Sent rst{.side = Side::server, .flags = 0x04, .seq = d.sent + 1};
    EXPECT_EQ(d.flow.send(rst).finding.reason, Reason::tcp_inexact_rst);
    rst.seq = d.sent - 1;
    EXPECT_EQ(d.flow.send(rst).text(), "INVALID ESTABLISHED 432000 assured tcp-bad-rst");
    rst.seq = d.sent;
    EXPECT_EQ(d.flow.send(rst).text(), "ESTABLISHED CLOSE 10 assured");
}

TEST(TcpPickup, ALateSynAckTellsTheScale) {
    for (const bool acknowledged : {true, false}) {
        Flow flow;
        flow.settings.pickup = PickupMode::learn;
        flow.send(sent_of("> A 101 a501 l10"));
        const std::string late = acknowledged ? "< SA 500 a101 w900 s5" : "< SA 400 a101 w900 s5";
        EXPECT_EQ(flow.send(sent_of(late)).finding.reason, Reason::tcp_passed_by);
        EXPECT_EQ(flow.state.most_scale(1), acknowledged ? 5u : 14u);
        EXPECT_EQ(flow.state.most_scale(0), 14u);
    }
    Flow flow;
    flow.settings.pickup = PickupMode::learn;
    flow.send(sent_of("> A 101 a501 l10"));
    flow.send(sent_of("< SA 500 a101"));
    EXPECT_EQ(flow.state.most_scale(0), 0u) << "no scale on one side: none on both";
    EXPECT_EQ(flow.state.most_scale(1), 0u);
}

TEST(TcpPickup, ANewHandshakeEndsIt) {
    Flow flow;
    flow.settings.pickup = PickupMode::learn;
    for (const char* line :
         {"> A 101 a501 l10", "< A 501 a111", "> S 9000 w900 s3", "< SA 8000 a9001 w900 s4"})
        flow.send(sent_of(line));
    EXPECT_EQ(flow.state.phase, TcpPhase::syn_recv);
    EXPECT_FALSE(flow.state.inferred);
    EXPECT_EQ(flow.state.most_scale(0), 3u);
    EXPECT_EQ(flow.state.least_scale(1), 4u);
    EXPECT_EQ(flow.state.flags[0] & tcp_mark::liberal, 0);
    EXPECT_EQ(flow.state.flags[1] & tcp_mark::liberal, 0);
}

}  // namespace
}  // namespace gatehouse::track::tcp::testing

// Every place that reports a traced packet's step is listed, and reports; the walk reads as it should.
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <regex>

#include "frontend/scenario/scenario.h"
#include "frontend/scenario/written_packet.h"
#include "iptables/restore.h"
#include "network/configure.h"
#include "packet/parse.h"
#include "packet/pool.h"
#include "trace/narrator.h"
#include "trace/sites.h"

namespace gatehouse::frontend::scenario {
namespace {

using testing::HasSubstr;

std::string below_src(std::string_view path) {
    const auto at = path.rfind("src/");
    return std::string(at == std::string_view::npos ? path : path.substr(at + 4));
}

// A router with `wan` narrow enough to cut packets for; every queue is read.
class Traced : public testing::TestWithParam<Family>, World, Outlet, TraceSink, Holder {
  protected:
    struct Told {
        std::string file;
        TraceKind kind;
        std::string what;
    };

    Traced() {
        network_ = default_network();
        network_.ports[1].mtu = 1300;
        World& world = *this;
        Outlet& outlet = *this;
        engine_ = std::make_unique<Engine>(*network::configure(network_), world, outlet);
        narrator_ = std::make_unique<trace::Narrator>(*engine_);
        engine_->set_trace(this);
        engine_->set_holder(this);
    }
    void load(const std::string& text) {
        const auto ruleset = iptables::read_restore(text, "rules", GetParam());
        ASSERT_TRUE(ruleset) << ruleset.error().text();
        const auto installed = engine_->install(*ruleset);
        ASSERT_TRUE(installed) << installed.error().text();
    }
    // Sends a packet from the LAN; its walk.
    std::string send(const std::string& text, bool partial = false) {
        narrator_->clear();
        auto written = read_written("lan " + text);
        EXPECT_TRUE(written) << written.error().text();
        fill_macs(network_.ports[0], written->packet);
        const auto frame = build_frame(written->packet);
        Packet* const packet = pool_.take();
        std::ranges::copy(*frame, packet->data);
        packet->length = static_cast<std::uint32_t>(frame->size());
        packet->in = static_cast<InterfaceId>(1);
        packet->traced = mark_;
        if (partial) {
            Packet look = *packet;
            EXPECT_FALSE(parse_frame(look).finding);
            packet->checksum = ChecksumState::partial;
            packet->checksum_start = look.flat.l4;
            packet->checksum_offset = 16;
        }
        engine_->receive({&packet, 1});
        for (const Token token : std::exchange(held_, {})) engine_->resume(token, {});
        return narrator_->text();
    }
    const char* there() const { return is_v4(GetParam()) ? "198.51.100.9" : "[2001:db8::9]"; }
    std::string tcp(unsigned port, std::string_view words = "S") const {
        return is_v4(GetParam()) ? fmt::format("tcp 10.0.1.2:40000 > 198.51.100.9:{} {}", port, words)
                                 : fmt::format("tcp [fd00:1::2]:40000 > [2001:db8::9]:{} {}", port, words);
    }

    bool mark_ = true;
    std::vector<Told> told_;

  private:
    Answer local_socket(const Packet&) override { return Answer::no; }
    bool queue_has_reader(std::uint16_t) override { return true; }
    std::optional<Socket> receiver(const Packet&) override { return Socket{.mark = {7}}; }
    void complete(Packet& packet, const Completion&) override { pool_.give_back(&packet); }
    void transmit(const Packet&, InterfaceId) override {}
    void discard(const Packet&, const Completion&) override {}
    void hold(Token token, const Packet&, const Waiting&) override { held_.push_back(token); }
    void trace(const TraceEvent& event) override {
        told_.push_back({below_src(event.site.file_name()), event.kind, std::string(event.text)});
        narrator_->trace(event);
    }

    network::Network network_;
    Pool pool_{static_cast<PoolId>(1), 4, 4096};
    std::vector<Token> held_;
    std::unique_ptr<Engine> engine_;
    std::unique_ptr<trace::Narrator> narrator_;
};
INSTANTIATE_TEST_SUITE_P(Families, Traced, testing::Values(Family::ipv4, Family::ipv6),
                         [](const auto& row) { return is_v4(row.param) ? "v4" : "v6"; });

TEST(TraceSites, AreTheCallsInTheCode) {
    namespace fs = std::filesystem;
    std::map<std::pair<std::string, std::string>, int> listed, called;
    constexpr std::string_view names[] = {"arrival",    "origin",    "chain",   "rule",      "policy",
                                          "returned",   "altered",   "route",   "neighbour", "generated",
                                          "fragmented", "suspended", "resumed", "decision",  "departure",
                                          "tracked",    "translated"};
    static_assert(std::size(names) == static_cast<std::size_t>(TraceKind::count));
    for (const auto& site : trace::all_sites())
        ++listed[{std::string(site.file), std::string(names[static_cast<std::size_t>(site.kind)])}];
    const std::regex call(R"(trace\(\s*\{\.kind = TraceKind::(\w+))");
    for (const auto& entry : fs::recursive_directory_iterator(GATEHOUSE_SOURCE_DIR "/src")) {
        const auto name = entry.path().filename().string();
        if (!entry.is_regular_file() || name.ends_with("_test.cc")) continue;
        std::ifstream file(entry.path());
        const std::string text(std::istreambuf_iterator<char>(file), {});
        for (std::sregex_iterator at(text.begin(), text.end(), call), end; at != end; ++at)
            ++called[{fs::relative(entry.path(), GATEHOUSE_SOURCE_DIR "/src").string(), (*at)[1]}];
    }
    EXPECT_EQ(listed, called) << "src/trace/sites.cc lists every call of trace() in src/";
}

TEST_P(Traced, EverySiteReports) {
    const bool v4 = is_v4(GetParam());
    const std::string hop = v4 ? "TTL --ttl-set 9" : "HL --hl-set 9";
    const std::string npt =
        v4 ? "" : "-A POSTROUTING -p tcp --dport 12 -j SNPT --src-pfx fd00:1::/64 --dst-pfx fd00:9::/64\n";
    const std::string nat64 = v4 ? "" : "-A PREROUTING -p tcp --dport 14 -j NAT64 --to-source 192.0.2.77\n";
    const std::string ecn = v4 ? "-A PREROUTING -p tcp --dport 8 -j ECN --ecn-tcp-remove\n"
                                 "-A PREROUTING -p tcp --dport 8 -j ECN --ecn-ip-ect 1\n"
                               : "";
    load("*nat\n-A PREROUTING -p tcp --dport 10 -j DNAT --to-destination :11\n" + nat64 +
         "COMMIT\n"
         "*mangle\n-A PREROUTING -m conntrack --ctstate NEW\n" +
         ecn +
         "-A PREROUTING -p tcp --dport 1 -j TOS --set-tos 0x10\n"
         "-A PREROUTING -p tcp --dport 1 -j DSCP --set-dscp 2\n"
         "-A PREROUTING -p tcp --dport 1 -j MARK --set-mark 1\n"
         "-A PREROUTING -p tcp --dport 1 -j TCPOPTSTRIP --strip-options sack-permitted\n"
         "-A PREROUTING -p tcp --dport 1 -j " +
         hop +
         "\n"
         "-A FORWARD -p tcp --tcp-flags SYN SYN --dport 1:2 -j TCPMSS --set-mss 500\n"
         "-A POSTROUTING -p tcp --dport 1 -j CLASSIFY --set-class 1:2\n"
         "" +
         npt +
         "-A POSTROUTING -p tcp --dport 3 -j CHECKSUM --checksum-fill\n"
         "-A PREROUTING -p tcp --dport 13 -m socket --restore-skmark\n"
         "-A PREROUTING -p tcp --dport 13 -j HMARK --hmark-tuple src --hmark-mod 5 --hmark-rnd 1\n"
         "-A PREROUTING -p tcp --dport 13 -j TEE --gateway " +
         (v4 ? "10.0.1.2" : "fd00:1::2") +
         "\n"
         "COMMIT\n*filter\n:sub - [0:0]\n"
         "-A FORWARD -p tcp --dport 4 -j REJECT --reject-with tcp-reset\n"
         "-A FORWARD -p tcp --dport 5 -j REJECT\n"
         "-A FORWARD -p tcp --dport 6 -j sub\n"
         "-A FORWARD -p tcp --dport 7 -j QUEUE\n"
         "-A sub -j RETURN\n"
         "COMMIT\n");
    send(tcp(1, "S <mss 1460,sackOK>"));
    send(tcp(2));
    send(tcp(3), true);
    for (unsigned port = 4; port <= 7; ++port) send(tcp(port));
    send(tcp(8, "SEW"));
    send(tcp(9, "A payload 1400"));
    send(tcp(10));
    send(tcp(12));
    send(tcp(13));
    if (!v4) send("tcp [fd00:1::2]:40000 > [64:ff9b::c633:6409]:14 S");
    const std::string piece =
        v4 ? "udp 10.0.1.2:1 > 10.0.1.1:9 id 7" : "udp [fd00:1::2]:1 > [fd00:1::1]:9 id 7";
    send(piece + " more payload 8");
    send(piece + " offset 16 payload 8");
    if (v4) {
        send("tcp 10.0.1.2:40000 > 10.0.1.1:80 S");
        send("icmp 10.0.1.2 > 10.0.1.1 type echo-request echo 1 1");
    } else {
        send("tcp [fd00:1::2]:40000 > [fd00:1::1]:80 S");
        send("icmpv6 fd00:1::2 > fd00:1::1 type echo-request echo 1 1");
        send(
            "icmpv6 fd00:1::2 > fd00:1::1 hoplimit 255 type neighbour-solicitation "
            "payload 0xfd000001000000000000000000000001");
    }
    for (const auto& site : trace::all_sites()) {
        const bool wanted = v4 ? site.v4 : site.v6;
        const auto fired = std::ranges::any_of(told_, [&](const Told& told) {
            return told.file == site.file && told.kind == site.kind &&
                   (site.what.empty() || told.what == site.what);
        });
        EXPECT_EQ(fired, wanted) << site.file << ", kind " << static_cast<int>(site.kind) << " " << site.what;
    }
}

TEST_P(Traced, NothingIsToldOfOtherPackets) {
    mark_ = false;
    load("*raw\n-A PREROUTING -p tcp --dport 22 -j TRACE\nCOMMIT\n");
    EXPECT_EQ(send(tcp(23)), "");
    EXPECT_THAT(send(tcp(22)), HasSubstr("routed: out by wan"));
}

TEST_P(Traced, TheMarkStaysWithAnswersAndThroughRerouting) {
    mark_ = false;
    load(
        "*debug\n-A PREROUTING -p tcp --dport 22 -j TRACE\nCOMMIT\n"
        "*mangle\n-A OUTPUT -j MARK --set-mark 5\nCOMMIT\n"
        "*filter\n-A FORWARD -p tcp -j REJECT --reject-with tcp-reset\nCOMMIT\n");
    const auto walk = send(tcp(22));
    EXPECT_THAT(walk, HasSubstr("the router answers: TCP reset"));
    EXPECT_THAT(walk, HasSubstr("the router's own packet: tcp "));
    EXPECT_THAT(walk, HasSubstr("mark changes from 0x0 to 0x5"));
    EXPECT_THAT(walk, HasSubstr("routed again: out by lan"));
    EXPECT_THAT(walk, HasSubstr("\nleaves by lan: tcp "));
}

TEST_P(Traced, ReadsAsAPersonWouldTellIt) {
    load(
        "*filter\n:web - [0:0]\n-A FORWARD -p tcp -j web\n-A web -p tcp -m tcp --dport 80 -j DROP\nCOMMIT\n");
    const bool v4 = is_v4(GetParam());
    const char* const hops = v4 ? "ttl" : "hop limit";
    EXPECT_EQ(send(tcp(80)),
              fmt::format("arrives by lan: {}, {} bytes, {} 64\n"
                          "routed: out by wan via {} (table main)\n"
                          "    {} changes from 64 to 63\n"
                          "FORWARD\n"
                          "  filter: rule 1 of FORWARD matches: jumps to web\n"
                          "      rules:3: -A FORWARD -p tcp -j web\n"
                          "  filter: rule 1 of web matches: DROP\n"
                          "      rules:4: -A web -p tcp -m tcp --dport 80 -j DROP\n"
                          "ends here: a rule dropped it (rule-drop)\n",
                          tcp(80), v4 ? 40 : 60, hops, v4 ? "192.0.2.254" : "fd00:2::fe", hops));
}

struct Miswritten {
    const char* name;
    const char* text;
    const char* complaint;
};
class WrittenMistakes : public testing::TestWithParam<Miswritten> {};
TEST_P(WrittenMistakes, PointAtTheColumn) {
    const auto written = read_written(GetParam().text);
    ASSERT_FALSE(written);
    EXPECT_THAT(written.error().text(), HasSubstr(GetParam().complaint));
}
INSTANTIATE_TEST_SUITE_P(
    Texts, WrittenMistakes,
    testing::Values(
        Miswritten{"nothing", "", "<packet>:1:1: expected an interface and a packet"},
        Miswritten{"no_interface", "tcp 10.0.0.2:1 > 10.0.0.3:2", "<packet>:1:1: expected the interface"},
        Miswritten{"protocol", "lan tpc 10.0.0.2:1 > 10.0.0.3:2",
                   "<packet>:1:5: expected a protocol or `hex`, got `tpc`; did you mean `tcp`?"},
        Miswritten{"address", "lan tcp 10.0.0.2:1 > 10.0.0.300:2", "<packet>:1:22: expected an address"},
        Miswritten{"arrow", "lan < udp 10.0.0.2:1 10.0.0.3:2", "<packet>:1:7: expected `udp SOURCE > DEST"},
        Miswritten{"word", "lan tcp 10.0.0.2:1 > 10.0.0.3:2 S tll 4",
                   "<packet>:1:35: `tll` means nothing in a packet; did you mean `ttl`?"},
        Miswritten{"value", "lan udp 10.0.0.2:1 > 10.0.0.3:2  ttl 400",
                   "<packet>:1:38: `ttl`: expected a number from 0 to 255, got `400`"},
        Miswritten{"type", "lan icmp 10.0.0.2 > 10.0.0.3 type ehco",
                   "<packet>:1:35: `ehco` isn't an ICMP type"},
        Miswritten{"families", "lan udp 10.0.0.2:1 > [fd00::1]:2", "<packet>:1:22: source and destination"},
        Miswritten{"options", "lan tcp 10.0.0.2:1 > 10.0.0.3:2 S <mss x>",
                   "<packet>:1:35: `mss x` isn't a TCP option"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace gatehouse::frontend::scenario

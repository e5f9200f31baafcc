// What the study makes of commands that come in pieces.
#include "frontend/study/partial.h"

#include <gtest/gtest.h>

#include "packet/parse.h"
#include "packet/test_frame.h"
#include "wire/builder.h"
#include "wire/tcp.h"

namespace gatehouse::frontend {
namespace {

struct Watched : testing::Test {
    Watched() {
        send(true, 1000, 0, wire::tcp_flag::syn, "");
        send(false, 5000, 1001, wire::tcp_flag::syn | wire::tcp_flag::ack, "");
        send(true, 1001, 5001, wire::tcp_flag::ack, "");
    }
    void send(bool client, std::uint32_t sequence, std::uint32_t acknowledgment, std::uint8_t flags,
              std::string_view text) {
        const Address ends[] = {Address::v4(0xc0000202), Address::v4(0x0a000102)};
        const std::uint16_t ports[] = {21, 40'000};
        wire::PacketBuilder b;
        b.ethernet({})
            .ipv4({.source = ends[client ? 1 : 0], .destination = ends[client ? 0 : 1]})
            .tcp({.source = ports[client ? 1 : 0],
                  .destination = ports[client ? 0 : 1],
                  .sequence = sequence,
                  .acknowledgment = acknowledgment,
                  .flags = flags,
                  .window = 60'000})
            .payload(text);
        TestFrame frame(b.finish());
        ASSERT_FALSE(parse_frame(frame.packet).finding);
        study.take(frame.packet, now);
        now = now + 10 * millisecond;
    }
    void say(std::uint32_t at, std::string_view text) {
        send(true, 1001 + at, 5001, wire::tcp_flag::ack, text);
    }
    std::vector<StudiedCommand> commands() {
        study.finish();
        const auto found = study.commands().find("ftp");
        return found == study.commands().end() ? std::vector<StudiedCommand>{} : found->second;
    }

    PartialStudy study{{usual_helper_ports().begin(), usual_helper_ports().end()}, 64};
    Time now{1'700'000'000 * second};
};
constexpr std::string_view command = "PORT 10,0,1,2,19,136\r\n";  // 22 bytes

TEST_F(Watched, ACommandInOneSegmentIsWhole) {
    say(0, "USER a\r\n");
    say(8, command);
    const auto all = commands();
    ASSERT_EQ(all.size(), 1u) << "what announces nothing doesn't count";
    EXPECT_EQ(all[0].pieces, 1);
    EXPECT_TRUE(all[0].ended);
    EXPECT_FALSE(all[0].said_again);
}

TEST_F(Watched, OneInPiecesIsCut) {
    say(0, command.substr(0, 4));
    say(4, command.substr(4, 6));
    say(10, command.substr(10));
    const auto all = commands();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].pieces, 3);
    EXPECT_EQ(all[0].took, 20 * millisecond);
    EXPECT_FALSE(all[0].coalesced);
}

TEST_F(Watched, OneMayComeWholeWhenItIsSaidAgain) {
    say(0, command.substr(0, 4));
    say(0, command);
    const auto all = commands();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].pieces, 2);
    EXPECT_TRUE(all[0].said_again);
    EXPECT_TRUE(all[0].coalesced);
}

TEST_F(Watched, AlsoWhenItHasEnded) {
    say(0, command.substr(0, 4));
    say(4, command.substr(4));
    say(0, command.substr(0, 4));
    EXPECT_FALSE(study.commands().find("ftp")->second[0].coalesced);
    say(0, command);
    const auto all = commands();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_TRUE(all[0].coalesced);
}

TEST_F(Watched, OneMayNeverEnd) {
    say(0, command.substr(0, 9));
    const auto all = commands();
    ASSERT_EQ(all.size(), 1u);
    EXPECT_FALSE(all[0].ended);
    EXPECT_NE(text_of(study).find("begun and never ended: 1"), std::string::npos);
    EXPECT_NE(json_of(study).find("\"never_ended\": 1"), std::string::npos);
}

}  // namespace
}  // namespace gatehouse::frontend

// What owner and socket ask the World.
#include <gtest/gtest.h>
#include <netinet/in.h>

#include "hook/world.h"
#include "rules/match/testing.h"

namespace gatehouse::rules {
namespace {

using testing::Frame;
using testing::read_match;
using testing::Runner;

struct Programs final : World {
    std::optional<Socket> socket;
    Answer local_socket(const Packet&) override { return Answer::no; }
    bool queue_has_reader(std::uint16_t) override { return false; }
    std::optional<Socket> sender(const Packet&) override { return socket; }
    std::optional<Socket> receiver(const Packet&) override { return socket; }
};

class Sockets : public ::testing::Test {
  protected:
    Programs programs;
    Services services{.world = &programs};
    Frame frame{Family::ipv4, {.protocol = IPPROTO_UDP}, std::vector<std::uint8_t>(8)};

    bool run(std::string_view match, std::string_view text, Hook hook, InterfaceId in = InterfaceId::none) {
        auto extension = read_match(match, text, {.hooks = bit(hook)});
        EXPECT_TRUE(extension) << text;
        Context context(frame.packet, services, hook, in);
        return Runner(std::move(*extension))(context) == StepResult::next;
    }
    bool owner(std::string_view text) { return run("owner", text, Hook::output); }
    bool socket(std::string_view text) { return run("socket", text, Hook::input, InterfaceId{0}); }
};

TEST_F(Sockets, OwnerKnowsUsersAndGroups) {
    const std::uint32_t others[] = {20, 30};
    programs.socket = Socket{.user = 1000, .group = 10, .groups = others};
    EXPECT_TRUE(owner("--socket-exists"));
    EXPECT_FALSE(owner("! --socket-exists"));
    EXPECT_TRUE(owner("--uid-owner 999-1000"));
    EXPECT_FALSE(owner("--uid-owner 1001"));
    EXPECT_TRUE(owner("! --uid-owner 1001"));
    EXPECT_FALSE(owner("! --uid-owner 1000 --gid-owner 10"));
    EXPECT_TRUE(owner("--uid-owner 1000 --gid-owner 10"));
    EXPECT_FALSE(owner("--gid-owner 20"));
    EXPECT_TRUE(owner("--gid-owner 30 --suppl-groups"));
    EXPECT_FALSE(owner("! --gid-owner 30 --suppl-groups"));
    EXPECT_FALSE(owner("--gid-owner 31-40 --suppl-groups"));
}

TEST_F(Sockets, NobodySentWhatPassesThrough) {
    programs.socket = Socket{};
    const auto forwarded = [&](std::string_view text) {
        return run("owner", text, Hook::postrouting, InterfaceId{0});
    };
    EXPECT_FALSE(forwarded("--socket-exists"));
    EXPECT_TRUE(forwarded("! --socket-exists ! --uid-owner 0"));
    EXPECT_FALSE(forwarded("! --socket-exists --uid-owner 0"));
    EXPECT_FALSE(forwarded("! --gid-owner 0 --suppl-groups"));
    programs.socket.reset();
    EXPECT_FALSE(owner("! --gid-owner 0 --suppl-groups"));
    EXPECT_FALSE(owner("--uid-owner 0"));
    EXPECT_TRUE(owner("! --gid-owner 0"));
}

// As Linux sends ICMP by sockets of its own, and a reset by none.
TEST_F(Sockets, TheRoutersOwnPacketsAreNobodys) {
    frame.packet.generated = true;
    programs.socket = Socket{};
    EXPECT_FALSE(owner("--socket-exists"));
    frame.packet.flat.protocol = IPPROTO_ICMP;
    EXPECT_TRUE(owner("--socket-exists"));
    EXPECT_TRUE(owner("--socket-exists ! --uid-owner 0"));
    EXPECT_FALSE(owner("--uid-owner 0"));
}

TEST_F(Sockets, SocketAsksForTheReceiver) {
    EXPECT_FALSE(socket(""));
    programs.socket = Socket{.mark = {5}};
    EXPECT_TRUE(socket(""));
    EXPECT_EQ(frame.packet.mark.value, 0u);
    EXPECT_FALSE(socket("--transparent --restore-skmark"));
    EXPECT_EQ(frame.packet.mark.value, 0u);
    EXPECT_TRUE(socket("--restore-skmark"));
    EXPECT_EQ(frame.packet.mark.value, 5u);
    programs.socket->any_address = true;
    EXPECT_FALSE(socket(""));
    EXPECT_TRUE(socket("--nowildcard"));
    programs.socket->transparent = true;
    EXPECT_TRUE(socket("--nowildcard --transparent"));
}

}  // namespace
}  // namespace gatehouse::rules

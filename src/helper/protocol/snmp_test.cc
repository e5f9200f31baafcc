#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helper/testing.h"
#include "packet/reason.h"
#include "wire/protocol.h"

namespace gatehouse::helper {
namespace {

using testing::client;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::server;

std::string element(unsigned char tag, const std::string& content) {
    return std::string(1, static_cast<char>(tag)) + static_cast<char>(content.size()) + content;
}
std::string number(char value) { return element(0x02, std::string(1, value)); }
std::string address(std::uint32_t value) {
    std::string bytes(4, '\0');
    store_be32(reinterpret_cast<std::uint8_t*>(bytes.data()), value);
    return element(0x40, bytes);
}
std::string binding(const std::string& value) { return element(0x30, element(0x06, "\x2b\6\1") + value); }
std::string message(char version, unsigned char unit, const std::string& content) {
    return element(0x30, number(version) + element(0x04, "public") + element(unit, content));
}
std::string answer(char version, const std::string& bindings) {
    return message(version, 0xa2, number(1) + number(0) + number(0) + element(0x30, bindings));
}
std::string trap(std::uint32_t agent) {
    return message(0, 0xa4,
                   element(0x06, "\x2b\6\1") + address(agent) + number(6) + number(1) + element(0x43, "\1") +
                       element(0x30, binding(element(0x04, "text"))));
}
constexpr std::uint32_t manager = 0x0a000102, agent = 0xc0000202;  // Talk's client and server

constexpr std::uint32_t outside = 0xcb007109;

// The server is known to the client by another address, or the client to the server.
struct Snmp : testing::Talk {
    explicit Snmp(Settings settings = {}, const char* name = "snmp", std::uint16_t port = 161,
                  track::Direction known = server)
        : Talk(name, wire::protocol::udp, Family::ipv4, settings, 40'000, port) {
        say(client, message(0, 0xa0, number(1) + number(0) + number(0) + element(0x30, "")));
        translate();
        const auto seen_by = track::opposite(known);
        auto tuple = entry().tuple(seen_by);
        tuple.destination = Address::v4(outside);
        entry().set_tuple(seen_by, tuple);
    }
};
const std::string outside_bytes("\xcb\x00\x71\x09", 4);

TEST(Snmp, MentionsTheAgentWhereItSpeaksOfItself) {
    Snmp talk;
    const std::string text =
        answer(1, binding(address(agent)) + binding(number(5)) + binding(address(agent + 1)));
    EXPECT_TRUE(talk.say(server, text));
    ASSERT_EQ(talk.reader.mentions.size(), 1u);
    const Mention& mention = talk.reader.mentions[0];
    EXPECT_EQ(mention.span.at, text.find(address(agent)) + 2);
    EXPECT_EQ(testing::written(mention, mention.endpoint), outside_bytes);
}

TEST(Snmp, ATrapSaysWhoseItIs) {
    Snmp talk({}, "snmp_trap", 162, client);
    EXPECT_TRUE(talk.say(client, trap(manager + 1)));
    EXPECT_THAT(talk.reader.mentions, IsEmpty()) << "another's";
    EXPECT_TRUE(talk.say(client, trap(manager)));
    ASSERT_EQ(talk.reader.mentions.size(), 1u);
    EXPECT_EQ(testing::written(talk.reader.mentions[0], talk.reader.mentions[0].endpoint), outside_bytes);
    EXPECT_FALSE(talk.say(client, trap(manager).substr(0, 20)));
}

TEST(Snmp, RefusesWhatIsNotSnmp) {
    const std::string good = answer(1, binding(address(agent)));
    Snmp talk;
    for (std::size_t cut = 1; cut < good.size(); ++cut) {
        EXPECT_FALSE(talk.say(server, good.substr(0, cut))) << cut;
        EXPECT_EQ(talk.why.reason, Reason::helper_malformed);
    }
    EXPECT_FALSE(talk.say(server, answer(1, binding(element(0x40, "123")))));
    EXPECT_FALSE(talk.say(server, message(1, 0x30, "")));
    EXPECT_TRUE(talk.say(server, good));
}

TEST(Snmp, LeavesVersion3Alone) {
    Snmp talk;
    EXPECT_TRUE(talk.say(server, message(3, 0x04, "sealed")));
    Snmp linux_way({.mode = Mode::drop}, "snmp", 161, client);
    EXPECT_FALSE(linux_way.say(client, message(3, 0x04, "sealed")));
}

TEST(Snmp, ExpectsWhoeverIsOnTheNetwork) {
    testing::Talk talk("snmp", wire::protocol::udp, Family::ipv4, {}, 40'000, 161);
    talk.leave_by({Family::ipv4, Address::v4(0x0a000101), 16});
    talk.ask(Address::v4(0x0a00ffff));
    talk.say(client, "question");
    EXPECT_THAT(talk.expected(), ElementsAre("udp 10.0.0.0:161 > 10.0.1.2:40000 permanent"));
    EXPECT_EQ(talk.tracking.seconds_left(talk.entry()), 30u);
}

}  // namespace
}  // namespace gatehouse::helper

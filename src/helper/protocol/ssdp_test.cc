#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helper/testing.h"
#include "wire/protocol.h"

namespace gatehouse::helper {
namespace {

using testing::client;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::server;

constexpr Address group = Address::v4(0xeffffffa);

struct Ssdp : testing::Talk {
    explicit Ssdp(Family family = Family::ipv4)
        : Talk("ssdp", wire::protocol::udp, family, {}, 40'000, 1900) {
        ask(is_v4(family) ? group : Address{{0xff020000, 0, 0, 0xc}});
    }
};
constexpr std::string_view search =
    "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 4\r\nST: "
    "ssdp:all\r\n\r\n";
std::string answer(std::string_view location) {
    return fmt::format("HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nLOCATION: {}\r\n\r\n", location);
}

TEST(Ssdp, ExpectsEveryAnswer) {
    Ssdp talk;
    talk.say(client, search);
    EXPECT_THAT(talk.expected(), ElementsAre("udp *:* > 10.0.1.2:40000 permanent"));
    talk.pass(5 * second);
    talk.end();
    EXPECT_THAT(talk.expected(), ::testing::SizeIs(1)) << "MX and a little more";
    talk.pass(2 * second);
    talk.end();
    EXPECT_THAT(talk.expected(), IsEmpty());
    Ssdp six(Family::ipv6);
    six.say(client, search);
    EXPECT_THAT(six.expected(), ElementsAre("udp *:* > 2001:db8::1:40000 permanent"));
}

TEST(Ssdp, ExpectsNothingOfOtherMessages) {
    for (const std::string_view text :
         {"NOTIFY * HTTP/1.1\r\n\r\n", "M-SEARCH * HTTP/1.1\r\nMX: 4\r\n", "M-SEARCH", "\r\n\r\n"}) {
        Ssdp talk;
        EXPECT_TRUE(talk.say(client, text));
        EXPECT_THAT(talk.expected(), IsEmpty());
    }
    testing::Talk one("ssdp", wire::protocol::udp, Family::ipv4, {}, 40'000, 1900);
    one.say(client, search);
    EXPECT_THAT(one.expected(), IsEmpty()) << "a single host is asked";
}

// The answers' own connection: it goes from the device to who searched.
TEST(Ssdp, WhoSearchedFetchesTheDescription) {
    const auto said = [](std::string_view location) {
        testing::Talk talk("ssdp", wire::protocol::udp, Family::ipv4, {}, 1900, 40'000);
        talk.say(client, answer(location));
        return talk.expected();
    };
    EXPECT_THAT(said("http://10.0.1.2:5000/device.xml"),
                ElementsAre("tcp 192.0.2.2:* > 10.0.1.2:5000 class 1"));
    for (const char* const other :
         {"http://10.0.1.3:5000/a", "https://10.0.1.2:5000/a", "http://10.0.1.2/a", "http://10.0.1.2:99999/a",
          "http://host.example:5000/", "http://10.0.1.2:5000x/"})
        EXPECT_THAT(said(other), IsEmpty()) << other;
}

TEST(Ssdp, MentionsWhereTheDescriptionIs) {
    testing::Talk talk("ssdp", wire::protocol::udp, Family::ipv4, {}, 1900, 40'000);
    talk.say(client, answer("x"));
    talk.translate();
    std::string text = answer("http://10.0.1.2:5000/device.xml");
    talk.say(client, text);
    ASSERT_EQ(talk.reader.mentions.size(), 1u);
    const Mention& mention = talk.reader.mentions[0];
    text.replace(mention.span.at, mention.span.length,
                 testing::written(mention, {Family::ipv4, Address::v4(0xcb007109), 40'000}));
    EXPECT_EQ(text, answer("http://203.0.113.9:40000/device.xml"));
}

}  // namespace
}  // namespace gatehouse::helper

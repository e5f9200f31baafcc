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

constexpr Address group = Address::v4(0xe00000fb);

struct Mdns : testing::Talk {
    explicit Mdns(std::uint16_t from, Family family = Family::ipv4)
        : Talk("mdns", wire::protocol::udp, family, {}, from, 5353) {
        ask(is_v4(family) ? group : Address{{0xff020000, 0, 0, 0xfb}});
    }
};
std::string question(std::uint16_t flags, std::uint16_t of_class, std::string_view name = "\4host\5local") {
    std::string text(12, '\0');
    auto* const bytes = reinterpret_cast<std::uint8_t*>(text.data());
    store_be16(bytes + 2, flags);
    store_be16(bytes + 4, 1);
    text += name;
    text += std::string("\0\0\1", 3);
    text += static_cast<char>(of_class >> 8);
    return text + static_cast<char>(of_class);
}
constexpr std::uint16_t to_all = 1, to_me = 0x8001;

TEST(Mdns, ExpectsAnswersToAnotherPort) {
    Mdns talk(40'000);
    talk.say(client, question(0, to_all));
    EXPECT_THAT(talk.expected(), ElementsAre("udp *:5353 > 10.0.1.2:40000 permanent"));
    Mdns six(40'000, Family::ipv6);
    six.say(client, question(0, to_all));
    EXPECT_THAT(six.expected(), ElementsAre("udp *:5353 > 2001:db8::1:40000 permanent"));
}

TEST(Mdns, ExpectsAnswersThatAreWanted) {
    Mdns talk(5353);
    talk.say(client, question(0, to_all));
    EXPECT_THAT(talk.expected(), IsEmpty()) << "they go to the group";
    talk.say(client, question(0, to_me));
    EXPECT_THAT(talk.expected(), ElementsAre("udp *:5353 > 10.0.1.2:5353 permanent"));
}

TEST(Mdns, AnswersComeFromTheSameLink) {
    Mdns talk(40'000);
    talk.leave_by({Family::ipv4, Address::v4(0x0a000101), 24});
    talk.say(client, question(0, to_all));
    EXPECT_THAT(talk.expected(), ElementsAre("udp 10.0.1.0:5353 > 10.0.1.2:40000 permanent"));
}

TEST(Mdns, ExpectsNothingOfOtherMessages) {
    Mdns talk(5353);
    for (const std::string& text : {question(0x8400, to_me), std::string("short"),
                                    question(0, to_me, "\x3fhost"), question(0, to_me).substr(0, 26)})
        EXPECT_TRUE(talk.say(client, text));
    EXPECT_THAT(talk.expected(), IsEmpty());
    testing::Talk one("mdns", wire::protocol::udp, Family::ipv4, {}, 40'000, 5353);
    one.say(client, question(0, to_me));
    EXPECT_THAT(one.expected(), IsEmpty()) << "a single host is asked";
}

}  // namespace
}  // namespace gatehouse::helper

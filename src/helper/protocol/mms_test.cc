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

std::string little(std::uint32_t value, std::size_t bytes = 4) {
    std::string text;
    for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
    return text;
}

// A message of this kind with a name in it.
std::string message(std::uint32_t kind, std::string_view name) {
    std::string wide;
    for (const char c : name) wide += std::string(1, c) + '\0';
    wide += std::string(2, '\0');
    while (wide.size() % 8 != 0) wide += '\0';
    std::string command =
        little(kind) + little(1) + little(0xffffffff) + little(0xffffffff) + little(0) + wide;
    command = little(static_cast<std::uint32_t>(command.size() + 4) / 8) + command;
    const auto length = static_cast<std::uint32_t>(16 + command.size());
    return std::string("\1\0\0\0", 4) + little(0xb00bface) + little(length) + "MMS " + little(length / 8) +
           little(0) + std::string(8, '\0') + command;
}
std::string funnel(std::string_view name) { return message(0x00030002, name); }

struct Mms : testing::Talk {
    explicit Mms(Settings settings = {})
        : Talk("mms", wire::protocol::tcp, Family::ipv4, settings, 40'000, 1755) {
        open();
        say(client, message(0x00030001, "NSPlayer/9.0"));
    }
};
constexpr std::string_view datagrams = "\\\\10.0.1.2\\UDP\\7000";
constexpr const char* expected = "udp 192.0.2.2:* > 10.0.1.2:7000";

TEST(Mms, ExpectsTheStreamAtTheFunnel) {
    for (const Mode mode : {Mode::hold, Mode::drop}) {
        Mms talk({.mode = mode});
        talk.say(client, funnel(datagrams));
        EXPECT_THAT(talk.expected(), ElementsAre(expected));
    }
}

TEST(Mms, ReadsAMessageCutAnywhere) {
    const std::string text = message(0x00030018, "other") + funnel(datagrams);
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
        Mms talk;
        talk.say(client, text.substr(0, cut));
        talk.say(client, text.substr(cut));
        EXPECT_THAT(talk.expected(), ElementsAre(expected)) << cut;
    }
}

TEST(Mms, ExpectsNothingOfOtherFunnels) {
    for (const std::string_view name :
         {"\\\\10.0.1.2\\TCP\\7000", "\\\\10.0.1.3\\UDP\\7000", "\\\\10.0.1.2\\UDP\\80",
          "\\\\10.0.1.2\\UDP\\0", "\\\\10.0.1.2\\UDP\\70000", "\\\\10.0.1.2\\UDP\\7000x", "\\\\10.0.1.2",
          "10.0.1.2\\UDP\\7000", ""}) {
        Mms talk;
        talk.say(client, funnel(name));
        EXPECT_THAT(talk.expected(), IsEmpty()) << name;
    }
    Mms reply;
    reply.say(server, funnel("\\\\192.0.2.2\\UDP\\7000"));
    EXPECT_THAT(reply.expected(), IsEmpty());
}

TEST(Mms, MentionsTheNameAndWhatCountsIt) {
    Mms talk;
    talk.translate();
    std::string text = funnel(datagrams);
    talk.say(client, text);
    ASSERT_EQ(talk.reader.mentions.size(), 4u);
    const auto& mentions = talk.reader.mentions;
    const std::string name = testing::written(mentions[0], {Family::ipv4, Address::v4(0xcb007109), 65'000});
    const auto grown = static_cast<std::uint32_t>(name.size() - mentions[0].span.length);
    for (std::size_t i = 3; i > 0; --i) {
        const Mention& length = mentions[i];
        std::array<std::uint8_t, longest_written> room;
        ASSERT_EQ(length.write({.length = length.counted.length + grown, .style = length.style}, room), 4u);
        text.replace(length.span.at, 4, reinterpret_cast<const char*>(room.data()), 4);
    }
    text.replace(mentions[0].span.at, mentions[0].span.length, name);
    EXPECT_EQ(text, funnel("\\\\203.0.113.9\\UDP\\65000"));
}

}  // namespace
}  // namespace gatehouse::helper

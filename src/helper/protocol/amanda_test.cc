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

// The backup server asks, the machine that is to be saved answers.
struct Amanda : testing::Talk {
    explicit Amanda(Settings settings = {})
        : Talk("amanda", wire::protocol::udp, Family::ipv4, settings, 1000, 10'080) {
        say(client, "Amanda 2.5 REQ HANDLE 000-0 SEQ 1\nSERVICE sendbackup\n");
    }
};

TEST(Amanda, ExpectsTheServerAtEachPort) {
    Amanda talk;
    EXPECT_TRUE(talk.say(
        server, "Amanda 2.5 REP HANDLE 000-0 SEQ 1\nCONNECT DATA 5000 MESG 5001 INDEX 5002\nOPTIONS ;\n"));
    EXPECT_THAT(talk.expected(),
                ElementsAre("tcp 10.0.1.2:* > 192.0.2.2:5000", "tcp 10.0.1.2:* > 192.0.2.2:5001",
                            "tcp 10.0.1.2:* > 192.0.2.2:5002"));
}

TEST(Amanda, WaitsLongForTheAnswer) {
    Amanda talk;
    talk.say(server, "Amanda 2.5 ACK HANDLE 000-0 SEQ 1\n");
    EXPECT_EQ(talk.tracking.seconds_left(talk.entry()), 300u);
}

TEST(Amanda, ExpectsNothingOfOtherLines) {
    for (const char* const text :
         {"CONNECT DATA 5000", "OPTIONS DATA 5000\n", "CONNECT DATA 0\n", "CONNECT DATA x\n",
          "CONNECT DATA 123456\n", "CONNECT DATA 25\n", "\nDATA 5000\nCONNECT \n"}) {
        SCOPED_TRACE(text);
        Amanda talk;
        EXPECT_TRUE(talk.say(server, text));
        EXPECT_THAT(talk.expected(), IsEmpty());
    }
    Amanda talk;
    talk.say(client, "CONNECT DATA 5000 MESG 5001\n");
    EXPECT_THAT(talk.expected(), IsEmpty());
}

TEST(Amanda, MentionsEachPort) {
    Amanda talk;
    talk.translate();
    const std::string text = "CONNECT DATA 5000 MESG 5001 INDEX 5002\n";
    talk.say(server, text);
    ASSERT_EQ(talk.reader.mentions.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
        const Mention& mention = talk.reader.mentions[i];
        EXPECT_EQ(text.substr(mention.span.at, mention.span.length), fmt::format("{}", 5000 + i));
        EXPECT_EQ(mention.expectation, i);
        EXPECT_EQ(testing::written(mention, {.port = 40'000}), "40000");
    }
}

}  // namespace
}  // namespace gatehouse::helper

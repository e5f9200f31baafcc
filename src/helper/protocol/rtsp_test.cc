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

struct Rtsp : testing::Talk {
    explicit Rtsp(Settings settings = {}, Family family = Family::ipv4)
        : Talk("rtsp", wire::protocol::tcp, family, settings, 40'000, 554) {
        open();
        say(client, "OPTIONS rtsp://192.0.2.2/a RTSP/1.0\r\nCSeq: 1\r\n\r\n");
        say(server,
            "RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 10\r\n\r\nsome\r\nbody"
            "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n");
    }
};
std::string setup(std::string_view transport) {
    return fmt::format("SETUP rtsp://192.0.2.2/a RTSP/1.0\r\nCSeq: 2\r\nTransport: {}\r\n\r\n", transport);
}
std::string agreed(std::string_view transport) {
    return fmt::format("RTSP/1.0 200 OK\r\nCSeq: 2\r\nTransport: {}\r\n\r\n", transport);
}

struct Case {
    const char* name;
    std::string_view transport;
    std::vector<std::string> expected;
};
const std::string rtp = "udp 192.0.2.2:* > 10.0.1.2:6970", rtcp = "udp 192.0.2.2:* > 10.0.1.2:6971";
const Case cases[] = {
    {"rtp", "RTP/AVP;unicast;client_port=6970-6971", {rtp, rtcp}},
    {"rtp_udp", "RTP/AVP/UDP;unicast;client_port=6970-6971;mode=\"PLAY\"", {rtp, rtcp}},
    {"rdt", "x-real-rdt/udp;client_port=6970;mode=play", {rtp}},
    {"alternatives",
     "x-real-rdt/mcast;client_port=7000;mode=play,x-real-rdt/udp;client_port=6970,"
     "x-pn-tng/tcp;mode=play, rtp/avp;unicast;client_port=6970-6971",
     {rtp, "udp 192.0.2.2:* > 10.0.1.2:7000"}},
    {"own_destination", "RTP/AVP;unicast;destination=10.0.1.2;client_port=6970-6971", {rtp, rtcp}},
    {"interleaved", "RTP/AVP/TCP;unicast;interleaved=0-1", {}},
    {"interleaved_and_ports", "RTP/AVP;unicast;interleaved=0-1;client_port=6970-6971", {}},
    {"multicast", "RTP/AVP;multicast;client_port=6970-6971", {}},
    {"another_destination", "RTP/AVP;unicast;destination=10.0.1.3;client_port=6970-6971", {}},
    {"a_named_destination", "RTP/AVP;unicast;destination=host.example;client_port=6970-6971", {}},
    {"a_service", "RTP/AVP;unicast;client_port=138-139", {}},
    {"port_zero", "RTP/AVP;unicast;client_port=0-1", {}},
    {"a_port_too_large", "RTP/AVP;unicast;client_port=72506-72507", {}},
    {"a_wide_range", "RTP/AVP;unicast;client_port=6970-7070", {}},
    {"words", "RTP/AVP;unicast;client_port=many", {}},
    {"no_port", "RTP/AVP;unicast", {}},
};

class RtspReads : public ::testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Transports, RtspReads, ::testing::ValuesIn(cases),
                         [](const auto& of) { return std::string(of.param.name); });

TEST_P(RtspReads, AWholeRequest) {
    for (const Mode mode : {Mode::hold, Mode::drop}) {
        Rtsp talk({.mode = mode});
        EXPECT_TRUE(talk.say(client, setup(GetParam().transport)));
        EXPECT_EQ(talk.expected(), GetParam().expected);
    }
}

TEST_P(RtspReads, ARequestCutAnywhere) {
    const std::string text = setup(GetParam().transport);
    for (std::size_t cut = 1; cut < text.size(); ++cut) {
        Rtsp talk;
        talk.say(client, text.substr(0, cut));
        talk.say(client, text.substr(cut));
        EXPECT_EQ(talk.expected(), GetParam().expected) << cut;
        EXPECT_EQ(talk.helpers.streams().in_use(), 0u);
    }
}

TEST(Rtsp, TheClientMaySpeakFirst) {
    Rtsp talk;
    talk.say(client, setup("RTP/AVP;unicast;client_port=6970-6971"));
    talk.say(server, agreed("RTP/AVP;unicast;client_port=6970-6971;server_port=5000-5001"));
    EXPECT_THAT(talk.expected(), ElementsAre("udp 10.0.1.2:6970 > 192.0.2.2:5000 class 1",
                                             "udp 10.0.1.2:6971 > 192.0.2.2:5001 class 1", rtp, rtcp));
}

TEST(Rtsp, PassesOverBodiesAndInterleavedData) {
    Rtsp talk;
    const std::string request = setup("RTP/AVP;unicast;client_port=6970-6971");
    std::string data("$\0\0\0", 4);
    data[2] = static_cast<char>(request.size() >> 8);
    data[3] = static_cast<char>(request.size());
    const std::string hidden =
        fmt::format("ANNOUNCE a RTSP/1.0\r\nContent-Length: {}\r\n\r\n", request.size());
    for (const std::string& head : {data, hidden}) {
        talk.say(client, head + request.substr(0, 30));
        talk.say(client, request.substr(30));
        EXPECT_THAT(talk.expected(), IsEmpty());
    }
    talk.say(client, request);
    EXPECT_THAT(talk.expected(), ElementsAre(rtp, rtcp));
}

TEST(Rtsp, ReadsNoBrowsersRequest) {
    testing::Talk talk("rtsp", wire::protocol::tcp, Family::ipv4, {}, 40'000, 554);
    talk.open();
    talk.say(client, "POST / HTTP/1.1\r\nHost: x\r\n\r\n");
    talk.say(client, setup("RTP/AVP;unicast;client_port=6970-6971"));
    EXPECT_THAT(talk.expected(), IsEmpty());
}

TEST(Rtsp, MentionsPortsAndAddresses) {
    Rtsp talk({}, Family::ipv6);
    talk.translate();
    std::string text = setup("RTP/AVP;unicast;client_port=6970-6971;destination=2001:db8::1");
    talk.say(client, text);
    ASSERT_EQ(talk.reader.mentions.size(), 2u);
    const Mention ports = talk.reader.mentions[0], destination = talk.reader.mentions[1];
    const Endpoint known{Family::ipv6, {{0x20010db8, 0, 0, 9}}, 40'000};
    text.replace(destination.span.at, destination.span.length, testing::written(destination, known));
    text.replace(ports.span.at, ports.span.length, testing::written(ports, known));
    EXPECT_EQ(text, setup("RTP/AVP;unicast;client_port=40000-40001;destination=2001:db8::9"));
}

}  // namespace
}  // namespace gatehouse::helper

#include "trigger.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "helper/h323_testing.h"
#include "helper/pptp_testing.h"

namespace gatehouse::triggers {

namespace {

// A message of SIP that calls somebody, with a description of where its sender waits for sound.
std::string sip_invite(std::string_view address, std::string_view kind) {
    const std::string body =
        fmt::format("v=0\r\no=a 1 1 IN {1} {0}\r\ns=-\r\nc=IN {1} {0}\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\n",
                    address, kind);
    const std::string host = kind == "IP6" ? fmt::format("[{}]", address) : std::string(address);
    return fmt::format(
        "INVITE sip:b@example.com SIP/2.0\r\nVia: SIP/2.0/TCP {0}:5060\r\nFrom: <sip:a@{0}>\r\nCSeq: 1 "
        "INVITE\r\n"
        "Contact: <sip:a@{0}:5060>\r\nContent-Type: application/sdp\r\nContent-Length: {1}\r\n\r\n{2}",
        host, body.size(), body);
}

std::string little(std::uint32_t value) {
    std::string text;
    for (unsigned i = 0; i < 4; ++i) text += static_cast<char>(value >> (8 * i));
    return text;
}

// MMS's message that names where the client waits for datagrams (MS-MMSP, 2.2.4.17).
std::string mms_funnel(std::string_view name) {
    std::string wide;
    for (const char c : name) wide += std::string(1, c) + '\0';
    wide += std::string(2, '\0');
    while (wide.size() % 8 != 0) wide += '\0';
    std::string command =
        little(0x00030002) + little(1) + little(0xffffffff) + little(0xffffffff) + little(0) + wide;
    command = little(static_cast<std::uint32_t>(command.size() + 4) / 8) + command;
    const auto length = static_cast<std::uint32_t>(16 + command.size());
    return std::string("\1\0\0\0", 4) + little(0xb00bface) + little(length) + "MMS " + little(length / 8) +
           little(0) + std::string(8, '\0') + command;
}

void add_ftp(std::vector<Trigger>& all) {
    using enum Family;
    const std::string user = "USER a\r\n", noop = "NOOP\r\n", ready = "220 ready\r\n", fine = "200 ok\r\n";
    const std::string passive = "227 Entering Passive Mode (10,0,1,2,19,136)\r\n";
    all.push_back({"ftp PORT", "ftp", 21, ipv4, true, ready, user, "PORT 10,0,1,2,19,136\r\n", noop});
    all.push_back({"ftp EPRT", "ftp", 21, ipv4, true, ready, user, "EPRT |1|10.0.1.2|5000|\r\n", noop});
    all.push_back({"ftp 227", "ftp", 21, ipv4, false, user, ready, passive, fine});
    all.push_back({"ftp 229", "ftp", 21, ipv4, false, user, ready, "229 Entering (|||5000|)\r\n", fine});
    all.push_back({"ftp EPRT v6", "ftp", 21, ipv6, true, ready, user, "EPRT |2|fd00:1::2|5000|\r\n", noop});
    all.push_back({"ftp 229 v6", "ftp", 21, ipv6, false, user, ready, "229 Entering (|||5000|)\r\n", fine});
    all.push_back({"ftp twice", "ftp", 21, ipv4, true, ready, user,
                   "PORT 10,0,1,2,19,136\r\nPORT 10,0,1,2,19,137\r\n", noop, true});
}

void add_irc(std::vector<Trigger>& all) {
    const auto direct = [&](const char* name, const std::string& words) {
        all.push_back({std::string("irc ") + name, "irc", 6667, Family::ipv4, true, ":server 001 a\r\n",
                       "NICK a\r\n", fmt::format("PRIVMSG b :\1DCC {}\1\r\n", words), "PING\r\n"});
    };
    direct("SEND", "SEND f 167772418 5000 100");
    direct("CHAT", "CHAT chat 167772418 5000");
    direct("MOVE", "MOVE f 167772418 5000 100");
    direct("TSEND", "TSEND f 167772418 5000 100");
    direct("SCHAT", "SCHAT chat 167772418 5000");
}

void add_h323(std::vector<Trigger>& all) {
    using namespace helper::h323::testing;
    const auto add = [&](const char* name, const char* helper, std::uint16_t port, std::string_view hex) {
        all.push_back({name, helper, port, Family::ipv4, true, "", "", packet(hex), packet(hex)});
    };
    add("q931 setup", "Q.931", 1720, setup);
    add("q931 fast start", "Q.931", 1720, fast_start);
    add("q931 tunnelled", "Q.931", 1720, tunnelled);
    add("h245 channel", "H.245", 1721, open_channel);
    add("h245 T.120", "H.245", 1721, open_t120);
}

}  // namespace

Address inside(Family family) {
    return is_v4(family) ? Address::v4(0x0a000102) : *parse_address("fd00:1::2", family);
}
Address outside(Family family) {
    return is_v4(family) ? Address::v4(0xc0000202) : *parse_address("fd00:2::2", family);
}

std::vector<Trigger> all_triggers() {
    using enum Family;
    std::vector<Trigger> all;
    add_ftp(all);
    add_irc(all);
    all.push_back({"sip INVITE", "sip", 5060, ipv4, true, "", "", sip_invite("10.0.1.2", "IP4"), "\r\n"});
    all.push_back({"sip INVITE v6", "sip", 5060, ipv6, true, "", "", sip_invite("fd00:1::2", "IP6"), "\r\n"});
    add_h323(all);
    constexpr std::string_view start("\0\0\0\7\0\0\0\0", 8);
    constexpr std::string_view started("\0\0\0\0\0\0\x13\x88\0\0\x12\x34\0\0\0\0", 16);
    all.push_back(
        {"sane start", "sane", 6566, ipv4, false, std::string(start), "", std::string(started), ""});
    all.push_back({"rtsp SETUP", "rtsp", 554, ipv4, true, "", "",
                   "SETUP rtsp://192.0.2.2/a RTSP/1.0\r\nCSeq: 2\r\n"
                   "Transport: RTP/AVP;unicast;destination=10.0.1.2;client_port=6970-6971\r\n\r\n",
                   "PLAY rtsp://192.0.2.2/a RTSP/1.0\r\nCSeq: 3\r\n\r\n"});
    const std::string funnel = mms_funnel("\\\\10.0.1.2\\UDP\\7000");
    all.push_back({"mms funnel", "mms", 1755, ipv4, true, "", "", funnel, funnel});
    const auto pptp = helper::testing::pptp_message;
    const std::string begin = pptp(1, 144, {}), begun = pptp(2, 144, {{2, 0x100}});
    all.push_back(
        {"pptp call", "pptp", 1723, ipv4, true, begun, begin, pptp(7, 156, {{0, 7}}), pptp(5, 4, {})});
    all.push_back({"pptp answer", "pptp", 1723, ipv4, false, begin + pptp(7, 156, {{0, 7}}), begun,
                   pptp(8, 20, {{0, 100}, {2, 7}, {4, 0x100}}), pptp(6, 8, {})});
    return all;
}

}  // namespace gatehouse::triggers

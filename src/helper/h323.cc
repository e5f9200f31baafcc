#include "helper/h323.h"

#include <algorithm>
#include <utility>

#include "track/helper_name.h"
#include "wire/protocol.h"

namespace gatehouse::helper::h323 {

namespace {

namespace protocol = wire::protocol;

// Version 3, an octet without meaning (zero), and the length in two, that of the head included.
constexpr std::size_t head = 4;

bool is_head(Bytes bytes) { return bytes[0] == 3 && bytes[1] == 0; }

// As Linux: a segment that holds the whole of a TPKT, or of several; or just a head, and the next just the
// rest (as NetMeeting sends them).
Inspection inspect_segment(const Reading& reading, Subject& subject, Findings& findings,
                           void (*judge)(const Message&)) {
    const Bytes bytes = reading.bytes;
    std::uint16_t& announced = subject.memory<Framing>().announced[track::index(subject.direction())];
    const std::uint16_t expected = std::exchange(announced, std::uint16_t{0});
    if (bytes.size() < head || !is_head(bytes)) {
        if (expected > 0 && expected <= bytes.size())
            judge({.bytes = bytes.first(expected), .subject = subject, .findings = findings});
        return all_of(reading);
    }
    for (std::size_t at = 0; at == 0 || bytes.size() - at > head;) {
        const Bytes rest = bytes.subspan(at);
        const std::size_t length = load_be16(&rest[2]);
        if (!is_head(rest) || length < head) break;
        if (length > rest.size()) {
            if (rest.size() == head) announced = static_cast<std::uint16_t>(length - head);
            break;
        }
        judge({.bytes = rest.subspan(head, length - head),
               .at = static_cast<std::uint32_t>(at + head),
               .subject = subject,
               .findings = findings});
        at += length;
    }
    return all_of(reading);
}

}  // namespace

Inspection inspect_packets(const Reading& reading, Subject& subject, Findings& findings,
                           void (*judge)(const Message& message)) {
    if (reading.alone) return inspect_segment(reading, subject, findings, judge);
    const Bytes bytes = reading.bytes;
    if (bytes.size() < head) return {.next = Inspection::Next::more};
    const std::size_t length = load_be16(&bytes[2]);
    if (!is_head(bytes) || length < head) return {.next = Inspection::Next::give_up};
    if (length > bytes.size()) return {.next = Inspection::Next::more};
    judge(
        {.bytes = bytes.subspan(head, length - head), .at = head, .subject = subject, .findings = findings});
    return {.taken = length};
}

std::optional<Endpoint> endpoint_of(const Message& message, const per::Item& item) {
    const Family family = message.subject.entry().family;
    if (item.address_bytes != (is_v4(family) ? 4 : 16)) return {};
    const std::uint8_t* const at = &message.bytes[item.at];
    Endpoint endpoint{.family = family, .port = load_be16(at + item.address_bytes)};
    for (unsigned i = 0; i < item.address_bytes / 4u; ++i) endpoint.address.words[i] = load_be32(at + 4 * i);
    if (endpoint.port == 0) return {};
    return endpoint;
}

namespace {

std::size_t write_endpoint(const Written& what, MutableBytes to) {
    const std::size_t words = is_v4(what.endpoint.family) ? 1 : 4;
    for (std::size_t i = 0; i < words; ++i) store_be32(&to[4 * i], what.endpoint.address.words[i]);
    store_be16(&to[4 * words], what.endpoint.port);
    return 4 * words + 2;
}

Mention mention_of(const Message& message, const per::Item& item, Mention::Denotes denotes,
                   const Endpoint& endpoint) {
    return {.span = {message.at + item.at, item.address_bytes + 2u},
            .denotes = denotes,
            .endpoint = endpoint,
            .write = write_endpoint};
}

}  // namespace

void mention(const Message& message, const per::Item& item, std::uint8_t expectation) {
    const auto endpoint = endpoint_of(message, item);
    if (!endpoint || expectation == Wanted::alone) return;
    Mention mention = mention_of(message, item, Mention::Denotes::expected, *endpoint);
    mention.expectation = expectation;
    message.findings.mention(mention);
}

void mention(const Message& message, const per::Item& item, const Endpoint& to) {
    message.findings.mention(mention_of(message, item, Mention::Denotes::given, to));
}

Wanted call_back_to(const Message& message, std::uint8_t protocol, std::uint16_t port) {
    Wanted wanted = call_back(message.subject, protocol, port);
    wanted.moves = Wanted::Moves::renamed;
    return wanted;
}

std::uint16_t helper_number(std::string_view name) {
    const auto found = track::find_helper(name, protocol::tcp);
    return static_cast<std::uint16_t>(found ? *found + 1 : 0);
}

namespace {

// The number of the expectation of what comes to this port, if the packet at hand has spoken of it already.
std::uint8_t expected_already(const Findings& findings, const Wanted& wanted) {
    const auto* const found = std::ranges::find_if(findings.expectations, [&](const Wanted& there) {
        return there.expectation.tuple == wanted.expectation.tuple && there.announced == wanted.announced;
    });
    return found == findings.expectations.end()
               ? Wanted::alone
               : static_cast<std::uint8_t>(found - findings.expectations.begin());
}

// RTP at an even port, RTCP at the next one, whichever of them is spoken of.
void expect_media(const Message& message, const per::Item& item) {
    const auto endpoint = endpoint_of(message, item);
    if (!endpoint || endpoint->address != message.subject.mine().source) return;
    Wanted rtp = call_back_to(message, protocol::udp, endpoint->port & 0xfffe);
    std::uint8_t number = expected_already(message.findings, rtp);
    if (number == Wanted::alone) {
        number = message.findings.expect(rtp);
        Wanted rtcp = call_back_to(message, protocol::udp, endpoint->port | 1);
        rtcp.follows = number;
        message.findings.expect(rtcp);
    }
    if (number == Wanted::alone) return;
    mention(message, item, static_cast<std::uint8_t>(number + (endpoint->port & 1u)));
}

// T.120 opens several connections to one port.
void expect_data(const Message& message, const per::Item& item) {
    const auto endpoint = endpoint_of(message, item);
    if (!endpoint || endpoint->address != message.subject.mine().source) return;
    Wanted wanted = call_back_to(message, protocol::tcp, endpoint->port);
    wanted.expectation.flags = track::expectation_flag::permanent;
    mention(message, item, message.findings.expect(wanted));
}

}  // namespace

void expect_channels(const Message& message, const per::Items& items) {
    bool speaks_t120 = false;
    for (const per::Item& item : items) {
        if (item.mark == mark::media) expect_media(message, item);
        if (item.mark == mark::t120_protocol) speaks_t120 = item.number == separate_lan_stack;
        if (item.mark == mark::stack_accepted) expect_data(message, item);
        if (item.mark == mark::stack_offered && std::exchange(speaks_t120, false)) expect_data(message, item);
    }
}

}  // namespace gatehouse::helper::h323

// Call signalling of H.323: messages of Q.931 whose user-to-user information is that of ITU-T H.225.0. They
// announce a connection for H.245, or have its messages, or its offers of channels (fast start), in them; and
// they may send the caller on to somebody else.
#include "helper/q931.h"

#include <algorithm>

#include "helper/h323.h"
#include "wire/protocol.h"

namespace gatehouse::helper {

namespace {

using h323::Message;
namespace mark = h323::mark;

struct Memory {
    h323::Framing framing;
    GivenPort h245[2];  // by who announced it
};

const per::Item* find(const per::Items& items, std::uint8_t mark) {
    const auto* const found = std::ranges::find(items, mark, &per::Item::mark);
    return found == items.end() ? nullptr : found;
}

void expect_h245(const Message& message, const per::Item& item) {
    const auto endpoint = h323::endpoint_of(message, item);
    if (!endpoint || endpoint->address != message.subject.mine().source) return;
    Wanted wanted = h323::call_back_to(message, wire::protocol::tcp, endpoint->port);
    wanted.expectation.helper = h323::helper_number("H.245");
    wanted.given = &message.subject.memory<Memory>().h245[track::index(message.subject.direction())];
    h323::mention(message, item, message.findings.expect(wanted));
}

// The second leg of a call that is forwarded: to whomever the answer names.
void expect_forwarded(const Message& message, const per::Item& item) {
    const auto endpoint = h323::endpoint_of(message, item);
    if (!endpoint) return;
    Wanted wanted = h323::call_back_to(message, wire::protocol::tcp, endpoint->port);
    wanted.moves = Wanted::Moves::anyone;
    wanted.expectation.helper = h323::helper_number("Q.931");
    wanted.expectation.tuple.destination = wanted.announced.address = endpoint->address;
    h323::mention(message, item, message.findings.expect(wanted));
}

// Caller and called: the connection's ends, whatever addresses stand there.
void mention_ends(const Message& message, const per::Items& items) {
    const track::Tuple theirs = message.subject.theirs();
    const Family family = message.subject.entry().family;
    const auto put = [&](std::uint8_t mark, const Address& address, std::uint16_t port) {
        const per::Item* const item = find(items, mark);
        if (item == nullptr) return;
        const auto there = h323::endpoint_of(message, *item);
        if (there && there->address != address)
            h323::mention(message, *item, Endpoint{family, address, port});
    };
    put(mark::called, theirs.source, theirs.ends.source);
    put(mark::caller, theirs.destination, theirs.ends.destination);
}

void judge(const Message& message) {
    const Bytes information = q931::user_information(message.bytes);
    if (information.empty()) return;
    const Message inside{
        .bytes = information,
        .at = message.at + static_cast<std::uint32_t>(information.data() - message.bytes.data()),
        .subject = message.subject,
        .findings = message.findings};
    per::Items items;
    if (!per::read(inside.bytes, {.type = &h323::user_information}, items)) return;
    const per::Item* const reason = find(items, mark::facility_reason);
    if (reason != nullptr && reason->number == h323::call_forwarded) {
        if (const per::Item* const to = find(items, mark::alternative)) expect_forwarded(inside, *to);
    } else if (const per::Item* const h245 = find(items, mark::h245_address)) {
        expect_h245(inside, *h245);
    }
    mention_ends(inside, items);
    h323::expect_channels(inside, items);
}

Inspection inspect(const Reading& reading, Subject& subject, Findings& findings) {
    return h323::inspect_packets(reading, subject, findings, judge);
}

constexpr std::uint8_t transports[] = {wire::protocol::tcp};
// As H.245's, and one for H.245 itself each way.
constexpr track::ExpectationPolicy policies[] = {{.most = 20, .seconds = 240}};

}  // namespace

extern const Helper helper_q931;
const Helper helper_q931{.name = "Q.931",
                         .protocols = transports,
                         .grain = Grain::messages,
                         .policies = policies,
                         .longest = h323::longest_message,
                         .inspect = inspect};

}  // namespace gatehouse::helper

// RAS (ITU-T H.225.0): endpoints tell their gatekeeper where they can be called, and ask it where to call.
#include <algorithm>

#include "helper/h323.h"
#include "track/helper_name.h"
#include "wire/protocol.h"

namespace gatehouse::helper {

namespace {

using h323::Message;
using h323::Ras;
using per::Item;
using track::Direction;
namespace mark = h323::mark;
namespace protocol = wire::protocol;

struct Memory {
    GivenPort signal[2];     // where who announced it can be called
    std::uint32_t lifetime;  // of the registration, in seconds
};

// As Linux's default (default_rrq_ttl).
constexpr std::uint32_t default_lifetime = 300;
constexpr std::uint32_t lifetime_after_end = 30;

// A message, and what the handlers look at.
struct Call {
    const Message& message;
    const per::Items& items;

    Subject& subject() const { return message.subject; }
    Direction direction() const { return message.subject.direction(); }
    Memory& memory() const { return message.subject.memory<Memory>(); }
    GivenPort& signal(Direction who) const { return memory().signal[track::index(who)]; }
    const Item* find(std::uint8_t mark) const {
        const auto* const found = std::ranges::find(items, mark, &Item::mark);
        return found == items.end() ? nullptr : found;
    }
    std::optional<Endpoint> endpoint(const Item* item) const {
        return item == nullptr ? std::nullopt : h323::endpoint_of(message, *item);
    }
    bool from_sender(const Endpoint& endpoint) const { return endpoint.address == subject().mine().source; }
    // The sender, and the receiver, as the other of them knows it.
    Endpoint sender(std::uint16_t port) const {
        return {subject().entry().family, subject().theirs().destination, port};
    }
    Endpoint receiver(std::uint16_t port) const {
        return {subject().entry().family, subject().theirs().source, port};
    }
};

bool is_loopback(const Endpoint& endpoint) {
    constexpr std::uint32_t network = 127;
    return is_v4(endpoint.family) && endpoint.address.words[0] >> 24 == network;
}

// The first of several addresses when another has been chosen: some endpoints (GnomeMeeting) name the
// loopback address first, and only that is looked at by their gatekeepers.
const Item* before_chosen(const Call& call, const Item& chosen) {
    const Item* const first = call.find(chosen.mark);
    const auto endpoint = call.endpoint(first);
    return first != &chosen && endpoint && is_loopback(*endpoint) ? first : nullptr;
}

// The address that an endpoint has registered to be called at, in whatever message of either side.
void mention_signal(const Call& call, std::uint8_t mark) {
    const GivenPort& own = call.signal(call.direction());
    const GivenPort& others = call.signal(call.subject().back());
    for (const Item& item : call.items) {
        if (item.mark != mark) continue;
        const auto endpoint = call.endpoint(&item);
        if (!endpoint) continue;
        if (call.from_sender(*endpoint) && endpoint->port == own.announced) {
            const Item* const first = before_chosen(call, item);
            return h323::mention(call.message, first == nullptr ? item : *first, call.sender(own.given));
        }
        if (endpoint->address == call.subject().mine().destination && endpoint->port == others.given)
            return h323::mention(call.message, item, call.receiver(others.announced));
    }
}

// The address that its sender is sending from.
void mention_own(const Call& call) {
    const track::Tuple mine = call.subject().mine();
    for (const Item& item : call.items) {
        if (item.mark != mark::ras_address) continue;
        const auto endpoint = call.endpoint(&item);
        if (!endpoint || !call.from_sender(*endpoint) || endpoint->port != mine.ends.source) continue;
        return h323::mention(call.message, item, call.sender(call.subject().theirs().ends.destination));
    }
}

void expect_calls(const Call& call) {
    for (const Item& item : call.items) {
        if (item.mark != mark::signal_address) continue;
        const auto endpoint = call.endpoint(&item);
        if (!endpoint || !call.from_sender(*endpoint)) continue;
        Wanted wanted = h323::call_back_to(call.message, protocol::tcp, endpoint->port);
        wanted.expectation.flags = track::expectation_flag::permanent;
        wanted.expectation.helper = h323::helper_number("Q.931");
        wanted.given = &call.signal(call.direction());
        const std::uint8_t number = call.message.findings.expect(wanted);
        h323::mention(call.message, item, number);
        if (const Item* const first = before_chosen(call, item)) h323::mention(call.message, *first, number);
        return;
    }
}

// A connection of the receiver's to whomever it has been told of.
void expect_at(const Call& call, const Endpoint& to, std::uint8_t protocol, std::uint16_t helper,
               bool lasting) {
    Wanted wanted = h323::call_back_to(call.message, protocol, to.port);
    wanted.moves = Wanted::Moves::never;
    wanted.expectation.tuple.destination = wanted.announced.address = to.address;
    wanted.expectation.helper = helper;
    if (lasting) wanted.expectation.flags = track::expectation_flag::permanent;
    call.message.findings.expect(wanted);
}

// The gatekeeper names another port, or another gatekeeper, for what follows.
void confirm_gatekeeper(const Call& call) {
    const auto endpoint = call.endpoint(call.find(mark::ras_address));
    if (!endpoint) return;
    const track::Tuple mine = call.subject().mine();
    if (call.from_sender(*endpoint) && endpoint->port == mine.ends.source) return;
    if (call.subject().entry().has(track::status::expected)) return;
    const auto helper = track::find_helper("RAS", protocol::udp);
    expect_at(call, *endpoint, protocol::udp, static_cast<std::uint16_t>(*helper + 1), false);
}

void register_endpoint(const Call& call) {
    expect_calls(call);
    mention_own(call);
    const Item* const lifetime = call.find(mark::time_to_live);
    call.memory().lifetime = lifetime == nullptr ? default_lifetime : lifetime->number;
}

// The registration, and that calls are expected, last as long as the gatekeeper says.
void confirm_registration(const Call& call) {
    mention_signal(call, mark::signal_address);
    Memory& memory = call.memory();
    if (const Item* const lifetime = call.find(mark::time_to_live)) memory.lifetime = lifetime->number;
    if (memory.lifetime == 0) return;
    call.message.findings.lifetime = memory.lifetime * second;
    const Address endpoint = call.subject().mine().destination;
    auto found = track::ExpectationIndex::none;
    const track::Expectations& all = call.subject().expectations();
    all.visit(call.subject().entry(), [&](track::ExpectationIndex i, const track::Expectation& e) {
        if (e.tuple.protocol == protocol::tcp && e.tuple.destination == endpoint &&
            e.tuple.ends.destination == call.signal(call.subject().back()).given)
            found = i;
    });
    if (found != track::ExpectationIndex::none) call.subject().expectations().renew(found, memory.lifetime);
}

void unregister(const Call& call) {
    mention_signal(call, mark::signal_address);
    call.subject().expectations().forget_all(call.subject().entry());
    call.memory() = {};
    call.message.findings.lifetime = lifetime_after_end * second;
}

// Asked by the called endpoint about itself, or by the calling one.
void request_admission(const Call& call) {
    const GivenPort& own = call.signal(call.direction());
    const Item* const called = call.find(mark::called);
    if (const auto to = call.endpoint(called); to && call.from_sender(*to) && to->port == own.announced)
        return h323::mention(call.message, *called, call.sender(own.given));
    const Item* const caller = call.find(mark::caller);
    if (const auto from = call.endpoint(caller); from && call.from_sender(*from))
        h323::mention(call.message, *caller, call.sender(from->port));
}

void confirm_admission(const Call& call) {
    const auto endpoint = call.endpoint(call.find(mark::called));
    if (!endpoint) return;
    if (endpoint->address == call.subject().mine().destination) return mention_signal(call, mark::called);
    expect_at(call, *endpoint, protocol::tcp, h323::helper_number("Q.931"), true);
}

void confirm_location(const Call& call) {
    if (const auto endpoint = call.endpoint(call.find(mark::called)))
        expect_at(call, *endpoint, protocol::tcp, h323::helper_number("Q.931"), true);
}

void report(const Call& call) {
    mention_own(call);
    mention_signal(call, mark::signal_address);
}

void judge(const Call& call) {
    const Item* const which = call.find(mark::ras);
    if (which == nullptr) return;
    switch (static_cast<Ras>(which->number)) {
        case Ras::gatekeeper_request:
        case Ras::location_request: return mention_own(call);
        case Ras::gatekeeper_confirm: return confirm_gatekeeper(call);
        case Ras::registration_request: return register_endpoint(call);
        case Ras::registration_confirm: return confirm_registration(call);
        case Ras::unregistration_request: return unregister(call);
        case Ras::admission_request: return request_admission(call);
        case Ras::admission_confirm: return confirm_admission(call);
        case Ras::location_confirm: return confirm_location(call);
        case Ras::info_request_response: return report(call);
    }
}

Inspection inspect(const Reading& reading, Subject& subject, Findings& findings) {
    per::Items items;
    const Message message{.bytes = reading.bytes, .subject = subject, .findings = findings};
    if (per::read(message.bytes, {.type = &h323::ras_message, .mark = mark::ras, .told = true}, items))
        judge({message, items});
    return all_of(reading);
}

constexpr std::uint8_t transports[] = {protocol::udp};
constexpr track::ExpectationPolicy policies[] = {{.most = 32, .seconds = 240}};

}  // namespace

extern const Helper helper_ras;
const Helper helper_ras{.name = "RAS", .protocols = transports, .policies = policies, .inspect = inspect};

}  // namespace gatehouse::helper

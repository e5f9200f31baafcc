// PPTP (RFC 2637): a control connection from a client (PNS) to a server (PAC) sets up calls, whose frames
// come in GRE, told apart by numbers that each side has chosen.
//
// Either side's frames may come first. Where addresses are translated two clients may have chosen the same
// number for calls to one server: in its place the server is told the client's port, which nat has made
// unique, as Linux does. One call at a time on a control connection, as in Linux.
#include <array>

#include "helper/helper.h"
#include "track/proto/gre_keys.h"
#include "wire/protocol.h"

namespace gatehouse::helper {

namespace {

using track::Direction;
using track::Entry;
using track::Tuple;

// Of a message (RFC 2637, 2): length, 1, the cookie, the control message's type, nothing.
constexpr std::size_t type_at = 2, cookie_at = 4, message_at = 8, header_bytes = 12, longest_message = 220;
constexpr std::uint16_t control_message = 1;
constexpr std::uint32_t cookie = 0x1a2b3c4d;

enum Kind : std::uint16_t {
    start_request = 1,
    start_reply,
    stop_request,
    stop_reply,
    echo_request,
    echo_reply,
    outgoing_request,
    outgoing_reply,
    incoming_request,
    incoming_reply,
    incoming_connected,
    clear_request,
    disconnect_notify,
    wan_error_notify,
    set_link_info,
};
// What each has at least behind the header, by its kind.
constexpr std::array<std::size_t, 16> least{0, 144, 144, 4, 4, 0, 0, 156, 20, 208, 12, 16, 4, 136, 28, 12};

// Places of fields, all messages being laid out alike: the sender's call or the receiver's stands first, of
// replies to calls the receiver's call and the result behind it.
constexpr std::size_t first_call_at = 12, second_call_at = 14, result_at = 16;
constexpr std::size_t start_result_at = 14, stop_result_at = 12;
constexpr std::uint8_t success = 1;

constexpr std::uint8_t transports[] = {wire::protocol::tcp};
constexpr track::ExpectationPolicy policies[] = {{.most = 2, .seconds = 300}};

// In this order, as some messages are believed from a state on.
enum Session : std::uint8_t { none, failed, stopping, requested, established };
enum Call : std::uint8_t {
    no_call,
    outgoing_asked,
    outgoing_stands,
    incoming_asked,
    incoming_answered,
    incoming_stands,
    clearing,
};

struct Memory {
    Session session;
    Call call;
    // The client's number for the call: its own, and that by which the server knows it; and the server's.
    std::uint16_t own, known, server;
    std::array<track::GreKeys::Place, 2> keys;  // by direction
};

// A message, and what its handlers look at.
struct Message {
    Bytes bytes;
    Subject& subject;
    Findings& findings;
    Memory& memory;

    std::uint16_t kind() const { return load_be16(&bytes[message_at]); }
    std::uint16_t at(std::size_t place) const { return load_be16(&bytes[place]); }
    bool succeeded(std::size_t place) const { return bytes[place] == success; }
    bool translated() const { return subject.translated(); }
    // As Linux does it, faults included.
    bool as_linux() const { return subject.settings().mode == Mode::drop; }
};

std::size_t write_call(const Written& what, MutableBytes to) {
    constexpr std::size_t size = 2;
    if (to.size() < size) return 0;
    store_be16(to.data(), what.endpoint.port);
    return size;
}

// Where addresses are translated `call` is to stand there.
void put_call(const Message& message, std::size_t place, std::uint16_t call) {
    if (!message.translated() || message.at(place) == call) return;
    message.findings.mention({.span = {static_cast<std::uint32_t>(place), 2},
                              .denotes = Mention::Denotes::given,
                              .part = Mention::Part::port,
                              .endpoint = {message.subject.entry().family, {}, call},
                              .write = write_call});
}

Tuple frames(const Entry& master, Direction direction, std::uint16_t source, std::uint16_t destination) {
    Tuple tuple = master.tuple(direction);
    tuple.protocol = wire::protocol::gre;
    tuple.ends = {source, destination};
    return tuple;
}
// As they come from each side.
Tuple from_client(const Entry& master, const Memory& memory) {
    return frames(master, Direction::original, memory.own, memory.server);
}
Tuple from_server(const Entry& master, const Memory& memory) {
    return frames(master, Direction::reply, memory.server, memory.known);
}

// Notes by which number who sends `tuple` knows the call. False: another call stands.
bool note_keys(track::Tracking& tracking, track::GreKeys::Place& place, const Tuple& tuple,
               track::Zone zone) {
    if (place != 0) return tracking.gre_keys().is_of(place, tuple, zone);
    place = tracking.gre_keys().add(tuple, zone);
    return place != 0;
}

void drop_keys(track::Tracking& tracking, Memory& memory) {
    for (auto& place : memory.keys) {
        if (place != 0) tracking.gre_keys().remove(place);
        place = 0;
    }
}

// The call stands: its frames may come from either side.
void expect_frames(const Message& message) {
    const Subject& subject = message.subject;
    Memory& memory = message.memory;
    const Entry& master = subject.entry();
    const Tuple there = from_client(master, memory), back = from_server(master, memory);
    track::Tracking& tracking = message.subject.tracking();
    // Whichever comes first stands for both. Of translated connections Linux doesn't find the other one
    // behind the server's.
    const bool finds_other = !message.translated() || !message.as_linux();
    const auto wanted = [&](const Tuple& first, Direction announcer, std::uint16_t call, std::uint16_t key) {
        return Wanted{.expectation = {.tuple = first,
                                      .source_mask = track::whole_address,
                                      .source_end_mask = track::whole_end,
                                      .for_all = announcer == Direction::reply || finds_other},
                      .announced = {first.family, master.tuple(announcer).source, call},
                      .direction = announcer,
                      .source_port = key,
                      .optional = true};
    };
    const std::array both{wanted(there, Direction::reply, memory.server, memory.known),
                          wanted(back, Direction::original, memory.own, 0)};
    const bool had = memory.keys[0] != 0 || memory.keys[1] != 0;
    if (note_keys(tracking, memory.keys[0], there, subject.zone()) &&
        note_keys(tracking, memory.keys[1], back, subject.zone())) {
        for (const Wanted& one : both) message.findings.expect(one);
        return;
    }
    if (!had) drop_keys(tracking, memory);
    if (!message.as_linux()) return;
    // Linux expects them before it finds that another call stands, and then gives up all.
    for (const Wanted& one : both)
        tracking.expectations().enter(subject.connection(), one.expectation, policies[0]);
    tracking.expectations().forget_if(master, [](const track::Expectation&) { return true; });
}

// The call is over, with whatever it has opened. `client_key`: the source of the client's frames.
void end_call(track::Tracking& tracking, const Entry& master, Memory& memory, std::uint16_t client_key) {
    if (memory.keys[0] == 0 && memory.keys[1] == 0) return;
    drop_keys(tracking, memory);
    tracking.give_up(frames(master, Direction::original, client_key, memory.server), zone_of(master));
    tracking.give_up(from_server(master, memory), zone_of(master));
}

// The client tells its number for a call, which stands at the first place.
void number_call(const Message& message) {
    Memory& memory = message.memory;
    memory.own = memory.known = message.at(first_call_at);
    if (message.translated()) memory.known = message.subject.tuple(Direction::reply).ends.destination;
    put_call(message, first_call_at, memory.known);
}

void client_answers_call(const Message& message) {
    Memory& memory = message.memory;
    if (memory.call != incoming_asked && memory.call != incoming_answered) return;
    if (memory.server != message.at(second_call_at)) return;
    if (!message.succeeded(result_at)) {
        memory.call = no_call;
    } else {
        memory.call = incoming_answered;
        memory.known = message.at(first_call_at);
        // Linux leaves the number as it is, and forgets that it is the client's own.
        if (!message.translated() || !message.as_linux()) number_call(message);
    }
}

void read_client(const Message& message) {
    Memory& memory = message.memory;
    switch (message.kind()) {
        case start_request:
            if (memory.session == none) memory.session = requested;
            break;
        case stop_request: memory.session = stopping; break;
        case outgoing_request:
            if (memory.session != established) break;
            memory.call = outgoing_asked;
            number_call(message);
            break;
        case incoming_reply: client_answers_call(message); break;
        case clear_request:
            if (memory.session != established) break;
            memory.call = clearing;
            put_call(message, first_call_at, memory.known);
            break;
        default: break;
    }
}

void server_answers_call(const Message& message) {
    Memory& memory = message.memory;
    if (memory.session != established) return;
    if (memory.call != outgoing_asked && memory.call != outgoing_stands) return;
    if (memory.known != message.at(second_call_at)) return;
    if (message.succeeded(result_at)) {
        memory.call = outgoing_stands;
        memory.server = message.at(first_call_at);
        expect_frames(message);
    } else {
        memory.call = no_call;
    }
    put_call(message, second_call_at, memory.own);
}

void server_connects_call(const Message& message) {
    Memory& memory = message.memory;
    if (memory.session != established) return;
    if (memory.call != incoming_answered && memory.call != incoming_stands) return;
    if (memory.known != message.at(first_call_at)) return;
    memory.call = incoming_stands;
    expect_frames(message);
    put_call(message, first_call_at, memory.own);
}

void read_server(const Message& message) {
    Memory& memory = message.memory;
    switch (message.kind()) {
        case start_reply:
            if (memory.session >= requested)
                memory.session = message.succeeded(start_result_at) ? established : failed;
            break;
        case stop_reply:
            if (memory.session <= stopping)
                memory.session = message.succeeded(stop_result_at) ? none : failed;
            break;
        case outgoing_reply: server_answers_call(message); break;
        case incoming_request:
            if (memory.session != established) break;
            memory.call = incoming_asked;
            memory.server = message.at(first_call_at);
            break;
        case incoming_connected: server_connects_call(message); break;
        case disconnect_notify:
            memory.call = no_call;
            // Linux looks for the client's frames by the number that the server knows.
            end_call(message.subject.tracking(), message.subject.entry(), memory,
                     message.as_linux() ? memory.known : memory.own);
            // It names the server's number (RFC 2637, 2.13). Linux takes it for the client's.
            if (message.as_linux()) put_call(message, first_call_at, memory.own);
            break;
        case wan_error_notify:
        case set_link_info: put_call(message, first_call_at, memory.own); break;
        default: break;
    }
}

void read_message(Bytes bytes, Subject& subject, Findings& findings) {
    const Message message{bytes, subject, findings, subject.memory<Memory>()};
    const std::uint16_t kind = message.kind();
    if (kind < least.size() && bytes.size() < header_bytes + least[kind]) return;
    // Whoever opened the control connection is taken for the client (RFC 2637 lets either do it).
    subject.direction() == Direction::original ? read_client(message) : read_server(message);
}

bool is_control(Bytes bytes) {
    return load_be16(&bytes[type_at]) == control_message && load_be32(&bytes[cookie_at]) == cookie;
}

Inspection inspect(const Reading& reading, Subject& subject, Findings& findings) {
    const Bytes bytes = reading.bytes;
    if (reading.alone) {
        // The first message in it.
        if (bytes.size() >= header_bytes && is_control(bytes)) read_message(bytes, subject, findings);
        return all_of(reading);
    }
    if (bytes.size() < header_bytes) return {.next = Inspection::Next::more};
    const std::size_t length = load_be16(bytes.data());
    if (!is_control(bytes) || length < header_bytes || length > longest_message)
        return {.next = Inspection::Next::give_up};
    if (bytes.size() < length) return {.next = Inspection::Next::more};
    read_message(bytes.first(length), subject, findings);
    return {.taken = length};
}

void leaving(track::Tracking& tracking, const Entry& entry) {
    auto& memory = memory_of<Memory>(tracking, entry);
    end_call(tracking, entry, memory, memory.own);
}

}  // namespace

extern const Helper helper_pptp;
const Helper helper_pptp{.name = "pptp",
                         .protocols = transports,
                         .grain = Grain::messages,
                         .policies = policies,
                         .inspect = inspect,
                         .leaving = leaving};

}  // namespace gatehouse::helper

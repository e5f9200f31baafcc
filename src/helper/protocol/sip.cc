// SIP (RFC 3261): calls, whose media go over connections of their own that session descriptions announce, and
// registrations, after which a registrar's calls may come to the address that was registered.
#include <algorithm>
#include <array>

#include "helper/helper.h"
#include "helper/sdp.h"
#include "helper/sip_message.h"
#include "helper/text.h"
#include "packet/reason.h"
#include "wire/protocol.h"

namespace gatehouse::helper {

namespace {

using sip::Field;
using sip::Found;

constexpr std::size_t npos = std::string_view::npos;
constexpr std::string_view version = "SIP/2.0 ";
constexpr std::size_t shortest = 11;  // "SIP/2.0 200"
constexpr Nanoseconds lifetime = 3600 * second;

// Classes of expectations.
enum Class : std::uint8_t { signalling, audio, video, image };
constexpr std::size_t most_media = 3;

struct Memory {
    std::uint32_t invite, registration;  // sequence numbers of the requests at hand
};

// A message, and all that its methods' handlers look at.
struct Message {
    std::string_view text;
    Subject& subject;
    Findings& findings;
    std::uint32_t sequence = 0;  // of CSeq
    std::uint32_t code = 0;      // of a response

    Family family() const { return subject.entry().family; }
    Memory& memory() const { return subject.memory<Memory>(); }
    bool succeeds() const { return code >= 200 && code <= 299; }
    bool continues() const { return code >= 100 && code <= 199; }
};

Inspection malformed(std::size_t at) {
    return {.next = Inspection::Next::refuse,
            .why = {.reason = Reason::helper_malformed, .numbers = {static_cast<std::uint32_t>(at)}}};
}
Inspection good(const Message& message) { return {.taken = message.text.size()}; }

void forget_media(const Message& message) {
    message.subject.expectations().forget_if(
        message.subject.entry(), [](const track::Expectation& e) { return e.of_class != signalling; });
}

void forget_registration(const Message& message) {
    message.subject.expectations().forget_if(
        message.subject.entry(), [](const track::Expectation& e) { return e.of_class == signalling; });
}

std::size_t write_location(const Written& what, MutableBytes to) {
    TextInto text(to);
    const bool v4 = is_v4(what.endpoint.family);
    if (!v4) text.put('[');
    text.address(what.endpoint.address, what.endpoint.family);
    if (!v4) text.put(']');
    return text.put(':').number(what.endpoint.port).size();
}
// Style 1: an IPv6 address stands in brackets.
std::size_t write_address(const Written& what, MutableBytes to) {
    TextInto text(to);
    const bool bracketed = what.style != 0 && !is_v4(what.endpoint.family);
    if (bracketed) text.put('[');
    text.address(what.endpoint.address, what.endpoint.family);
    if (bracketed) text.put(']');
    return text.size();
}
std::size_t write_port(const Written& what, MutableBytes to) {
    return TextInto(to).number(what.endpoint.port).size();
}
std::size_t write_length(const Written& what, MutableBytes to) {
    return TextInto(to).number(what.length).size();
}

// Whether somebody of the same kind expects these media already: where several take the same call.
bool stands_already(const Message& message, const track::Tuple& first, std::uint8_t of_class) {
    const Subject& subject = message.subject;
    const auto& expectations = subject.expectations();
    const track::Zone zone = subject.zone();
    const auto found = expectations.find(first, zone);
    if (found == track::ExpectationIndex::none) return false;
    const track::Expectation& there = expectations[found];
    return there.master != subject.connection() && there.of_class == of_class &&
           subject.same_helper(there.master);
}

// RTP at an even port, RTCP at the next one (RFC 3550, section 11). The number of RTP's expectation, or none.
std::uint8_t expect_media(const Message& message, const Address& address, std::uint16_t port,
                          std::uint8_t of_class) {
    const Subject& subject = message.subject;
    // Media flow between the two that speak here and nobody else, unless they may come and go anywhere (a
    // proxy speaks for those who call).
    const bool direct = subject.settings().sip_direct_media;
    if (direct && address != subject.mine().source) return Wanted::alone;
    Wanted rtp = call_back(subject, wire::protocol::udp, port);
    if (!direct) {
        rtp.expectation.tuple.source = rtp.expectation.source_mask = {};
        rtp.third_party = true;
    }
    rtp.expectation.tuple.destination = rtp.announced.address = address;
    rtp.expectation.of_class = of_class;
    rtp.shared = true;
    if (stands_already(message, rtp.expectation.tuple, of_class)) return Wanted::alone;
    const auto even = static_cast<std::uint16_t>(port & ~1u);
    rtp.expectation.tuple.ends.destination = rtp.announced.port = even;
    const std::uint8_t number = message.findings.expect(rtp);
    Wanted rtcp = rtp;
    rtcp.expectation.tuple.ends.destination = rtcp.announced.port = static_cast<std::uint16_t>(even + 1);
    rtcp.follows = number;
    message.findings.expect(rtcp);
    return number;
}

void mention_address(const Message& message, const sdp::Origin& origin, std::uint8_t expectation) {
    if (expectation == Wanted::alone) return;
    message.findings.mention({.span = origin.span,
                              .denotes = Mention::Denotes::expected,
                              .part = Mention::Part::address,
                              .expectation = expectation,
                              .endpoint = {message.family(), origin.address, 0},
                              .write = write_address});
}

// How long the body is, which changes with what is written in it. With a session description it is written
// anew in any case, as Linux does: what follows is what is read.
void mention_length(const Message& message, bool renewed) {
    const sip::Place place = sip::find_field(message.text, 0, Field::content_length, message.family());
    const std::size_t body = message.text.find("\r\n\r\n");
    if (place.found != Found::yes || body == npos || message.findings.mentioned(place.span)) return;
    const auto from = static_cast<std::uint32_t>(body + 4);
    message.findings.mention({.span = place.span,
                              .denotes = Mention::Denotes::length,
                              .counted = {from, static_cast<std::uint32_t>(message.text.size()) - from},
                              .renewed = renewed,
                              .write = write_length});
}

// The session's owner and its common address are where the last of its media is, as Linux has it: with
// whoever sent this, or with a third.
void mention_common(const Message& message, const sdp::Origin& origin, std::uint8_t expectation,
                    const std::optional<Address>& last) {
    if (expectation != Wanted::alone) return mention_address(message, origin, expectation);
    if (!last || *last == origin.address || !message.subject.translated()) return;
    message.findings.mention({.span = origin.span,
                              .denotes = Mention::Denotes::given,
                              .part = Mention::Part::address,
                              .endpoint = {message.family(), *last, 0},
                              .write = write_address});
}

constexpr std::uint8_t class_of(sdp::Media media) {
    return media == sdp::Media::audio ? audio : media == sdp::Media::video ? video : image;
}

// A session description: the first few media in it.
Inspection read_session(const Message& message) {
    const std::string_view text = message.text;
    const std::size_t session = sdp::find_description(text, 0);
    if (session == npos) return good(message);
    const auto common = sdp::find_address(text, session, 'c', message.family());
    std::uint8_t last = Wanted::alone;
    std::optional<Address> last_address;
    std::size_t at = session;
    for (std::size_t count = 0; count < most_media;) {
        const auto media = sdp::next_media(text, at);
        if (!media) break;
        at = media->at;
        if (media->media == sdp::Media::other || media->port == 0) continue;
        constexpr std::uint32_t first_unprivileged = 1024, last_port = 0xffff;
        if (media->port < first_unprivileged || media->port > last_port) return malformed(at);
        const auto own = sdp::find_address(text, at, 'c', message.family());
        const bool has_own = own && !own->malformed;
        if (!has_own && (!common || common->malformed)) return malformed(at);
        const Address& address = has_own ? own->address : common->address;
        const std::uint8_t number =
            expect_media(message, address, static_cast<std::uint16_t>(media->port), class_of(media->media));
        last = number;
        last_address = address;
        if (number != Wanted::alone) {
            message.findings.mention(
                {.span = media->span,
                 .denotes = Mention::Denotes::expected,
                 .part = Mention::Part::port,
                 .expectation = number,
                 .endpoint = {message.family(), address, static_cast<std::uint16_t>(media->port)},
                 .write = write_port});
        }
        if (has_own) mention_address(message, *own, number);
        ++count;
    }
    if (const auto owner = sdp::find_address(text, session, 'o', message.family());
        owner && !owner->malformed)
        mention_common(message, *owner, last, last_address);
    if (common && !common->malformed) mention_common(message, *common, last, last_address);
    if (message.subject.translated()) mention_length(message, true);
    return good(message);
}

Inspection read_invite(const Message& message) {
    forget_media(message);
    const Inspection inspection = read_session(message);
    if (inspection.next == Inspection::Next::done) message.memory().invite = message.sequence;
    return inspection;
}

Inspection read_answer(const Message& message) {
    if (message.continues() || message.succeeds()) return read_session(message);
    if (message.memory().invite == message.sequence) forget_media(message);
    return good(message);
}

Inspection read_bye(const Message& message) {
    forget_media(message);
    return good(message);
}

// The transport that a contact wants, if it is this connection's.
bool same_transport(const Message& message, std::size_t behind) {
    const sip::Place place = sip::find_parameter(message.text, behind, "transport=");
    if (place.found != Found::yes) return true;
    const bool tcp = message.subject.entry().protocol == wire::protocol::tcp;
    return begins_with(message.text.substr(place.span.at), tcp ? "TCP" : "UDP");
}

// Who registers may be called at what it registers: not before the registrar has agreed.
Inspection read_registration(const Message& message) {
    Subject& subject = message.subject;
    if (subject.entry().has(track::status::expected)) return good(message);
    std::uint32_t expires = sip::number_of(message.text, Field::expires, message.family());
    const sip::Location contact = sip::locate(message.text, Field::contact, message.family());
    if (contact.found == Found::malformed) return malformed(contact.span.at);
    if (contact.found == Found::no || contact.endpoint.address != subject.mine().source) return good(message);
    if (!same_transport(message, contact.span.end())) return good(message);
    const auto parameter = sip::find_number(message.text, contact.span.end(), "expires=");
    if (parameter.found == Found::malformed) return malformed(contact.span.at);
    if (parameter.found == Found::yes) expires = parameter.value;
    if (expires != 0) {
        Wanted wanted = call_back(subject, subject.entry().protocol, contact.endpoint.port);
        wanted.expectation.of_class = signalling;
        wanted.expectation.flags = track::expectation_flag::permanent | track::expectation_flag::inactive;
        wanted.expectation.helper = subject.helper();
        wanted.expectation.tuple.destination = wanted.announced.address = contact.endpoint.address;
        message.findings.mention({.span = contact.span,
                                  .denotes = Mention::Denotes::expected,
                                  .expectation = message.findings.expect(wanted),
                                  .endpoint = contact.endpoint,
                                  .write = write_location});
    }
    message.memory().registration = message.sequence;
    return good(message);
}

// The registrar agrees to one of the contacts, for so long.
bool agree(const Message& message, const Endpoint& contact, std::uint32_t expires) {
    Subject& subject = message.subject;
    auto which = track::ExpectationIndex::none;
    subject.expectations().visit(
        subject.entry(), [&](track::ExpectationIndex i, const track::Expectation& e) {
            if (e.of_class == signalling && e.tuple.destination == contact.address &&
                e.tuple.protocol == subject.entry().protocol && e.tuple.ends.destination == contact.port)
                which = i;
        });
    if (which == track::ExpectationIndex::none) return false;
    subject.expectations().renew(which, expires);
    subject.expectations().activate(which);
    return true;
}

Inspection read_agreement(const Message& message) {
    if (message.memory().registration != message.sequence || message.continues()) return good(message);
    if (message.succeeds()) {
        const std::uint32_t common = sip::number_of(message.text, Field::expires, message.family());
        sip::Contacts contacts(message.text, message.family());
        for (;;) {
            const sip::Location contact = contacts.next();
            if (contact.found == Found::no) break;
            if (contact.found == Found::malformed) return malformed(contact.span.at);
            if (contact.endpoint.address != message.subject.mine().destination) continue;
            if (!same_transport(message, contact.span.end())) continue;
            const auto parameter = sip::find_number(message.text, contact.span.end(), "expires=");
            if (parameter.found == Found::malformed) return malformed(contact.span.at);
            const std::uint32_t expires = parameter.found == Found::yes ? parameter.value : common;
            if (expires == 0) break;
            if (agree(message, contact.endpoint, expires)) return good(message);
        }
    }
    forget_registration(message);
    return good(message);
}

struct Method {
    std::string_view name;
    Inspection (*request)(const Message&);
    Inspection (*response)(const Message&);
};
constexpr Method methods[] = {
    {"INVITE", read_invite, read_answer}, {"UPDATE", read_session, read_answer},
    {"ACK", read_session, nullptr},       {"PRACK", read_session, read_answer},
    {"BYE", read_bye, nullptr},           {"REGISTER", read_registration, read_agreement},
};

bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

bool is_request_of(const Method& method, std::string_view text) {
    const std::size_t length = method.name.size();
    return text.size() >= length + 2 && begins_with(text, method.name) && text[length] == ' ' &&
           is_letter(text[length + 1]);
}

// CSeq's number; the method's name stands behind it.
std::optional<Span> read_sequence(Message& message) {
    const sip::Place place = sip::find_field(message.text, 0, Field::cseq, message.family());
    if (place.found != Found::yes) return {};
    message.sequence = sip::number_at(message.text, place.span);
    return place.span;
}

Inspection read_request(Message& message) {
    for (const Method& method : methods) {
        if (method.request == nullptr || !is_request_of(method, message.text)) continue;
        if (!read_sequence(message)) return malformed(0);
        return method.request(message);
    }
    return good(message);
}

Inspection read_response(Message& message) {
    if (message.text.size() < shortest) return good(message);
    message.code = sip::number_at(message.text, {.at = version.size()});
    if (message.code == 0) return malformed(version.size());
    const auto sequence = read_sequence(message);
    if (!sequence) return malformed(0);
    const std::string_view name =
        message.text.substr(std::min<std::size_t>(sequence->end() + 1, message.text.size()));
    for (const Method& method : methods) {
        if (method.response != nullptr && begins_with(name, method.name)) return method.response(message);
    }
    return good(message);
}

void mention_party(const Message& message, const sip::Location& location, Mention::Part part, Formatter write,
                   std::uint8_t style = 0) {
    if (location.found != Found::yes || message.findings.mentioned(location.span)) return;
    message.findings.mention({.span = location.span,
                              .denotes = Mention::Denotes::party,
                              .part = part,
                              .style = style,
                              .endpoint = location.endpoint,
                              .write = write});
}

// Of the topmost Via, whose address is this hop's (RFC 3261, section 18.2): the parameters that say whence it
// came, too (maddr; received; rport: RFC 3581).
void mention_via(const Message& message, bool request) {
    const bool tcp = message.subject.entry().protocol == wire::protocol::tcp;
    const Family family = message.family();
    const sip::Location via = sip::locate(message.text, tcp ? Field::via_tcp : Field::via_udp, family);
    if (via.found != Found::yes) return;
    const track::Tuple mine = message.subject.mine();
    const Address& address = request ? mine.source : mine.destination;
    const std::uint16_t port = request ? mine.ends.source : mine.ends.destination;
    if (via.endpoint.address != address || via.endpoint.port != port) return;
    mention_party(message, via, Mention::Part::both, write_location);
    const std::size_t behind = via.span.end();
    const auto multicast = sip::find_address(message.text, behind, "maddr=", family, true);
    if (multicast.endpoint.address == mine.source)
        mention_party(message, multicast, Mention::Part::address, write_address, 1);
    const auto received = sip::find_address(message.text, behind, "received=", family, false);
    if (received.endpoint.address == mine.destination)
        mention_party(message, received, Mention::Part::address, write_address);
    const auto rport = sip::find_number(message.text, behind, "rport=");
    if (rport.found == Found::yes && rport.value == mine.ends.destination)
        mention_party(message, {Found::yes, rport.span, {family, mine.destination, mine.ends.destination}},
                      Mention::Part::port, write_port);
}

void mention_parties(const Message& message, bool request) {
    if (request)
        mention_party(message, sip::locate_target(message.text, message.family()), Mention::Part::both,
                      write_location);
    mention_via(message, request);
    sip::Contacts contacts(message.text, message.family());
    for (auto contact = contacts.next(); contact.found == Found::yes; contact = contacts.next())
        mention_party(message, contact, Mention::Part::both, write_location);
    for (const Field field : {Field::from, Field::to})
        mention_party(message, sip::locate(message.text, field, message.family()), Mention::Part::both,
                      write_location);
}

Inspection read_message(std::string_view text, Subject& subject, Findings& findings) {
    Message message{.text = text, .subject = subject, .findings = findings};
    const bool request = !begins_with(text, version);
    const Inspection inspection = request ? read_request(message) : read_response(message);
    if (inspection.next != Inspection::Next::done || !subject.translated()) return inspection;
    mention_parties(message, request);
    mention_length(message, false);
    return inspection;
}

// The length of the message at the beginning, its body included; nothing while that can't be told.
std::optional<std::size_t> message_length(std::string_view text, Family family) {
    const std::size_t head = text.find("\r\n\r\n");
    if (head == npos) return {};
    // With its last line's end, which a field must have.
    const sip::Place length = sip::find_field(text.substr(0, head + 4), 0, Field::content_length, family);
    if (length.found != Found::yes) return {};
    return head + 4 + std::size_t{sip::number_at(text, length.span)};
}

// Whether a SIP message begins like this.
bool plausible(std::string_view text) {
    const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
    if (line.size() < text.size()) return begins_with(line, version) || line.ends_with("SIP/2.0");
    return line.size() < version.size() ? begins_with(version, line) || is_letter(line[0])
                                        : begins_with(line, version) || is_letter(line[0]);
}

Inspection inspect(const Reading& reading, Subject& subject, Findings& findings) {
    findings.lifetime = lifetime;
    std::string_view text = text_of(reading.bytes);
    if (subject.entry().protocol == wire::protocol::udp) {
        if (text.size() < shortest) return all_of(reading);
        return read_message(text, subject, findings);
    }
    if (!reading.alone) {
        // Keep-alives between messages (RFC 5626, section 3.5.1).
        const std::size_t begin = text.find_first_not_of("\r\n");
        if (begin != 0) return {.taken = std::min(begin, text.size())};
        if (!plausible(text)) return {.next = Inspection::Next::give_up};
    } else if (text.size() < shortest) {
        return all_of(reading);
    }
    const auto length = message_length(text, subject.entry().family);
    if (!length || *length > text.size()) {
        if (reading.alone) return all_of(reading);
        const bool head_is_there = text.find("\r\n\r\n") != npos;
        return {.next = !length && head_is_there ? Inspection::Next::give_up : Inspection::Next::more};
    }
    return read_message(text.substr(0, *length), subject, findings);
}

constexpr std::uint8_t transports[] = {wire::protocol::udp, wire::protocol::tcp};
constexpr track::ExpectationPolicy policies[] = {{.most = 1, .seconds = 180},
                                                 {.most = 4, .seconds = 180},
                                                 {.most = 4, .seconds = 180},
                                                 {.most = 2, .seconds = 180}};

}  // namespace

extern const Helper helper_sip;
const Helper helper_sip{.name = "sip",
                        .protocols = transports,
                        .grain = Grain::messages,
                        .policies = policies,
                        .longest = 16'384,
                        .inspect = inspect};

}  // namespace gatehouse::helper

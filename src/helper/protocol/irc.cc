// IRC's direct connections (CTCP's DCC, https://www.irchelp.org/protocol/ctcpspec.html): a client says in a
// message where it waits for another client to come, for a file (SEND) or to talk (CHAT). A file that was
// begun before goes on (RESUME, ACCEPT) under the port of its offer, which each side knows as it was told.
#include <algorithm>
#include <array>

#include "helper/helper.h"
#include "helper/lines.h"
#include "helper/text.h"
#include "wire/protocol.h"

namespace gatehouse::helper {

namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::string_view verbs[] = {"SEND ", "CHAT ", "MOVE ", "TSEND ", "SCHAT "};
constexpr std::string_view message = "PRIVMSG ";
constexpr std::string_view resume = "RESUME ", accept = "ACCEPT ";
constexpr std::string_view direct = "\1DCC ";

struct Offer {
    std::size_t at = 0, length = 0;  // of the address and the port
    Endpoint endpoint{};
};

// Behind the verb: a file's name or "chat", the address as one number, the port.
std::optional<Offer> read_offer(std::string_view line, std::size_t at) {
    const std::size_t name_end = line.find(' ', at);
    if (name_end == npos) return {};
    Offer offer{.at = name_end + 1};
    const auto address = leading_number(line.substr(offer.at));
    if (!address) return {};
    const std::size_t port_at = line.find_first_not_of(' ', offer.at + address->digits);
    if (port_at == npos || port_at == offer.at + address->digits) return {};
    const auto port = leading_number(line.substr(port_at));
    if (!port) return {};
    offer.length = port_at + port->digits - offer.at;
    offer.endpoint = {.address = Address::v4(address->value),
                      .port = static_cast<std::uint16_t>(port->value)};
    return offer;
}

// Where the verb of a direct connection stands in a line "PRIVMSG somebody :\1DCC SEND name address port",
// which may begin with who says it; npos if it doesn't.
std::size_t find_verb(std::string_view line, bool relayed) {
    std::size_t begin = std::min(line.find_first_not_of(" \r\n"), line.size());
    if (relayed && line.substr(begin).starts_with(':'))
        begin = std::min(line.find_first_not_of(' ', line.find(' ', begin)), line.size());
    if (!begins_with(line.substr(begin), message)) return npos;
    const std::size_t colon = line.find(" :", begin + message.size());
    if (colon == npos || !line.substr(colon + 2).starts_with(direct)) return npos;
    return colon + 2 + direct.size();
}

std::optional<Offer> find_offer(std::string_view line) {
    const std::size_t verb_at = find_verb(line, false);
    if (verb_at == npos) return {};
    for (const std::string_view verb : verbs) {
        if (line.substr(verb_at).starts_with(verb)) return read_offer(line, verb_at + verb.size());
    }
    return {};
}

// The port in a line "PRIVMSG somebody :\1DCC RESUME name port position".
struct Reference {
    Span span{};
    std::uint16_t port = 0;
};
std::optional<Reference> find_reference(std::string_view line, std::string_view verb, bool relayed) {
    const std::size_t verb_at = find_verb(line, relayed);
    if (verb_at == npos || !line.substr(verb_at).starts_with(verb)) return {};
    const std::size_t name_end = line.find(' ', verb_at + verb.size());
    if (name_end == npos) return {};
    const auto port = leading_number(line.substr(name_end + 1));
    constexpr std::size_t most_digits = 5;
    if (!port || port->digits > most_digits || port->value > 0xffff) return {};
    return Reference{{static_cast<std::uint32_t>(name_end + 1), static_cast<std::uint32_t>(port->digits)},
                     static_cast<std::uint16_t>(port->value)};
}

std::size_t write_port(const Written& what, MutableBytes to) {
    return TextInto(to).number(what.endpoint.port).size();
}

// An offer of the client's is known to others by another port: each side is told its own.
void mention_reference(const Reference& reference, std::uint16_t port, Findings& findings) {
    if (port == reference.port) return;
    findings.mention({.span = reference.span,
                      .denotes = Mention::Denotes::given,
                      .part = Mention::Part::port,
                      .endpoint = {.port = port},
                      .write = write_port});
}

void read_acceptance(std::string_view line, const Subject& subject, Findings& findings) {
    const auto reference = find_reference(line, accept, false);
    if (!reference) return;
    const auto* const offer = subject.find_announced(track::Direction::original, reference->port);
    if (offer != nullptr) mention_reference(*reference, offer->tuple.ends.destination, findings);
}

// What the server says: of a client that is known by another address than its own.
Inspection read_server(const Reading& reading, const Subject& subject, Findings& findings) {
    if (reading.alone || !subject.translated()) return {.next = Inspection::Next::give_up};
    const std::size_t length = line_length(text_of(reading.bytes));
    bool waits = false;
    subject.expectations().visit(subject.entry(), [&](auto, const auto&) { waits = true; });
    if (length == 0) return {.next = waits ? Inspection::Next::more : Inspection::Next::skip_line};
    const auto reference = find_reference(text_of(reading.bytes.first(length)), resume, true);
    if (reference) {
        const auto* const offer = subject.find_known(track::Direction::original, reference->port);
        if (offer != nullptr && offer->redirection.manner != 0)
            mention_reference(*reference, offer->redirection.port, findings);
    }
    return {.taken = length};
}

std::size_t write_numbers(const Written& what, MutableBytes to) {
    return TextInto(to).number(what.endpoint.address.words[0]).put(' ').number(what.endpoint.port).size();
}

// Anybody may come: the server isn't who takes the offer. The address may be the client's own or that which
// it has for others.
void expect_offered(const Offer& offer, Subject& subject, Findings& findings) {
    const track::Tuple mine = subject.mine(), theirs = subject.theirs();
    const Address& address = offer.endpoint.address;
    if ((address != mine.source && address != theirs.destination) || offer.endpoint.port == 0) return;
    Wanted wanted = call_back(subject, wire::protocol::tcp, offer.endpoint.port);
    wanted.expectation.tuple.source = {};
    wanted.expectation.source_mask = {};
    const std::uint8_t number = findings.expect(wanted);
    findings.mention(
        {.span = {static_cast<std::uint32_t>(offer.at), static_cast<std::uint32_t>(offer.length)},
         .denotes = Mention::Denotes::expected,
         .expectation = number,
         .endpoint = offer.endpoint,
         .write = write_numbers});
}

Inspection inspect(const Reading& reading, Subject& subject, Findings& findings) {
    if (!is_v4(subject.entry().family)) return {.next = Inspection::Next::give_up};
    if (subject.direction() == track::Direction::reply) return read_server(reading, subject, findings);
    const std::size_t length = line_length(text_of(reading.bytes));
    const std::string_view line = text_of(reading.bytes.first(length));
    if (is_http_request(line)) return {.next = Inspection::Next::give_up};
    if (length == 0) {
        if (reading.alone) return all_of(reading);
        const std::string_view beginning = text_of(reading.bytes);
        const bool possible = begins_with(beginning.size() < message.size() ? message : beginning,
                                          beginning.size() < message.size() ? beginning : message);
        return {.next = possible ? Inspection::Next::more : Inspection::Next::skip_line};
    }
    const auto offer = find_offer(line);
    if (offer) expect_offered(*offer, subject, findings);
    if (subject.translated() && !reading.alone) read_acceptance(line, subject, findings);
    // Of a segment that is read alone, the first line.
    return {.taken = reading.alone ? reading.bytes.size() : length};
}

constexpr std::uint8_t transports[] = {wire::protocol::tcp};
constexpr track::ExpectationPolicy policies[] = {{.most = 8, .seconds = 300}};

}  // namespace

extern const Helper helper_irc;
const Helper helper_irc{
    .name = "irc", .protocols = transports, .grain = Grain::lines, .policies = policies, .inspect = inspect};

}  // namespace gatehouse::helper

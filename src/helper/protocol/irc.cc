// IRC's direct connections (CTCP's DCC, https://www.irchelp.org/protocol/ctcpspec.html): a client says in a
// message where it waits for another client to come, for a file (SEND) or to talk (CHAT).
#include <algorithm>
#include <array>

#include "helper/helper.h"
#include "helper/lines.h"
#include "helper/text.h"
#include "wire/protocol.h"

namespace gatehouse::helper {

namespace {

constexpr std::string_view verbs[] = {"SEND ", "CHAT ", "MOVE ", "TSEND ", "SCHAT "};
constexpr std::string_view message = "PRIVMSG ";
constexpr std::string_view direct = "\1DCC ";

struct Offer {
    std::size_t at = 0, length = 0;  // of the address and the port
    Endpoint endpoint{};
};

// Behind the verb: a file's name or "chat", the address as one number, the port.
std::optional<Offer> read_offer(std::string_view line, std::size_t at) {
    const std::size_t name_end = line.find(' ', at);
    if (name_end == std::string_view::npos) return {};
    Offer offer{.at = name_end + 1};
    const auto address = leading_number(line.substr(offer.at));
    if (!address) return {};
    const std::size_t port_at = line.find_first_not_of(' ', offer.at + address->digits);
    if (port_at == std::string_view::npos || port_at == offer.at + address->digits) return {};
    const auto port = leading_number(line.substr(port_at));
    if (!port) return {};
    offer.length = port_at + port->digits - offer.at;
    offer.endpoint = {.address = Address::v4(address->value),
                      .port = static_cast<std::uint16_t>(port->value)};
    return offer;
}

// The offer of a line "PRIVMSG somebody :\1DCC SEND name address port".
std::optional<Offer> find_offer(std::string_view line) {
    const std::size_t begin = std::min(line.find_first_not_of(" \r\n"), line.size());
    if (!begins_with(line.substr(begin), message)) return {};
    const std::size_t colon = line.find(" :", begin + message.size());
    if (colon == std::string_view::npos || !line.substr(colon + 2).starts_with(direct)) return {};
    const std::size_t verb_at = colon + 2 + direct.size();
    for (const std::string_view verb : verbs) {
        if (line.substr(verb_at).starts_with(verb)) return read_offer(line, verb_at + verb.size());
    }
    return {};
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
    if (subject.direction() == track::Direction::reply || !is_v4(subject.entry().family))
        return {.next = Inspection::Next::give_up};
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

// RTSP (RFC 2326), and RealNetworks' transports beside it: a client says at which ports it waits for a stream
// (SETUP, Transport), and the server in its answer from which ports it sends.
//
// RTP takes a pair of ports, RDT one. What goes through the control connection itself (interleaved, or a
// transport over TCP) needs no other.
#include <algorithm>
#include <array>

#include "helper/header_lines.h"
#include "helper/helper.h"
#include "helper/lines.h"
#include "helper/text.h"
#include "wire/protocol.h"

namespace gatehouse::helper {

namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::string_view version = "RTSP/";
constexpr char interleaved_mark = '$';
constexpr std::size_t interleaved_head = 4, longest_message = 8192;

// Classes of expectations: what the server sends, and what the client sends back.
enum Class : std::uint8_t { to_client, to_server };
// Formatter styles.
enum Style : std::uint8_t { one_port, pair_of_ports };

// "name=value" in a transport.
struct Parameter {
    std::string_view value;
    std::size_t at = 0;  // in the head
};

// One of the transports that a Transport field offers, without the blanks before it.
struct Transport {
    std::string_view text;
    std::size_t at = 0;

    std::string_view protocol() const { return text.substr(0, text.find(';')); }
    std::optional<Parameter> find(std::string_view name) const {
        for (std::size_t from = text.find(';'); from != npos; from = text.find(';', from + 1)) {
            const std::string_view rest = text.substr(from + 1);
            if (!begins_with(rest, name) || rest.size() == name.size() || rest[name.size()] != '=') continue;
            const std::string_view value = rest.substr(name.size() + 1);
            return Parameter{value.substr(0, value.find_first_of("; \t")), at + from + 1 + name.size() + 1};
        }
        return {};
    }
    // Datagrams of its own.
    bool needs_ports() const {
        const std::string_view name = protocol();
        const bool tcp = name.size() >= 4 && same_word(name.substr(name.size() - 4), "/tcp");
        return !tcp && !find("interleaved") && !text.contains(";multicast");
    }
};

class Transports {
  public:
    explicit Transports(const HeaderLines::Field& field) : rest_(field.value), at_(field.at) {}
    std::optional<Transport> next() {
        if (rest_.empty()) return {};
        const std::size_t end = std::min(rest_.find(','), rest_.size());
        const std::size_t blanks = std::min(rest_.find_first_not_of(" \t"), end);
        const Transport transport{rest_.substr(blanks, end - blanks), at_ + blanks};
        const std::size_t taken = std::min(end + 1, rest_.size());
        rest_.remove_prefix(taken);
        at_ += taken;
        return transport;
    }

  private:
    std::string_view rest_;
    std::size_t at_;
};

std::optional<std::uint16_t> read_port(std::string_view text) {
    constexpr std::size_t most_digits = 5;
    const auto number = leading_number(text);
    if (!number || number->digits != text.size() || number->digits > most_digits || number->value == 0 ||
        number->value > 0xffff)
        return {};
    return static_cast<std::uint16_t>(number->value);
}

// "6970", or "6970-6971".
struct Ports {
    std::uint16_t first = 0;
    bool pair = false;
};
std::optional<Ports> read_ports(std::string_view text) {
    const std::size_t dash = text.find('-');
    const auto first = read_port(text.substr(0, dash));
    if (!first) return {};
    if (dash == npos) return Ports{*first, false};
    const auto second = read_port(text.substr(dash + 1));
    if (!second || *second != *first + 1) return {};
    return Ports{*first, true};
}

std::size_t write_ports(const Written& what, MutableBytes to) {
    TextInto text(to);
    text.number(what.endpoint.port);
    if (what.style == pair_of_ports) text.put('-').number(what.endpoint.port + 1u);
    return text.size();
}
std::size_t write_address(const Written& what, MutableBytes to) {
    return TextInto(to).address(what.endpoint.address, what.endpoint.family).size();
}

struct Message {
    std::string_view head;
    Subject& subject;
    Findings& findings;

    Family family() const { return subject.entry().family; }
};

Span span_of(const Parameter& parameter) {
    return {static_cast<std::uint32_t>(parameter.at), static_cast<std::uint32_t>(parameter.value.size())};
}

void mention_ports(const Message& message, const Parameter& parameter, const Ports& ports,
                   Mention::Denotes denotes, std::uint8_t expectation, std::uint16_t port) {
    if (message.findings.mentioned(span_of(parameter))) return;
    message.findings.mention({.span = span_of(parameter),
                              .denotes = denotes,
                              .part = Mention::Part::port,
                              .expectation = expectation,
                              .style = ports.pair ? pair_of_ports : one_port,
                              .endpoint = {message.family(), message.subject.mine().source, port},
                              .write = write_ports});
}

// An end of the connection, written as an address.
void mention_address(const Message& message, const Transport& transport, std::string_view name) {
    const auto parameter = transport.find(name);
    if (!parameter) return;
    const auto address = parse_address(parameter->value, message.family());
    if (!address) return;
    message.findings.mention({.span = span_of(*parameter),
                              .denotes = Mention::Denotes::party,
                              .part = Mention::Part::address,
                              .endpoint = {message.family(), *address, 0},
                              .write = write_address});
}

// Expects datagrams at `ports` of whoever sends the message; from `from`, its neighbour behind that, if it
// isn't 0. The number of the expectation; what was found already isn't expected twice.
std::uint8_t expect_datagrams(const Message& message, Class of_class, const Ports& ports, std::uint16_t from,
                              std::uint16_t seems) {
    Findings& findings = message.findings;
    for (std::size_t i = 0; i < findings.expectations.size(); ++i) {
        const Wanted& other = findings.expectations[i];
        if (other.announced.port == ports.first && other.follows == Wanted::alone)
            return static_cast<std::uint8_t>(i);
    }
    Wanted wanted = call_back(message.subject, wire::protocol::udp, ports.first);
    wanted.expectation.of_class = of_class;
    wanted.expectation.tuple.ends.source = from;
    wanted.expectation.source_end_mask = from == 0 ? 0 : track::whole_end;
    wanted.source_port = seems;
    wanted.shared = true;
    wanted.optional = of_class == to_server;
    const std::uint8_t number = findings.expect(wanted);
    if (!ports.pair) return number;
    const auto next = [](std::uint16_t port) { return static_cast<std::uint16_t>(port == 0 ? 0 : port + 1); };
    Wanted control = wanted;
    control.expectation.tuple.ends = {next(from), next(ports.first)};
    control.announced.port = next(ports.first);
    control.source_port = next(seems);
    control.follows = number;
    findings.expect(control);
    return number;
}

// Whether the stream is to go to somebody else.
bool is_for_others(const Message& message, const Transport& transport) {
    const auto destination = transport.find("destination");
    if (!destination || message.subject.settings().third_party) return false;
    const auto address = parse_address(destination->value, message.family());
    return !address || *address != message.subject.mine().source;
}

void read_setup(const Message& message) {
    const auto field = find_field(message.head, "Transport");
    if (!field) return;
    for (Transports transports(*field); const auto transport = transports.next();) {
        if (!transport->needs_ports() || is_for_others(message, *transport)) continue;
        const auto parameter = transport->find("client_port");
        const auto ports = parameter ? read_ports(parameter->value) : std::nullopt;
        if (!ports) continue;
        const std::uint8_t number = expect_datagrams(message, to_client, *ports, 0, 0);
        mention_ports(message, *parameter, *ports, Mention::Denotes::expected, number, ports->first);
        mention_address(message, *transport, "destination");
    }
}

// The server agrees to the client's ports, which it knows by other numbers where they are translated, and
// names its own, to which the client may speak first.
void read_agreement(const Message& message) {
    const auto field = find_field(message.head, "Transport");
    if (!field) return;
    const Subject& subject = message.subject;
    for (Transports transports(*field); const auto transport = transports.next();) {
        if (!transport->needs_ports()) continue;
        const auto theirs = transport->find("client_port"), mine = transport->find("server_port");
        const auto client_ports = theirs ? read_ports(theirs->value) : std::nullopt;
        if (!client_ports) continue;
        const std::uint16_t known = client_ports->first;
        const track::Expectation* const there = subject.find_known(subject.back(), known);
        const std::uint16_t announced =
            there != nullptr && there->redirection.manner != 0 ? there->redirection.port : known;
        if (announced != known)
            mention_ports(message, *theirs, *client_ports, Mention::Denotes::given, 0, announced);
        mention_address(message, *transport, "destination");
        mention_address(message, *transport, "source");
        const auto ports = mine ? read_ports(mine->value) : std::nullopt;
        if (!ports || ports->pair != client_ports->pair) continue;
        const std::uint8_t number = expect_datagrams(message, to_server, *ports, announced, known);
        mention_ports(message, *mine, *ports, Mention::Denotes::expected, number, ports->first);
    }
}

void read_head(const Message& message) {
    if (message.subject.direction() == track::Direction::original) {
        if (begins_with(message.head, "SETUP ")) read_setup(message);
    } else if (begins_with(message.head, version)) {
        read_agreement(message);
    }
}

// Whether a message begins like this.
bool plausible(std::string_view text) {
    const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
    if (line.size() < text.size()) return begins_with(line, version) || line.contains(" RTSP/");
    return (lower(line[0]) >= 'a' && lower(line[0]) <= 'z');
}

Inspection inspect(const Reading& reading, Subject& subject, Findings& findings) {
    const std::string_view text = text_of(reading.bytes);
    if (text[0] == interleaved_mark) {
        if (text.size() < interleaved_head)
            return reading.alone ? all_of(reading) : Inspection{.next = Inspection::Next::more};
        const std::uint16_t length = load_be16(&reading.bytes[2]);
        if (reading.alone) return {.taken = std::min<std::size_t>(interleaved_head + length, text.size())};
        return {.taken = interleaved_head, .pass_over = length};
    }
    const std::size_t begin = std::min(text.find_first_not_of("\r\n"), text.size());
    if (begin != 0) return {.taken = begin};
    if (!plausible(text)) return {.next = Inspection::Next::give_up};
    const auto head = head_of(text);
    if (!head) return reading.alone ? all_of(reading) : Inspection{.next = Inspection::Next::more};
    read_head({*head, subject, findings});
    constexpr std::uint32_t longest_body = 1u << 20;
    const auto field = find_field(*head, "Content-Length");
    const auto number = field ? leading_number(field->value) : std::nullopt;
    const std::uint32_t body = number ? number->value : 0;
    if (body > longest_body) return {.next = Inspection::Next::give_up};
    if (reading.alone) return {.taken = std::min<std::size_t>(head->size() + body, text.size())};
    return {.taken = head->size(), .pass_over = body};
}

constexpr std::uint8_t transports[] = {wire::protocol::tcp};
constexpr track::ExpectationPolicy policies[] = {{.most = 12, .seconds = 180}, {.most = 12, .seconds = 180}};

}  // namespace

extern const Helper helper_rtsp;
const Helper helper_rtsp{.name = "rtsp",
                         .protocols = transports,
                         .grain = Grain::messages,
                         .policies = policies,
                         .longest = longest_message,
                         .inspect = inspect};

}  // namespace gatehouse::helper

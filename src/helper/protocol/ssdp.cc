// SSDP (UPnP Device Architecture 1.1, 1.3): a search goes to a group, and every device that fits answers by
// itself, naming where its description is to be had.
#include "helper/broadcast.h"
#include "helper/header_lines.h"
#include "helper/helper.h"
#include "helper/text.h"
#include "wire/protocol.h"

namespace gatehouse::helper {

namespace {

constexpr std::string_view search = "M-SEARCH ", answer = "HTTP/1.1 200";
constexpr std::uint32_t longest_wait = 120;
constexpr std::uint16_t grace = 2;  // that an answer takes, once a device has waited

enum Class : std::uint8_t { answers, descriptions };

// For how long devices may wait before they answer (MX).
std::uint16_t patience_of(std::string_view head) {
    const auto field = find_field(head, "MX");
    const auto number = field ? leading_number(field->value) : std::nullopt;
    constexpr std::uint32_t usual = 3;
    return static_cast<std::uint16_t>(std::min(number ? number->value : usual, longest_wait) + grace);
}

// "http://192.0.2.1:5000/description": the address and the port.
struct Location {
    Endpoint endpoint{};
    Span span{};
};
std::optional<Location> read_location(const HeaderLines::Field& field, Family family) {
    constexpr std::string_view scheme = "http://";
    constexpr std::uint16_t usual_port = 80;
    constexpr std::size_t npos = std::string_view::npos, most_digits = 5;
    if (!begins_with(field.value, scheme)) return {};
    const std::string_view rest = field.value.substr(scheme.size());
    const std::string_view authority = rest.substr(0, rest.find('/'));
    const bool bracketed = authority.starts_with('[');
    const std::size_t host_end = bracketed ? authority.find(']') : authority.find(':');
    const std::string_view host = bracketed ? authority.substr(1, host_end == npos ? npos : host_end - 1)
                                            : authority.substr(0, host_end);
    const auto address = parse_address(host, family);
    if (!address || (bracketed && host_end == npos)) return {};
    Location location{.endpoint = {family, *address, usual_port},
                      .span = {static_cast<std::uint32_t>(field.at + scheme.size()),
                               static_cast<std::uint32_t>(authority.size())}};
    const std::size_t colon = bracketed ? host_end + 1 : host_end;
    if (colon >= authority.size()) return location;
    const std::string_view digits = authority.substr(colon + 1);
    const auto port = leading_number(digits);
    if (authority[colon] != ':' || !port || port->digits != digits.size() || port->digits > most_digits ||
        port->value == 0 || port->value > 0xffff)
        return {};
    location.endpoint.port = static_cast<std::uint16_t>(port->value);
    return location;
}

std::size_t write_authority(const Written& what, MutableBytes to) {
    TextInto text(to);
    const bool v4 = is_v4(what.endpoint.family);
    if (!v4) text.put('[');
    text.address(what.endpoint.address, what.endpoint.family);
    if (!v4) text.put(']');
    return text.put(':').number(what.endpoint.port).size();
}

// Who searched will fetch the description from the device itself.
void read_answer(std::string_view head, Subject& subject, Findings& findings) {
    const auto field = find_field(head, "LOCATION");
    const auto location = field ? read_location(*field, subject.entry().family) : std::nullopt;
    if (!location || location->endpoint.address != subject.mine().source) return;
    Wanted wanted = call_back(subject, wire::protocol::tcp, location->endpoint.port);
    wanted.expectation.of_class = descriptions;
    wanted.shared = wanted.optional = true;
    findings.mention({.span = location->span,
                      .denotes = Mention::Denotes::expected,
                      .expectation = findings.expect(wanted),
                      .endpoint = location->endpoint,
                      .write = write_authority});
}

Inspection inspect(const Reading& reading, Subject& subject, Findings& findings) {
    const std::string_view text = text_of(reading.bytes);
    const auto head = head_of(text);
    if (!head) return all_of(reading);
    const bool to_group = is_multicast(subject.mine().destination, subject.mine().family);
    if (begins_with(*head, search) && to_group) {
        expect_answers(subject, {.seconds = patience_of(*head), .helper = subject.helper()}, findings);
    } else if (begins_with(*head, answer)) {
        read_answer(*head, subject, findings);
    }
    return all_of(reading);
}

constexpr std::uint8_t transports[] = {wire::protocol::udp};
constexpr track::ExpectationPolicy policies[] = {{.most = 1, .seconds = 5}, {.most = 8, .seconds = 60}};

}  // namespace

extern const Helper helper_ssdp;
const Helper helper_ssdp{.name = "ssdp", .protocols = transports, .policies = policies, .inspect = inspect};

}  // namespace gatehouse::helper

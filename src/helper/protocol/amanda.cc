// Amanda, the network backup (https://wiki.zmanda.com/index.php/Amanda_protocol): a client's answer names
// ports to which the server connects for the data, the messages, the index and the state.
#include <algorithm>
#include <array>

#include "helper/helper.h"
#include "helper/text.h"
#include "wire/protocol.h"

namespace gatehouse::helper {

namespace {

constexpr std::string_view connect = "CONNECT ";
constexpr std::string_view services[] = {"DATA ", "MESG ", "INDEX ", "STATE "};
constexpr std::size_t most_digits = 5;
// A client thinks for long before it answers.
constexpr Nanoseconds patience = 300 * second;

std::size_t write_port(const Written& what, MutableBytes to) {
    return TextInto(to).number(what.endpoint.port).size();
}

Inspection inspect(const Reading& reading, Subject& subject, Findings& findings) {
    if (subject.direction() == track::Direction::original) return all_of(reading);
    findings.lifetime = patience;
    const std::string_view text = text_of(reading.bytes);
    const std::size_t begin = text.find(connect);
    if (begin == std::string_view::npos) return all_of(reading);
    const std::size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) return all_of(reading);
    const std::string_view line = text.substr(0, end);
    for (const std::string_view service : services) {
        const std::size_t at = line.find(service, begin + connect.size());
        if (at == std::string_view::npos) continue;
        const std::size_t digits_at = at + service.size();
        const auto port = leading_number(line.substr(digits_at));
        if (!port || port->digits > most_digits || static_cast<std::uint16_t>(port->value) == 0) break;
        const Wanted wanted =
            call_back(subject, wire::protocol::tcp, static_cast<std::uint16_t>(port->value));
        findings.mention(
            {.span = {static_cast<std::uint32_t>(digits_at), static_cast<std::uint32_t>(port->digits)},
             .denotes = Mention::Denotes::expected,
             .part = Mention::Part::port,
             .expectation = findings.expect(wanted),
             .endpoint = wanted.announced,
             .write = write_port});
    }
    return all_of(reading);
}

constexpr std::uint8_t transports[] = {wire::protocol::udp};
constexpr track::ExpectationPolicy policies[] = {{.most = 4, .seconds = 180}};

}  // namespace

extern const Helper helper_amanda;
const Helper helper_amanda{
    .name = "amanda", .protocols = transports, .policies = policies, .inspect = inspect};

}  // namespace gatehouse::helper

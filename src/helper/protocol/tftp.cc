// TFTP (RFC 1350): the server answers a request from a port of its own choosing.
#include "helper/helper.h"
#include "wire/protocol.h"

namespace gatehouse::helper {

namespace {

constexpr std::uint16_t read_request = 1, write_request = 2;
constexpr std::size_t opcode_bytes = 2;

Inspection inspect(const Reading& reading, Subject& subject, Findings& findings) {
    if (reading.bytes.size() < opcode_bytes) return all_of(reading);
    const std::uint16_t opcode = load_be16(reading.bytes.data());
    if (opcode != read_request && opcode != write_request) return all_of(reading);
    // Whoever sends it: the answer goes to the connection's client, at the port from which it asked.
    const track::Tuple reply = subject.tuple(track::Direction::reply);
    const track::Tuple original = subject.tuple(track::Direction::original);
    track::Tuple first = reply;
    first.ends.source = 0;
    findings.expect({.expectation = {.tuple = first, .source_mask = track::whole_address},
                     .announced = {original.family, original.source, original.ends.source},
                     .direction = track::Direction::original});
    return all_of(reading);
}

constexpr std::uint8_t transports[] = {wire::protocol::udp};
constexpr track::ExpectationPolicy policies[] = {{.most = 1, .seconds = 300}};

}  // namespace

extern const Helper helper_tftp;
const Helper helper_tftp{.name = "tftp", .protocols = transports, .policies = policies, .inspect = inspect};

}  // namespace gatehouse::helper

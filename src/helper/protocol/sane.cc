// SANE, scanners over the network (https://sane-project.gitlab.io/standard/net.html): the answer to a request
// to start names a port of the server's, to which the client connects for the image.
#include "helper/helper.h"
#include "wire/protocol.h"

namespace gatehouse::helper {

namespace {

constexpr std::uint32_t start_request = 7;
constexpr std::size_t word = 4;
constexpr std::size_t request_bytes = 2 * word;  // procedure, handle
constexpr std::size_t reply_bytes = 2 * word;    // status, port

// Each side speaks in turn: what comes first after the other's words begins a request, or its reply.
struct Memory {
    std::uint8_t asked;    // to start: the reply is to be read
    std::uint8_t reading;  // the client's bytes at hand go on with a request that was read already
};

std::size_t write_port(const Written& what, MutableBytes to) {
    if (to.size() < 2) return 0;
    store_be16(to.data(), what.endpoint.port);
    return 2;
}

Inspection read_request(const Reading& reading, Memory& memory) {
    if (reading.alone) {
        if (reading.bytes.size() == request_bytes)
            memory.asked = load_be32(reading.bytes.data()) == start_request ? 1 : 0;
        return all_of(reading);
    }
    if (memory.reading != 0) return all_of(reading);
    if (reading.bytes.size() < word) return {.next = Inspection::Next::more};
    memory.asked = load_be32(reading.bytes.data()) == start_request ? 1 : 0;
    memory.reading = 1;
    return all_of(reading);
}

Inspection read_reply(const Reading& reading, Memory& memory, Subject& subject, Findings& findings) {
    memory.reading = 0;
    if (memory.asked == 0) return all_of(reading);
    if (reading.bytes.size() < reply_bytes) {
        if (!reading.alone) return {.next = Inspection::Next::more};
        memory.asked = 0;
        return all_of(reading);
    }
    memory.asked = 0;
    const bool success = load_be32(reading.bytes.data()) == 0;
    const std::uint32_t port = load_be32(&reading.bytes[word]);
    if (!success || port > 0xffff) return all_of(reading);
    const Wanted wanted = call_back(subject, wire::protocol::tcp, static_cast<std::uint16_t>(port));
    findings.mention({.span = {word + 2, 2},
                      .denotes = Mention::Denotes::expected,
                      .part = Mention::Part::port,
                      .expectation = findings.expect(wanted),
                      .endpoint = wanted.announced,
                      .write = write_port});
    return all_of(reading);
}

Inspection inspect(const Reading& reading, Subject& subject, Findings& findings) {
    Memory& memory = subject.memory<Memory>();
    if (subject.direction() == track::Direction::original) return read_request(reading, memory);
    return read_reply(reading, memory, subject, findings);
}

constexpr std::uint8_t transports[] = {wire::protocol::tcp};
constexpr track::ExpectationPolicy policies[] = {{.most = 1, .seconds = 300}};

}  // namespace

extern const Helper helper_sane;
const Helper helper_sane{.name = "sane",
                         .protocols = transports,
                         .grain = Grain::messages,
                         .policies = policies,
                         .inspect = inspect};

}  // namespace gatehouse::helper

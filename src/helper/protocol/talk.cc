// talk (BSD's talkd.h, of either age): who wants to talk announces it to the other's daemon, and says where
// it waits; who is called asks the caller's daemon, and is told.
//
//     the caller   -> the called's daemon   ANNOUNCE: the called will come to this address, by TCP
//     the called   -> the caller's daemon   LOOK_UP, of which the answer says the same address
#include <array>

#include "helper/helper.h"
#include "wire/protocol.h"

namespace gatehouse::helper {

namespace {

// How the two kinds of messages are laid out: numbers and addresses as C has them.
struct Layout {
    std::size_t request_bytes, response_bytes;
    std::size_t request_type, answer, response_type;
    std::size_t address, control_address, response_address;
};
constexpr Layout old_talk{76, 24, 0, 1, 0, 44, 60, 8};
constexpr Layout new_talk{84, 24, 1, 2, 1, 8, 24, 8};
constexpr std::uint16_t old_port = 517, new_port = 518;
constexpr std::uint8_t new_version = 1;

enum Type : std::uint8_t { leave_invitation, look_up, delete_invitation, announce };
constexpr std::uint8_t success = 0;

// A socket address: its family (4.3BSD's two bytes, or 4.4BSD's length and one), the port, the address.
constexpr std::size_t port_at = 2, address_at = 4, written_bytes = 6;
constexpr std::uint8_t internet = 2;

std::optional<Endpoint> read_address(Bytes bytes, std::size_t at) {
    if (bytes[at] != internet && bytes[at + 1] != internet) return {};
    const Endpoint endpoint{.address = Address::v4(load_be32(&bytes[at + address_at])),
                            .port = load_be16(&bytes[at + port_at])};
    if (endpoint.port == 0) return {};
    return endpoint;
}

std::size_t write_address(const Written& what, MutableBytes to) {
    if (to.size() < written_bytes) return 0;
    store_be16(to.data(), what.endpoint.port);
    store_be32(&to[2], what.endpoint.address.words[0]);
    return written_bytes;
}

Span span_of(std::size_t at) { return {static_cast<std::uint32_t>(at + port_at), written_bytes}; }

// Where the sender waits for the other to come.
void expect_caller(Bytes bytes, std::size_t at, Subject& subject, Findings& findings) {
    const auto endpoint = read_address(bytes, at);
    if (!endpoint || endpoint->address != subject.mine().source) return;
    const Wanted wanted = call_back(subject, wire::protocol::tcp, endpoint->port);
    findings.mention({.span = span_of(at),
                      .denotes = Mention::Denotes::expected,
                      .expectation = findings.expect(wanted),
                      .endpoint = *endpoint,
                      .write = write_address});
}

// Where the daemon is to answer, and that the called's own will ask here: a privileged port, for which
// helper.privileged speaks.
void read_announcement(Bytes bytes, const Layout& layout, Subject& subject, Findings& findings) {
    expect_caller(bytes, layout.address, subject, findings);
    Wanted question = call_back(subject, wire::protocol::udp, subject.mine().ends.destination);
    question.expectation.of_class = 1;
    question.expectation.helper = subject.helper();
    question.optional = true;
    findings.expect(question);
}

void mention_control(Bytes bytes, const Layout& layout, Findings& findings) {
    const auto endpoint = read_address(bytes, layout.control_address);
    if (!endpoint) return;
    findings.mention({.span = span_of(layout.control_address),
                      .denotes = Mention::Denotes::party,
                      .endpoint = *endpoint,
                      .write = write_address});
}

Inspection inspect(const Reading& reading, Subject& subject, Findings& findings) {
    const Bytes bytes = reading.bytes;
    const track::Tuple asked = subject.tuple(track::Direction::original);
    const bool old = asked.ends.destination == old_port;
    if (!is_v4(asked.family) || (!old && asked.ends.destination != new_port)) return all_of(reading);
    const Layout& layout = old ? old_talk : new_talk;
    const bool request = subject.direction() == track::Direction::original;
    if (bytes.size() != (request ? layout.request_bytes : layout.response_bytes)) return all_of(reading);
    if (!old && bytes[0] != new_version) return all_of(reading);
    if (request) {
        if (bytes[layout.request_type] == announce) read_announcement(bytes, layout, subject, findings);
        mention_control(bytes, layout, findings);
    } else if (bytes[layout.response_type] == look_up && bytes[layout.answer] == success) {
        expect_caller(bytes, layout.response_address, subject, findings);
    }
    return all_of(reading);
}

constexpr std::uint8_t transports[] = {wire::protocol::udp};
constexpr track::ExpectationPolicy policies[] = {{.most = 2, .seconds = 300}, {.most = 1, .seconds = 300}};

}  // namespace

extern const Helper helper_talk;
const Helper helper_talk{.name = "talk", .protocols = transports, .policies = policies, .inspect = inspect};

}  // namespace gatehouse::helper

// Multicast DNS (RFC 6762): a question goes to a group, and who knows answers to the group or, where the
// question wants it or comes from another port than the protocol's, to whoever asked.
#include "helper/broadcast.h"
#include "helper/helper.h"
#include "wire/protocol.h"

namespace gatehouse::helper {

namespace {

constexpr std::uint16_t port = 5353;
constexpr std::uint16_t patience = 5;

// Of the header: whether it is an answer, and how many questions there are.
constexpr std::size_t header_bytes = 12, flags_at = 2, questions_at = 4;
constexpr std::uint16_t is_answer = 0x8000;
// Of a question's class: that the answer is to come to whoever asks (section 5.4).
constexpr std::uint16_t unicast_wanted = 0x8000;

// Behind the name that begins at `at`; nothing if it has no end.
std::optional<std::size_t> behind_name(Bytes message, std::size_t at) {
    constexpr std::uint8_t pointer = 0xc0;
    while (at < message.size()) {
        const std::size_t length = message[at];
        if (length == 0) return at + 1;
        if ((length & pointer) == pointer) return at + 2;
        if ((length & pointer) != 0) return {};
        at += length + 1;
    }
    return {};
}

bool wants_unicast(Bytes message) {
    std::size_t at = header_bytes;
    for (unsigned left = load_be16(&message[questions_at]); left > 0; --left) {
        const auto end = behind_name(message, at);
        constexpr std::size_t type_and_class = 4;
        if (!end || *end + type_and_class > message.size()) return false;
        if ((load_be16(&message[*end + 2]) & unicast_wanted) != 0) return true;
        at = *end + type_and_class;
    }
    return false;
}

Inspection inspect(const Reading& reading, Subject& subject, Findings& findings) {
    const Bytes bytes = reading.bytes;
    const track::Tuple mine = subject.mine();
    if (bytes.size() < header_bytes || mine.ends.destination != port ||
        !is_multicast(mine.destination, mine.family) || (load_be16(&bytes[flags_at]) & is_answer) != 0)
        return all_of(reading);
    if (mine.ends.source == port && !wants_unicast(bytes)) return all_of(reading);
    // Answers come from the same link (section 11).
    expect_answers(subject, {.from = link_network(subject), .port = port, .seconds = patience}, findings);
    return all_of(reading);
}

constexpr std::uint8_t transports[] = {wire::protocol::udp};
constexpr track::ExpectationPolicy policies[] = {{.most = 1, .seconds = patience}};

}  // namespace

extern const Helper helper_mdns;
const Helper helper_mdns{.name = "mdns", .protocols = transports, .policies = policies, .inspect = inspect};

}  // namespace gatehouse::helper

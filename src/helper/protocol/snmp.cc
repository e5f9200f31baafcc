// SNMP (RFC 3417): a manager may ask everybody on a network, and whoever answers is expected. Where addresses
// are translated, those in the messages are, too.
#include "helper/broadcast.h"
#include "helper/helper.h"
#include "helper/snmp_message.h"
#include "wire/protocol.h"

namespace gatehouse::helper {

namespace {

constexpr std::uint16_t port = 161;
constexpr std::uint16_t patience = 30;

Inspection inspect(const Reading& reading, Subject& subject, Findings& findings) {
    if (const auto network = asked_network(subject))
        expect_answers(subject, {.from = *network, .port = port, .seconds = patience}, findings);
    return snmp::read_message(reading, subject, findings);
}

constexpr std::uint8_t transports[] = {wire::protocol::udp};
constexpr track::ExpectationPolicy policies[] = {{.most = 1, .seconds = patience}};

}  // namespace

extern const Helper helper_snmp;
const Helper helper_snmp{.name = "snmp", .protocols = transports, .policies = policies, .inspect = inspect};

}  // namespace gatehouse::helper

// The NetBIOS name service (RFC 1002, 4.2): a question for a name is broadcast, and who has the name answers.
#include "helper/broadcast.h"
#include "helper/helper.h"
#include "wire/protocol.h"

namespace gatehouse::helper {

namespace {

constexpr std::uint16_t port = 137;
constexpr std::uint16_t patience = 3;

Inspection inspect(const Reading& reading, Subject& subject, Findings& findings) {
    if (const auto network = asked_network(subject))
        expect_answers(subject, {.from = *network, .port = port, .seconds = patience}, findings);
    return all_of(reading);
}

constexpr std::uint8_t transports[] = {wire::protocol::udp};
constexpr track::ExpectationPolicy policies[] = {{.most = 1, .seconds = patience}};

}  // namespace

extern const Helper helper_netbios_ns;
const Helper helper_netbios_ns{
    .name = "netbios-ns", .protocols = transports, .policies = policies, .inspect = inspect};

}  // namespace gatehouse::helper

// SNMP's traps (RFC 1157, 4.1.6): an agent tells of itself by its address, which is translated as it is.
#include "helper/helper.h"
#include "helper/snmp_message.h"
#include "wire/protocol.h"

namespace gatehouse::helper {

namespace {

Inspection inspect(const Reading& reading, Subject& subject, Findings& findings) {
    return snmp::read_message(reading, subject, findings);
}

constexpr std::uint8_t transports[] = {wire::protocol::udp};
constexpr track::ExpectationPolicy policies[] = {{.most = 1, .seconds = 180}};

}  // namespace

extern const Helper helper_snmp_trap;
const Helper helper_snmp_trap{
    .name = "snmp_trap", .protocols = transports, .policies = policies, .inspect = inspect};

}  // namespace gatehouse::helper

// SNMP's messages (RFC 1157, RFC 3416), as far as helpers need them: the addresses that they carry.
//
// Pure functions over bytes that anybody may have sent.
#pragma once
#include "helper/helper.h"
#include "helper/subject.h"

namespace gatehouse::helper::snmp {

// Of a translated connection: mentions each address in the message that is its sender's own. What isn't a
// message is refused; of version 3 nothing is read (Linux refuses it).
Inspection read_message(const Reading& reading, const Subject& subject, Findings& findings);

}  // namespace gatehouse::helper::snmp

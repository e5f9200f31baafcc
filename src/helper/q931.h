// Messages of Q.931 (ITU-T Q.931, section 4; as H.225.0, section 7.2, has them): a head, and information
// elements.
#pragma once
#include "base/bytes.h"

namespace gatehouse::helper::q931 {

// What H.225.0 puts into the user-to-user element: part of the message, or empty if there is no such element,
// or the message is none.
Bytes user_information(Bytes message);

}  // namespace gatehouse::helper::q931

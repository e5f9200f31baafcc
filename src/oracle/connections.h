// The connections that the kernel tracks.
#pragma once
#include "base/error.h"

namespace gatehouse::oracle {

// Deletes every connection of the calling thread's namespace (ctnetlink's CT_DELETE without a tuple).
Result<void> delete_connections();

}  // namespace gatehouse::oracle

// A connection as `conntrack -L -o extended` prints it.
#pragma once
#include <string>

#include "track/tracking.h"

namespace gatehouse::track {

struct TextOptions {
    bool ids = true;  // of ICMP queries
};

// One line, without its end.
std::string to_text(const Tracking& tracking, const Entry& entry, const TextOptions& options = {});

}  // namespace gatehouse::track

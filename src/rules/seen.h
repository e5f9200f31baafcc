// What tracking knows of the packet at hand, for matches and targets.
#pragma once
#include "hook/context.h"
#include "track/tracking.h"

namespace gatehouse::rules {

// Without tracking: a packet that nobody looked at.
inline track::Seen seen(const Context& context) {
    track::Tracking* const tracking = context.services.tracking;
    return tracking == nullptr ? track::Seen{} : tracking->seen(context.packet);
}

}  // namespace gatehouse::rules

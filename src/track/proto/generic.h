// Protocols of which nothing is known but their number, and GRE, which is a stream or not.
#pragma once
#include "track/tracker.h"

namespace gatehouse::track::generic {

Judgement update(const Question& question);
Judgement update_gre(const Question& question);

}  // namespace gatehouse::track::generic

// What Linux's kernel log says of a packet that tracking finds INVALID or ignores (nf_conntrack_log_invalid):
// for those who know its words, or search for them.
#pragma once
#include <cstdint>
#include <string>

#include "packet/reason.h"

namespace gatehouse::track {

// The kernel's words, without the packet that follows them; empty where it has none.
std::string kernel_says(std::uint8_t protocol, const Finding& finding);
// The same; where it has none, ours.
std::string kernel_words(std::uint8_t protocol, const Finding& finding);

}  // namespace gatehouse::track

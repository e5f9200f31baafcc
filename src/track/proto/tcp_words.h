// What Linux's kernel log says of a TCP segment that it finds invalid or ignores (nf_conntrack_log_invalid):
// for those who know its words, or search for them.
#pragma once
#include <string>

#include "packet/reason.h"

namespace gatehouse::track::tcp {

// The kernel's words, without the packet that follows them; empty where it says nothing.
std::string kernel_words(const Finding& finding);

// One of the four bounds isn't kept, or the receiver took more than it had offered.
bool is_out_of_window(const Finding& finding);

}  // namespace gatehouse::track::tcp

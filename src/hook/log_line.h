// The kernel log's line about a packet, as LOG and connection tracking write it
// (Linux: nf_log_syslog). Any thread.
#pragma once
#include <string>
#include <string_view>

#include "hook/context.h"

namespace gatehouse {

struct LogDetails {
    bool tcp_sequence = false;
    bool tcp_options = false;
    bool ip_options = false;
    bool decode_mac = false;
};

// "IN=lan OUT=wan MAC=… SRC=… DST=… … PROTO=UDP SPT=40000 DPT=53 LEN=20 ": the prefix first, a space last.
std::string log_line(const Context& context, std::string_view prefix, const LogDetails& details);

}  // namespace gatehouse

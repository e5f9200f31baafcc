// What segments and phases of TCP connections are called, where reasons and listings name them.
#pragma once
#include <cstdint>
#include <string_view>

namespace gatehouse {

// By Linux's numbers: tcp_bit_set and enum tcp_conntrack.
constexpr std::string_view tcp_kind_names[] = {"SYN", "SYN/ACK", "FIN",
                                               "ACK", "RST",     "segment without flags"};
// As the subject of a sentence.
constexpr std::string_view tcp_kind_phrases[] = {"a SYN",  "a SYN/ACK", "a FIN",
                                                 "an ACK", "an RST",    "a segment without flags"};
constexpr std::string_view tcp_phase_names[] = {"NONE",     "SYN_SENT",   "SYN_RECV", "ESTABLISHED",
                                                "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT",
                                                "CLOSE",    "SYN_SENT2"};
constexpr std::string_view direction_names[] = {"original", "reply"};

}  // namespace gatehouse

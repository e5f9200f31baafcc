#include "track/proto/tcp_words.h"

#include <fmt/format.h>

#include "packet/reason.h"
#include "packet/tcp_names.h"

namespace gatehouse::track::tcp {

std::string kernel_words(const Finding& finding) {
    const auto& [first, second, third] = finding.numbers;
    const auto packet = [&](const char* what) {
        return fmt::format("packet (index {}) in dir {} {}, state {}", first, second, what,
                           tcp_phase_names[third]);
    };
    switch (finding.reason) {
        case Reason::l4_truncated: return "truncated packet";
        case Reason::l4_bad_checksum: return "bad checksum";
        case Reason::tcp_bad_flags: return "invalid tcp flag combination";
        case Reason::tcp_no_beginning: return "invalid new";
        case Reason::tcp_out_of_place: return packet("invalid");
        case Reason::tcp_passed_by: return packet("ignored");
        case Reason::tcp_challenge_ack: return "challenge-ack ignored";
        case Reason::tcp_bad_rst: return "invalid rst";
        case Reason::tcp_overshoot: return fmt::format("{} bytes more than expected", first);
        case Reason::tcp_seq_over_upper:
            return fmt::format("SEQ is over upper bound {} (over the window of the receiver)", second);
        case Reason::tcp_ack_over_upper:
            return fmt::format("ACK is over upper bound {} (ACKed data not seen yet)", second);
        case Reason::tcp_seq_under_lower:
            return fmt::format("SEQ is under lower bound {} (already ACKed data retransmitted)", second);
        case Reason::tcp_ack_under_lower:
            return fmt::format("ignored ACK under lower bound {} (possible overly delayed)", second);
        default: return {};
    }
}

bool is_out_of_window(const Finding& finding) {
    switch (finding.reason) {
        case Reason::tcp_overshoot:
        case Reason::tcp_seq_over_upper:
        case Reason::tcp_ack_over_upper:
        case Reason::tcp_seq_under_lower:
        case Reason::tcp_ack_under_lower: return true;
        default: return false;
    }
}

}  // namespace gatehouse::track::tcp

#include "track/eviction.h"

#include "track/proto/tcp.h"
#include "wire/protocol.h"

namespace gatehouse::track {

namespace {

bool is_closing(const Entry& entry) {
    if (entry.protocol == wire::protocol::tcp) return tcp::is_closing(entry.state.tcp.phase);
    if (entry.protocol == wire::protocol::sctp) {
        const SctpPhase phase = entry.state.sctp.phase;
        return phase >= SctpPhase::shutdown_sent && phase <= SctpPhase::shutdown_ack_sent;
    }
    return false;
}

}  // namespace

Cost cost_of_losing(const Entry& entry, Tick now) {
    if (!entry.confirmed() || (entry.status & (status::dying | status::offload)) != 0)
        return Cost::untouchable;
    if (now - entry.expiry >= 0) return Cost::nothing;
    if ((entry.status & (status::seen_reply | status::assured)) == 0) return Cost::unreplied;
    if (is_closing(entry)) return Cost::closing;
    return entry.has(status::assured) ? Cost::untouchable : Cost::replied;
}

}  // namespace gatehouse::track

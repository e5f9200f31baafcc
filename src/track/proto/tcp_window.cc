#include "track/proto/tcp_window.h"

#include <algorithm>

#include "base/sequence.h"
#include "packet/reason.h"

namespace gatehouse::track::tcp {

namespace {

using namespace wire::tcp_flag;

// One segment on its way through the check. `seq` and the rest are what is compared, which need not be what
// the header says.
class Check {
  public:
    Check(TcpState& state, const Segment& segment, Direction direction, std::int32_t ack_offset,
          const Settings& settings, Pickup* pickup)
        : state_(state),
          segment_(segment),
          mine_(index(direction)),
          other_(1 - mine_),
          sender_(state.side[mine_]),
          receiver_(state.side[other_]),
          pickup_(pickup),
          liberal_(settings.be_liberal),
          seq_(segment.seq),
          end_(segment.end),
          ack_(segment.ack - static_cast<std::uint32_t>(ack_offset)),
          sack_((takes_sack() ? segment.sack : segment.ack) - static_cast<std::uint32_t>(ack_offset)) {}

    WindowAnswer run();

  private:
    bool takes_sack() const { return (state_.flags[other_] & tcp_mark::sack_permitted) != 0; }
    bool opens_anew() const;
    void begin_with_syn();
    void begin_in_midstream();
    void end_liberality();
    void settle_numbers();
    WindowAnswer fail(Verdict verdict, Reason reason, std::uint32_t number, std::uint32_t bound) const;
    bool reaches_window() const;  // II
    std::uint32_t oldest_ack() const;
    WindowAnswer overshoots();
    void move_on();
    void note_ack();
    void count_retransmission();

    TcpState& state_;
    const Segment& segment_;
    unsigned mine_, other_;
    TcpSide& sender_;
    TcpSide& receiver_;
    Pickup* pickup_;
    bool liberal_;
    std::uint32_t seq_, end_, ack_, sack_;
};

// "If a TCP is reinitialized ... it need not wait at all; it must only be sure to use sequence numbers larger
// than those recently used" (RFC 793, 3.3): a SYN or SYN/ACK that differs from the one before.
bool Check::opens_anew() const {
    return segment_.has(syn) && after(end_, sender_.end) &&
           (state_.phase == TcpPhase::syn_sent || state_.phase == TcpPhase::syn_recv);
}

void Check::begin_with_syn() {
    sender_.end = sender_.max_end = end_;
    sender_.max_window = std::max<std::uint32_t>(segment_.window, 1);
    if (segment_.has_options) {
        state_.flags[mine_] &= tcp_mark::liberal;
        if (segment_.sack_permitted) state_.flags[mine_] |= tcp_mark::sack_permitted;
        if (segment_.scales) state_.flags[mine_] |= tcp_mark::window_scale;
        state_.set_scale(mine_, segment_.scale);
    }
    // Windows are scaled only if both sides offer it (RFC 7323, 2.2).
    const bool both = (state_.flags[0] & state_.flags[1] & tcp_mark::window_scale) != 0;
    if (mine_ == index(Direction::reply) && !both) {
        state_.set_scale(0, 0);
        state_.set_scale(1, 0);
    }
}

// What went before is lost for us: the segment's own numbers must do.
void Check::begin_in_midstream() {
    sender_.end = end_;
    sender_.max_window = std::max(std::uint32_t{segment_.window} << state_.most_scale(mine_), 1u);
    sender_.max_end = end_ + sender_.max_window;
    if (receiver_.max_window == 0) {
        receiver_.end = receiver_.max_end = sack_;
    } else if (sack_ == receiver_.end + 1) {
        ++receiver_.end;  // it answers a keepalive's octet, which isn't sent
    }
    if (receiver_.max_window != 0) end_liberality();
}

// Both sides of a pickup have been seen.
void Check::end_liberality() {
    if (pickup_ == nullptr) return;
    for (auto& flags : state_.flags) flags &= static_cast<std::uint8_t>(~tcp_mark::liberal);
}

// Numbers that don't say what they seem to.
void Check::settle_numbers() {
    // Without the flag there is nothing to check; some stacks set it in an RST with nothing behind it.
    const bool void_ack = segment_.has(rst) && ack_ == 0;
    if (!segment_.has(ack) || void_ack) ack_ = sack_ = receiver_.end;
    // An RST that answers a SYN (RFC 9293, 3.5.2).
    if (segment_.has(rst) && seq_ == 0 && state_.phase == TcpPhase::syn_sent) seq_ = end_ = sender_.end;
}

WindowAnswer Check::fail(Verdict verdict, Reason reason, std::uint32_t number, std::uint32_t bound) const {
    if (liberal_ || (state_.flags[mine_] & tcp_mark::liberal) != 0) return {};
    return {.verdict = verdict, .finding = {.reason = reason, .numbers = {number, bound}}};
}

bool Check::reaches_window() const { return after(end_, sender_.end - receiver_.max_window - 1); }

std::uint32_t Check::oldest_ack() const {
    constexpr std::uint32_t least = 66'000;
    return receiver_.end - std::max(sender_.max_window, least) - 1;
}

// Bound I is crossed. A receiver may take more than it offered; what it then acknowledges has been sent.
WindowAnswer Check::overshoots() {
    const std::uint32_t excess = end_ - sender_.max_end + 1;
    const bool otherwise_good = receiver_.max_window != 0 && reaches_window() && after(sack_, oldest_ack()) &&
                                !after(sack_, receiver_.end);
    if (!otherwise_good || excess > receiver_.max_window)
        return fail(Verdict::invalid, Reason::tcp_seq_over_upper, seq_, sender_.max_end + 1);
    sender_.end = end_;
    state_.flags[mine_] |= tcp_mark::unacknowledged;
    return fail(Verdict::ignore, Reason::tcp_overshoot, excess, receiver_.max_window);
}

void Check::note_ack() {
    if ((state_.flags[mine_] & tcp_mark::max_ack_set) == 0 || after(ack_, sender_.max_ack))
        sender_.max_ack = ack_;
    state_.flags[mine_] |= tcp_mark::max_ack_set;
}

void Check::move_on() {
    if (pickup_ != nullptr && !segment_.has(syn) && !segment_.has(rst)) {
        learn(*pickup_, state_,
              {.mine = mine_,
               .seq = seq_,
               .end = end_,
               .ack = ack_,
               .window = segment_.window,
               .acknowledges = segment_.has(ack)});
    }
    // The window of a SYN is never scaled (RFC 7323, 2.2).
    const std::uint32_t window = std::uint32_t{segment_.window}
                                 << (segment_.has(syn) ? 0 : state_.most_scale(mine_));
    sender_.max_window = std::max(sender_.max_window, window + (sack_ - ack_));
    if (after(end_, sender_.end)) {
        sender_.end = end_;
        state_.flags[mine_] |= tcp_mark::unacknowledged;
    }
    if (segment_.has(ack)) note_ack();

    if (receiver_.max_window != 0 && after(end_, sender_.max_end) && enforced(pickup_, mine_))
        receiver_.max_window += end_ - sender_.max_end;
    if (after(sack_ + window, receiver_.max_end - 1))
        receiver_.max_end = sack_ + std::max(window, 1u);  // an octet may probe a closed window
    if (ack_ == receiver_.end) state_.flags[other_] &= static_cast<std::uint8_t>(~tcp_mark::unacknowledged);
    if (segment_.kind == TcpKind::ack) count_retransmission();
}

void Check::count_retransmission() {
    const bool again = state_.last_direction == mine_ && state_.last_seq == seq_ && state_.last_ack == ack_ &&
                       state_.last_end == end_ && state_.last_window == segment_.window;
    if (again) {
        ++state_.retransmissions;
        return;
    }
    state_.last_direction = mine_ & 1;
    state_.last_seq = seq_;
    state_.last_ack = ack_;
    state_.last_end = end_;
    state_.last_window = segment_.window;
    state_.retransmissions = 0;
}

WindowAnswer Check::run() {
    if (sender_.max_window == 0) {
        if (segment_.has(syn)) {
            begin_with_syn();
            if (!segment_.has(ack)) return {};  // simultaneous open
        } else {
            begin_in_midstream();
        }
    } else if (opens_anew()) {
        begin_with_syn();
        if (mine_ == index(Direction::reply) && !segment_.has(ack)) return {};
    }
    settle_numbers();

    const bool of_data = enforced(pickup_, mine_), of_ack = enforced(pickup_, other_);
    if (of_data && after(seq_, sender_.max_end)) return overshoots();  // I
    if (of_ack && after(sack_, receiver_.end))                         // III
        return fail(Verdict::invalid, Reason::tcp_ack_over_upper, sack_, receiver_.end + 1);
    if (of_data && receiver_.max_window != 0 && !reaches_window()) {  // II
        return fail(Verdict::ignore, Reason::tcp_seq_under_lower, end_,
                    sender_.end - receiver_.max_window - 1);
    }
    if (of_ack && !after(sack_, oldest_ack()))  // IV
        return fail(Verdict::ignore, Reason::tcp_ack_under_lower, sack_, oldest_ack());
    move_on();
    return {};
}

}  // namespace

WindowAnswer check_window(TcpState& state, const Segment& segment, Direction direction,
                          std::int32_t ack_offset, const Settings& settings, Pickup* pickup) {
    return Check(state, segment, direction, ack_offset, settings, pickup).run();
}

}  // namespace gatehouse::track::tcp

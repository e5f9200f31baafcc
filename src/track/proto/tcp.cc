#include "track/proto/tcp.h"

#include <algorithm>

#include "base/sequence.h"
#include "packet/reason.h"
#include "track/proto/tcp_phase.h"
#include "track/proto/tcp_window.h"

namespace gatehouse::track::tcp {

namespace {

class Update {
  public:
    Update(TcpState& state, const Segment& segment, const Circumstances& circumstances,
           const Settings& settings, Pickup* pickup)
        : state_(state),
          segment_(segment),
          with_(circumstances),
          settings_(settings),
          pickup_(pickup),
          mine_(index(circumstances.direction)),
          other_(1 - mine_) {}

    Judgement run();

  private:
    // What a look at the phases leaves to do.
    enum class Step : std::uint8_t {
        check_window,
        accept,  // whatever its numbers are
        done,    // `judgement_` says it all
    };

    bool has(std::uint32_t bits) const { return (with_.status & bits) == bits; }
    bool learning() const { return state_.inferred && pickup_ != nullptr; }
    bool is(TcpKind kind) const { return segment_.kind == kind; }
    bool answers(TcpKind kind) const { return state_.last_kind == kind && state_.last_direction != mine_; }
    Step refuse(Verdict verdict, Reason reason, Numbers numbers);
    Step out_of_place(Verdict verdict, Reason reason);

    Step open();
    void begin_to_learn();
    void take_late_options();
    void know_scale(unsigned side, unsigned scale);
    Step look_at_phase();
    Step look_at_syn();
    Step pass_by();
    void get_in_step();
    void remember_syn();
    Step look_at_rst();
    bool resets_what_was_ignored() const;
    bool exact_enough(bool established, std::uint32_t expected);

    void count_invalid();
    void accept();
    Timeout lifetime() const;

    TcpState& state_;
    const Segment& segment_;
    const Circumstances& with_;
    const Settings& settings_;
    Pickup* pickup_;
    unsigned mine_, other_;
    TcpPhase from_{}, next_{};
    Judgement judgement_{};
};

Update::Step Update::refuse(Verdict verdict, Reason reason, Numbers numbers) {
    judgement_ = {.verdict = verdict, .finding = {.reason = reason, .numbers = numbers}, .refresh = false};
    return Step::done;
}

Update::Step Update::out_of_place(Verdict verdict, Reason reason) {
    return refuse(verdict, reason,
                  {static_cast<std::uint32_t>(segment_.kind), mine_, static_cast<std::uint32_t>(from_)});
}

// A connection's first segment.
Update::Step Update::open() {
    const auto [verdict, next] = transition(Direction::original, TcpPhase::none, segment_.kind);
    if (verdict != Verdict::accept)
        return refuse(Verdict::invalid, Reason::tcp_no_beginning,
                      {static_cast<std::uint32_t>(segment_.kind)});
    if (next != TcpPhase::syn_sent && !settings_.loose)
        return refuse(Verdict::invalid, Reason::tcp_no_pickup, {segment_.seq, segment_.ack});
    state_ = {};
    state_.last_kind = TcpKind::none;
    TcpSide& sender = state_.side[mine_];
    sender.end = segment_.end;
    sender.max_window = std::max<std::uint32_t>(segment_.window, 1);
    sender.max_end = sender.end;
    if (next == TcpPhase::syn_sent) {
        if (segment_.sack_permitted) state_.flags[mine_] |= tcp_mark::sack_permitted;
        if (segment_.scales) state_.flags[mine_] |= tcp_mark::window_scale;
        state_.set_scale(mine_, segment_.scale);
    } else {
        // Its history is lost for us, and with it the options.
        sender.max_end += sender.max_window;
        state_.flags[0] = state_.flags[1] = tcp_mark::sack_permitted | tcp_mark::liberal;
        if (settings_.pickup == PickupMode::learn && pickup_ != nullptr) begin_to_learn();
    }
    return Step::check_window;
}

void Update::begin_to_learn() {
    constexpr unsigned most = 14;
    state_.inferred = true;
    for (const unsigned side : {0u, 1u}) state_.set_scale(side, 0, most);
    TcpSide& sender = state_.side[mine_];
    sender.max_window = std::max(std::uint32_t{segment_.window} << most, 1u);
    sender.max_end = sender.end + sender.max_window;
}

// A handshake's segment that comes late tells what the pickup missed. It must be one that its receiver has
// acknowledged exactly, so that nobody off the path sends it.
void Update::take_late_options() {
    const bool acknowledged =
        (state_.flags[other_] & tcp_mark::max_ack_set) != 0 && state_.side[other_].max_ack == segment_.end;
    if (!acknowledged) return;
    if (!segment_.scales) {
        for (const unsigned side : {0u, 1u}) know_scale(side, 0);
    } else if (is(TcpKind::syn_ack)) {
        know_scale(mine_, segment_.scale);
    }
}

// What was reckoned with a guess is reckoned anew.
void Update::know_scale(unsigned side, unsigned scale) {
    state_.set_scale(side, scale);
    const PickupSide& offers = pickup_->side[side];
    if (!offers.edges) return;
    state_.side[side].max_window = std::max(std::uint32_t{offers.most_window} << scale, 1u);
    state_.side[1 - side].max_end = offers.edge[scale] + 1;
}

// A SYN to a connection that is over.
Update::Step Update::look_at_syn() {
    const bool closed = ((state_.flags[0] | state_.flags[1]) & tcp_mark::closed_first) != 0;
    const bool aborted = state_.last_kind == TcpKind::rst && state_.last_direction == mine_;
    if (!closed && !aborted) return pass_by();
    return refuse(Verdict::reopen, Reason::tcp_reopened, {static_cast<std::uint32_t>(from_)});
}

// What may be good, although we know of no reason for it: we may be out of step with both ends. It goes by,
// remembered, until the answer shows. A SYN/ACK that answers a SYN remembered shows that they are in step.
Update::Step Update::pass_by() {
    if (is(TcpKind::syn_ack) && answers(TcpKind::syn) && segment_.ack == state_.last_end) {
        get_in_step();
        return Step::check_window;
    }
    if (learning() && segment_.has(wire::tcp_flag::syn)) take_late_options();
    state_.last_kind = segment_.kind;
    state_.last_direction = mine_ & 1;
    state_.last_seq = segment_.seq;
    state_.last_end = segment_.end;
    state_.last_window = segment_.window;
    if (is(TcpKind::syn) && with_.direction == Direction::original) remember_syn();
    // An RST in answer to it will bear this number.
    if (from_ == TcpPhase::syn_sent && is(TcpKind::ack) && with_.direction == Direction::reply)
        state_.last_ack = segment_.ack;
    return out_of_place(Verdict::ignore, Reason::tcp_passed_by);
}

void Update::remember_syn() {
    state_.last_flags = 0;
    state_.last_scale = segment_.scale;
    if (segment_.scales) state_.last_flags |= tcp_mark::window_scale;
    if (segment_.sack_permitted) state_.last_flags |= tcp_mark::sack_permitted;
    // The server may challenge the SYN by an ACK, which then doesn't acknowledge the last FIN.
    if (from_ == TcpPhase::last_ack) state_.last_flags |= tcp_mark::challenge_due;
}

// The SYN remembered was good: the connection begins with it, and with the SYN/ACK at hand.
void Update::get_in_step() {
    from_ = TcpPhase::syn_sent;
    next_ = TcpPhase::syn_recv;
    TcpSide& client = state_.side[other_];
    client.end = client.max_end = state_.last_end;
    client.max_window = std::max<std::uint32_t>(state_.last_window, 1);
    state_.set_scale(other_, state_.last_scale);
    state_.last_flags &= static_cast<std::uint8_t>(~tcp_mark::challenge_due);
    state_.flags[other_] = state_.last_flags;
    state_.side[mine_] = {};
    state_.set_scale(mine_, 0);
    state_.flags[mine_] &= tcp_mark::liberal;
    if (state_.inferred) {
        // Nothing need be inferred any more.
        state_.flags[mine_] = 0;
        state_.inferred = false;
    }
}

// Lets an RST through that fits exactly, or that nothing better can be said of. Sets next_ back where it may
// be a blind guess.
bool Update::exact_enough(bool established, std::uint32_t expected) {
    if (!established || segment_.seq == expected) return true;
    // The last of a train: a segment and an RST right behind it.
    if (state_.last_kind == TcpKind::ack && state_.last_direction == mine_ && segment_.seq == state_.last_end)
        return true;
    // Its receiver may answer with a challenge ACK (RFC 5961, 3.2): the connection stays.
    next_ = from_;
    return false;
}

// An RST that answers a SYN or ACK which we let through without having it in our numbers.
bool Update::resets_what_was_ignored() const {
    const bool syn = has(status::seen_reply) && answers(TcpKind::syn);
    const bool half_open = !has(status::assured) && state_.last_kind == TcpKind::ack;
    if ((syn || half_open) && segment_.ack == state_.last_end) return true;
    // An RST in answer to the challenge ACK that a SYN provoked.
    return from_ == TcpPhase::syn_sent && state_.last_kind == TcpKind::ack &&
           state_.last_direction == index(Direction::reply) && segment_.seq == state_.last_ack;
}

Update::Step Update::look_at_rst() {
    // Windows that are guessed don't keep blind resets out; the exact number does (RFC 5961, 3.2).
    if (learning() && (state_.flags[other_] & tcp_mark::max_ack_set) != 0) {
        const std::uint32_t expected = state_.side[other_].max_ack;
        if (segment_.seq == expected) return Step::accept;
        if (enforced(pickup_, mine_) && before(segment_.seq, expected) && !settings_.ignore_invalid_rst)
            return refuse(Verdict::invalid, Reason::tcp_bad_rst, {segment_.seq, expected});
        return refuse(Verdict::ignore, Reason::tcp_inexact_rst, {segment_.seq, expected});
    }
    // The ends may be using the ports anew, so that our numbers are old; the entry is soon gone anyway.
    if (is_closing(state_.phase)) return Step::accept;
    // A SYN let through makes max_ack old, too.
    if ((state_.flags[other_] & tcp_mark::max_ack_set) != 0 && state_.last_kind != TcpKind::syn) {
        const bool established = state_.phase == TcpPhase::established && has(status::assured);
        // It most likely answers a SYN that was let through.
        if (segment_.seq == 0 && !established) return Step::check_window;
        const std::uint32_t expected = state_.side[other_].max_ack;
        if (before(segment_.seq, expected) && !settings_.ignore_invalid_rst)
            return refuse(Verdict::invalid, Reason::tcp_bad_rst, {segment_.seq, expected});
        if (exact_enough(established, expected)) return Step::check_window;
    }
    return resets_what_was_ignored() ? Step::accept : Step::check_window;
}

Update::Step Update::look_at_phase() {
    const auto [verdict, next] = transition(with_.direction, from_, segment_.kind);
    next_ = next;
    if (verdict == Verdict::ignore) return pass_by();
    if (verdict == Verdict::invalid) {
        // SYNPROXY's client may send a keepalive while the server's handshake is still under way.
        const bool keepalive = with_.synproxy && from_ == TcpPhase::syn_sent && is(TcpKind::ack) &&
                               mine_ == 0 && state_.last_direction == 0 &&
                               state_.side[mine_].end - 1 == segment_.seq;
        if (keepalive) return refuse(Verdict::ignore, Reason::tcp_synproxy_keepalive, {segment_.seq});
        return out_of_place(Verdict::invalid, Reason::tcp_out_of_place);
    }
    switch (next) {
        case TcpPhase::syn_sent: return from_ >= TcpPhase::time_wait ? look_at_syn() : Step::check_window;
        case TcpPhase::syn_sent2: state_.last_flags |= tcp_mark::simultaneous; return Step::check_window;
        case TcpPhase::syn_recv:
            // Of two that opened at once, the reply side's ACK completes the handshake as well.
            if (with_.direction == Direction::reply && is(TcpKind::ack) &&
                (state_.last_flags & tcp_mark::simultaneous) != 0)
                next_ = TcpPhase::established;
            return Step::check_window;
        case TcpPhase::time_wait:
            if (from_ == TcpPhase::last_ack && is(TcpKind::ack) && answers(TcpKind::syn) &&
                (state_.last_flags & tcp_mark::challenge_due) != 0) {
                state_.last_flags &= static_cast<std::uint8_t>(~tcp_mark::challenge_due);
                return refuse(Verdict::ignore, Reason::tcp_challenge_ack, {segment_.seq, segment_.ack});
            }
            return Step::check_window;
        case TcpPhase::close: return is(TcpKind::rst) ? look_at_rst() : Step::check_window;
        default: return Step::check_window;
    }
}

// When a FIN or RST is judged invalid from both sides in turn, the ends are closing a connection of which our
// numbers are wrong: an entry that would last long gets the time of one with data unacknowledged.
void Update::count_invalid() {
    if (!has(status::assured) || has(status::fixed_timeout)) return;
    if (!is(TcpKind::rst) && !is(TcpKind::fin)) return;
    if (!answers(TcpKind::fin) && !answers(TcpKind::rst)) {
        state_.last_kind = segment_.kind;
        state_.last_direction = mine_ & 1;
        return;
    }
    constexpr Nanoseconds long_enough = 120 * second;
    const Nanoseconds shorter = with_.timeouts[Timeout::tcp_unacked];
    if (with_.remaining < long_enough || with_.remaining <= shorter) return;
    judgement_.refresh = true;
    judgement_.lifetime = shorter;
}

Timeout Update::lifetime() const {
    const auto longer_than = [&](Timeout which) {
        return with_.timeouts[timeout_of(next_)] > with_.timeouts[which];
    };
    if (state_.retransmissions >= settings_.max_retrans && longer_than(Timeout::tcp_retrans))
        return Timeout::tcp_retrans;
    if (is(TcpKind::rst)) return Timeout::tcp_close;
    const bool unacknowledged = ((state_.flags[0] | state_.flags[1]) & tcp_mark::unacknowledged) != 0;
    if (unacknowledged && longer_than(Timeout::tcp_unacked)) return Timeout::tcp_unacked;
    if (state_.last_window == 0 && longer_than(Timeout::tcp_retrans)) return Timeout::tcp_retrans;
    return timeout_of(next_);
}

void Update::accept() {
    state_.last_kind = segment_.kind;
    state_.last_direction = mine_ & 1;
    state_.phase = next_;
    judgement_.state_changed = from_ != next_;
    if (judgement_.state_changed && next_ == TcpPhase::fin_wait)
        state_.flags[mine_] |= tcp_mark::closed_first;
    judgement_.lifetime = with_.timeouts[lifetime()];
    if (has(status::seen_reply)) {
        const bool sure =
            next_ == TcpPhase::established && (from_ == TcpPhase::syn_recv || from_ == TcpPhase::established);
        if (sure && !has(status::assured)) judgement_.set_status = status::assured;
        return;
    }
    // Nobody is there if nothing but an RST answers.
    judgement_.kill = is(TcpKind::rst);
    // A SYN again doesn't refresh: ports used over and over would keep the entry for ever.
    judgement_.refresh = !judgement_.kill && !(is(TcpKind::syn) && from_ == TcpPhase::syn_sent);
    // Picked up, and no answer yet: not the long life of an established connection.
    if (next_ == TcpPhase::established)
        judgement_.lifetime = std::min(judgement_.lifetime, with_.timeouts[Timeout::tcp_unacked]);
}

Judgement Update::run() {
    if (with_.opens && open() == Step::done) return judgement_;
    from_ = state_.phase;
    const Step step = look_at_phase();
    if (step == Step::done) return judgement_;
    if (step == Step::check_window) {
        const auto answer = check_window(state_, segment_, with_.direction, with_.ack_offset, settings_,
                                         learning() ? pickup_ : nullptr);
        if (answer.verdict != Verdict::accept) {
            judgement_ = {.verdict = answer.verdict, .finding = answer.finding, .refresh = false};
            if (answer.verdict == Verdict::invalid) count_invalid();
            return judgement_;
        }
    }
    accept();
    return judgement_;
}

}  // namespace

Judgement update(TcpState& state, const Segment& segment, const Circumstances& circumstances,
                 const Settings& settings, Pickup* pickup) {
    return Update(state, segment, circumstances, settings, pickup).run();
}

bool is_closing(TcpPhase phase) { return phase >= TcpPhase::fin_wait && phase <= TcpPhase::close; }

}  // namespace gatehouse::track::tcp

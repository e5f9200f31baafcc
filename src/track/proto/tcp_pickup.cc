#include "track/proto/tcp_pickup.h"

#include <algorithm>
#include <bit>

#include "base/sequence.h"

namespace gatehouse::track::tcp {

namespace {

constexpr unsigned most_possible = 14;
constexpr std::uint8_t observations_needed = 3;
constexpr std::uint32_t least_drop = 8;  // of the window's field: less is too coarse to tell a scale by
constexpr std::uint8_t rounds_to_learn = 2, rounds_to_settle = 4;

class Learner {
  public:
    Learner(Pickup& pickup, TcpState& state, const PickupSegment& segment)
        : state_(state),
          segment_(segment),
          mine_(segment.mine),
          own_(pickup.side[mine_]),
          peer_(pickup.side[1 - mine_]),
          sender_(state.side[mine_]),
          receiver_(state.side[1 - mine_]) {}

    void run();

  private:
    unsigned least() const { return state_.least_scale(mine_); }
    unsigned most() const { return state_.most_scale(mine_); }
    // A probe of a closed window, or a FIN, goes an octet beyond the edge.
    bool beyond(unsigned scale) const { return after(segment_.ack, own_.edge[scale] + 1); }

    void settle();
    void raise_least();
    void lower_most();
    void observe(unsigned bound);
    void set_most(unsigned most);
    void found_shrinking();
    void note_offer();

    TcpState& state_;
    const PickupSegment& segment_;
    unsigned mine_;
    PickupSide& own_;
    PickupSide& peer_;
    TcpSide& sender_;
    TcpSide& receiver_;
};

// Counts round trips of the peer's data. What is acknowledged beyond all that was seen was sent before the
// pickup.
void Learner::settle() {
    if (peer_.settled) return;
    if (!peer_.marked || after(segment_.ack, receiver_.end)) {
        if (after(segment_.ack, receiver_.end)) receiver_.end = segment_.ack;
        peer_.mark = receiver_.end;
        peer_.marked = true;
        peer_.rounds = 0;
        return;
    }
    if (!peer_.sent_since || before(segment_.ack, peer_.mark)) return;
    peer_.mark = receiver_.end;
    peer_.sent_since = false;
    peer_.settled = ++peer_.rounds >= rounds_to_settle;
}

void Learner::raise_least() {
    if (peer_.rounds < rounds_to_learn || !beyond(least())) return;
    if (beyond(most())) return found_shrinking();
    unsigned scale = least();
    while (beyond(scale)) ++scale;
    state_.set_scale(mine_, scale, most());
}

void Learner::lower_most() {
    const auto acknowledged = static_cast<std::int32_t>(segment_.ack - own_.last_ack);
    const int drop = own_.last_window - segment_.window;
    if (!peer_.settled || acknowledged <= 0 || drop < 2) return;
    const auto bytes = static_cast<std::uint32_t>(acknowledged), fields = static_cast<std::uint32_t>(drop);
    const std::uint32_t ratio = (bytes - 1) / (fields - 1);
    if (ratio >> least() == 0) return found_shrinking();
    if (fields < least_drop) return;
    own_.offered = false;  // the next observation begins here
    const auto bound = static_cast<unsigned>(std::bit_width(ratio)) - 1;
    // What was read meanwhile makes the bound greater and says nothing. The edge stood still if the drop is
    // that of the bytes; a window that shrinks as it likes seldom looks so.
    if (bytes < std::uint64_t{fields + 1} << bound) observe(bound);
}

void Learner::observe(unsigned bound) {
    if (bound >= most()) return;
    if (bound != own_.agreed) own_.agreeing = 0;
    own_.agreed = static_cast<std::uint8_t>(bound);
    if (++own_.agreeing < observations_needed) return;
    own_.agreeing = 0;
    set_most(bound);
}

// What was reckoned with another scale is reckoned anew.
void Learner::set_most(unsigned most) {
    state_.set_scale(mine_, least(), most);
    sender_.max_window = std::max(std::uint32_t{own_.most_window} << most, 1u);
    receiver_.max_end = own_.edge[most] + 1;
}

void Learner::found_shrinking() {
    own_.shrinks = true;
    state_.set_scale(mine_, 0, most_possible);
    set_most(most_possible);
}

void Learner::note_offer() {
    for (unsigned scale = 0; scale <= most_possible; ++scale) {
        const std::uint32_t edge = segment_.ack + (std::uint32_t{segment_.window} << scale);
        if (!own_.edges || after(edge, own_.edge[scale])) own_.edge[scale] = edge;
    }
    own_.edges = true;
    own_.most_window = std::max(own_.most_window, segment_.window);
    const bool later = !before(segment_.ack, own_.last_ack);
    if (!own_.offered || (later && segment_.window >= own_.last_window)) {
        own_.last_ack = segment_.ack;
        own_.last_window = segment_.window;
        own_.offered = true;
    }
}

void Learner::run() {
    if (segment_.seq != sender_.end) return;
    own_.sent_since = true;
    const bool peer_seen = receiver_.max_window != 0;
    if (!segment_.acknowledges || !peer_seen) return;
    const bool seen = !after(segment_.ack, receiver_.end);
    settle();
    if (seen && own_.edges && !own_.shrinks) raise_least();
    if (seen && own_.offered && !own_.shrinks) lower_most();
    note_offer();
}

}  // namespace

void learn(Pickup& pickup, TcpState& state, const PickupSegment& segment) {
    Learner(pickup, state, segment).run();
}

}  // namespace gatehouse::track::tcp

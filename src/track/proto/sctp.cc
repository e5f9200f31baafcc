#include "track/proto/sctp.h"

#include <bitset>
#include <optional>

#include "packet/reason.h"
#include "track/proto/sctp_phase.h"
#include "wire/sctp.h"

namespace gatehouse::track::sctp {

namespace {

constexpr std::size_t common_header = wire::SctpView::header, chunk_header = 4;

struct Chunk {
    std::uint8_t type = 0, flags = 0;
    std::size_t offset = 0;

    // The T bit of ABORT and SHUTDOWN COMPLETE: the tag is the receiver's own, reflected.
    bool reflected() const { return (flags & 1) != 0; }
};

// Walks chunks as loosely as Linux does: their headers must be there, their bodies needn't.
class Walk {
  public:
    explicit Walk(Bytes packet) : packet_(packet) {}
    std::optional<Chunk> next() {
        if (at_ + chunk_header > packet_.size()) return {};
        const Chunk chunk{.type = packet_[at_], .flags = packet_[at_ + 1], .offset = at_};
        length_ = load_be16(&packet_[at_ + 2]);
        at_ += (length_ + 3u) & ~std::size_t{3};
        return chunk;
    }
    std::size_t length() const { return length_; }  // of the chunk that next() gave

  private:
    Bytes packet_;
    std::size_t at_ = common_header, length_ = 0;
};

using Types = std::bitset<256>;

// The chunk types that the packet bears; nothing if they can't stand together: INIT, INIT ACK and SHUTDOWN
// COMPLETE stand alone, COOKIE ECHO and COOKIE ACK first (RFC 9260, 6.10).
std::optional<Types> types_of(Bytes packet) {
    Types types;
    bool alone = false;
    std::size_t count = 0;
    Walk walk(packet);
    for (; const auto chunk = walk.next(); ++count) {
        alone |= chunk->type == chunk::init || chunk->type == chunk::init_ack ||
                 chunk->type == chunk::shutdown_complete;
        const bool first = alone || chunk->type == chunk::cookie_ack || chunk->type == chunk::cookie_echo;
        if ((first && count != 0) || walk.length() == 0) return {};
        types.set(chunk->type);
    }
    if (count == 0) return {};
    return types;
}

// The tag that an INIT or INIT ACK announces; nothing if the chunk is cut short.
std::optional<std::uint32_t> announced_tag(Bytes packet, const Chunk& chunk) {
    constexpr std::size_t body = 16;
    if (chunk.offset + chunk_header + body > packet.size()) return {};
    return load_be32(&packet[chunk.offset + chunk_header]);
}

class Update {
  public:
    Update(SctpState& state, const Question& question)
        : state_(state),
          question_(question),
          packet_(question.packet.transport()),
          tag_(load_be32(&packet_[4])),
          mine_(index(question.direction)),
          other_(1 - mine_) {}

    Judgement run();

  private:
    enum class Step : std::uint8_t { on, skip, fail };
    bool open();
    Step take(const Chunk& chunk);
    Step take_heartbeat(const Chunk& chunk);
    Step note_tag(const Chunk& chunk, SctpPhase before, SctpPhase now);
    bool tag_fits(const Chunk& chunk) const { return tag_ == state_.tag[chunk.reflected() ? other_ : mine_]; }
    Judgement refuse(Reason reason, std::uint32_t chunk = 0) const {
        return invalid({.reason = reason, .numbers = {chunk, tag_, state_.tag[mine_]}});
    }

    SctpState& state_;
    const Question& question_;
    Bytes packet_;
    std::uint32_t tag_;
    unsigned mine_, other_;
    Types types_;
    bool quiet_ = false;  // the packet passes, and refreshes nothing
    bool changed_ = false, assured_ = false;
    SctpPhase reached_ = SctpPhase::none;
};

// An association's first packet. Out of the blue (RFC 9260, 8.4) some can't be.
bool Update::open() {
    if (types_[chunk::abort] || types_[chunk::shutdown_complete] || types_[chunk::cookie_ack]) return false;
    state_ = {};
    Walk walk(packet_);
    while (const auto chunk = walk.next()) {
        const SctpPhase phase = after(SctpPhase::none, chunk->type, Direction::original);
        if (phase == SctpPhase::none || phase == SctpPhase::count) return false;
        if (chunk->type == chunk::init) {
            const auto announced = announced_tag(packet_, *chunk);
            if (tag_ != 0 || !announced) return false;
            state_.tag[index(Direction::reply)] = *announced;
        } else if (chunk->type == chunk::heartbeat) {
            state_.tag[index(Direction::original)] = tag_;
        } else {
            // An answer that bears the tag reflected is awaited.
            state_.tag[index(Direction::reply)] = tag_;
        }
    }
    return true;
}

// A heartbeat may come over another path of the association, whose tag isn't known here.
Update::Step Update::take_heartbeat(const Chunk& chunk) {
    if (state_.tag[mine_] == 0) {
        state_.tag[mine_] = tag_;
        return Step::on;
    }
    if (tag_ == state_.tag[mine_]) {
        state_.heartbeat_failed = false;
        return Step::on;
    }
    if (types_[chunk::data] || quiet_) return Step::fail;
    if (chunk.type == chunk::heartbeat) {
        state_.heartbeat_failed = true;
        state_.failed_direction = static_cast<std::uint8_t>(mine_);
        quiet_ = true;
        return Step::skip;
    }
    if (!state_.heartbeat_failed || state_.failed_direction == mine_) return Step::fail;
    state_.heartbeat_failed = false;
    state_.tag[mine_] = tag_;
    state_.tag[other_] = 0;
    return Step::on;
}

Update::Step Update::note_tag(const Chunk& chunk, SctpPhase before, SctpPhase now) {
    const auto announced = announced_tag(packet_, chunk);
    if (!announced) return Step::fail;
    if (chunk.type == chunk::init) {
        if (state_.init[mine_] && state_.init[other_]) state_.init[other_] = false;
        state_.init[mine_] = true;
        // INITs sent again keep nothing alive, so that a port can be used anew.
        if (before == SctpPhase::closed && now == SctpPhase::closed && !question_.opens) quiet_ = true;
    } else {
        const std::uint32_t known = state_.tag[other_];
        if (!state_.init[other_] && known != 0 && known != *announced) return Step::fail;
        if (state_.init[mine_] && state_.init[other_] && known != *announced) return Step::fail;
    }
    state_.tag[other_] = *announced;
    return Step::on;
}

Update::Step Update::take(const Chunk& chunk) {
    switch (chunk.type) {
        case chunk::init:
            if (tag_ != 0) return Step::fail;
            break;
        case chunk::abort:
        case chunk::shutdown_complete:
            if (!tag_fits(chunk)) return Step::fail;
            break;
        case chunk::cookie_echo:
            if (tag_ != state_.tag[mine_]) return Step::fail;
            break;
        case chunk::cookie_ack: state_.init[0] = state_.init[1] = false; break;
        case chunk::heartbeat:
        case chunk::heartbeat_ack:
            if (const Step step = take_heartbeat(chunk); step != Step::on) return step;
            break;
        default: break;
    }
    const SctpPhase before = state_.phase;
    reached_ = after(before, chunk.type, question_.direction);
    if (reached_ == SctpPhase::count) return Step::fail;
    if (chunk.type == chunk::init || chunk.type == chunk::init_ack) {
        if (note_tag(chunk, before, reached_) == Step::fail) return Step::fail;
    }
    state_.phase = reached_;
    if (before != reached_) {
        changed_ = true;
        assured_ |= reached_ == SctpPhase::established;
    }
    return Step::on;
}

Judgement Update::run() {
    const auto types = types_of(packet_);
    if (!types) return refuse(Reason::track_sctp_chunks);
    types_ = *types;
    if (question_.opens && !open()) return refuse(Reason::track_sctp_opening);
    // Chunks that bear a tag by rules of their own (RFC 9260, 8.5.1) are judged one by one.
    constexpr std::uint8_t own_rules[] = {chunk::init,         chunk::shutdown_complete, chunk::cookie_echo,
                                          chunk::abort,        chunk::shutdown_ack,      chunk::heartbeat,
                                          chunk::heartbeat_ack};
    bool by_chunk = false;
    for (const auto type : own_rules) by_chunk |= types_[type];
    if (!by_chunk && tag_ != state_.tag[mine_]) return refuse(Reason::track_sctp_tag);
    Walk walk(packet_);
    while (const auto chunk = walk.next()) {
        if (take(*chunk) == Step::fail) return refuse(Reason::track_sctp_tag, chunk->type);
    }
    return {.refresh = !quiet_,
            .lifetime = question_.timeouts[timeout_of(reached_)],
            .set_status = assured_ ? status::assured : 0,
            .state_changed = changed_};
}

}  // namespace

std::string_view name(SctpPhase phase) {
    constexpr std::string_view names[] = {
        "NONE",          "CLOSED",        "COOKIE_WAIT",       "COOKIE_ECHOED", "ESTABLISHED",
        "SHUTDOWN_SENT", "SHUTDOWN_RECD", "SHUTDOWN_ACK_SENT", "HEARTBEAT_SENT"};
    return names[static_cast<unsigned>(phase)];
}

Timeout timeout_of(SctpPhase phase) {
    if (phase == SctpPhase::none) return Timeout::sctp_closed;
    return static_cast<Timeout>(static_cast<unsigned>(Timeout::sctp_closed) + static_cast<unsigned>(phase) -
                                static_cast<unsigned>(SctpPhase::closed));
}

Finding unfit(const Packet& packet, bool verify_checksum) {
    const auto view = wire::SctpView::parse(packet.transport());
    if (!view) {
        return {.reason = Reason::l4_truncated,
                .numbers = {packet.flat.protocol, view.error().first, view.error().second}};
    }
    if (verify_checksum && packet.checksum == ChecksumState::unknown && !view->checksum_ok())
        return {.reason = Reason::l4_bad_checksum, .numbers = {packet.flat.protocol}};
    return {};
}

Judgement update(SctpState& state, const Question& question) { return Update(state, question).run(); }

}  // namespace gatehouse::track::sctp

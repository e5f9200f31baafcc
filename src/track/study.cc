#include "track/study.h"

#include "base/bytes.h"
#include "base/sequence.h"
#include "track/proto/tcp_segment.h"
#include "wire/protocol.h"
#include "wire/tcp.h"

namespace gatehouse::track {

namespace {

constexpr Nanoseconds day = 86'400 * second;
constexpr std::uint8_t answered = 4;  // of StudyState::probe

// How long a connection is kept after each of a spell's packets.
constexpr Nanoseconds kept_for(SpellKind kind) { return kind == SpellKind::tcp_established ? 10 * day : day; }

// Users would miss an established connection: it isn't there for the study's sake.
constexpr bool may_go(SpellKind kind) { return kind != SpellKind::tcp_established; }

SpellKind kind_of(const StudyState& state) { return static_cast<SpellKind>(state.kind); }

SpellEnd silence(const StudyState& state) {
    if (state.probe == 0) return SpellEnd::silence;
    return (state.probe & answered) != 0 ? SpellEnd::keepalive_answered : SpellEnd::keepalive_unanswered;
}

bool is_half_closed(const Entry& entry) {
    const TcpPhase phase = entry.state.tcp.phase;
    return (phase == TcpPhase::fin_wait || phase == TcpPhase::close_wait) &&
           !entry.has(status::fixed_timeout);
}

// Numbers of a connection picked up in mid-stream are liberal both ways, others neither.
bool picked_up(const Entry& entry) {
    return entry.protocol == wire::protocol::tcp && (entry.state.tcp.flags[0] & tcp_mark::liberal) != 0;
}

}  // namespace

void Study::begun(Table& table, ConnIndex connection) {
    const std::uint8_t protocol = table[connection].protocol;
    if (mode_ != StudyMode::idle) return;
    if (protocol == wire::protocol::udp || protocol == wire::protocol::udplite)
        begin(table, connection, SpellKind::udp, Direction::original);
}

void Study::judged(Table& table, Way way, const Packet& packet, const Judgement& judgement) {
    // What refreshes nothing breaks no silence either.
    if (judgement.verdict != Verdict::accept || !judgement.refresh) return;
    const Entry& entry = table[way.connection];
    if (mode_ == StudyMode::idle) return judged_idle(table, way, packet);
    if (entry.protocol != wire::protocol::tcp) return;
    const bool first_fin = judgement.state_changed && entry.state.tcp.phase == TcpPhase::fin_wait;
    if (first_fin && table.side().find<StudyState>(entry) == nullptr) {
        if (StudyState* const state = table.side().add<StudyState>(table[way.connection])) {
            state->closer = static_cast<std::uint8_t>(index(way.direction));
            state->fin_end = entry.state.tcp.side[index(way.direction)].end;
        }
        return;
    }
    judged_half_closed(table, way, packet);
}

void Study::judged_half_closed(Table& table, Way way, const Packet& packet) {
    constexpr std::size_t ack_field = 8;
    Entry& entry = table[way.connection];
    StudyState* const state = table.side().find<StudyState>(entry);
    if (state == nullptr) return;
    const TcpPhase phase = entry.state.tcp.phase;
    const bool of_closer = index(way.direction) == state->closer;
    const std::uint8_t flags = packet.flat.tcp_flags;
    const bool reset = phase == TcpPhase::close && (flags & wire::tcp_flag::rst) != 0;
    const bool fin = !of_closer && (flags & wire::tcp_flag::fin) != 0;
    const bool reopened = phase < TcpPhase::fin_wait || phase > TcpPhase::close;
    if (state->spell == 0) {
        if (reset || fin || reopened) {
            table.side().remove<StudyState>(entry);
        } else if (!of_closer && (flags & wire::tcp_flag::ack) != 0 &&
                   !before(load_be32(packet.l4() + ack_field), state->fin_end)) {
            begin(table, way.connection, SpellKind::half_closed, static_cast<Direction>(state->closer));
        }
        return;
    }
    count(table, way);
    if (reset || fin || reopened)
        return finish(table, way.connection,
                      reset ? SpellEnd::reset : (fin ? SpellEnd::fin : SpellEnd::reopened));
    note_keepalive(table, way, packet);
    keep(table, way.connection);
}

void Study::judged_idle(Table& table, Way way, const Packet& packet) {
    Entry& entry = table[way.connection];
    const StudyState* const state = table.side().find<StudyState>(entry);
    if (entry.protocol == wire::protocol::tcp) {
        const bool established = entry.state.tcp.phase == TcpPhase::established;
        if (state == nullptr) {
            if (established && entry.has(status::seen_reply)) {
                begin(table, way.connection, SpellKind::tcp_established, way.direction);
            } else if (is_half_closed(entry)) {
                // Forgotten too soon it would come back as one that was picked up in mid-stream.
                table.refresh(way.connection, day);
            }
            return;
        }
        count(table, way);
        if (!established) {
            const bool reset = entry.state.tcp.phase == TcpPhase::close;
            const bool fin = (packet.flat.tcp_flags & wire::tcp_flag::fin) != 0;
            return finish(table, way.connection,
                          reset ? SpellEnd::reset : (fin ? SpellEnd::fin : SpellEnd::reopened));
        }
        note_keepalive(table, way, packet);
    } else {
        if (state == nullptr) return;
        count(table, way);
        if (kind_of(*state) == SpellKind::udp && entry.has(status::assured)) {
            finish(table, way.connection, SpellEnd::became_stream);
            begin(table, way.connection, SpellKind::udp_stream, way.direction);
            return;
        }
    }
    keep(table, way.connection);
}

// A keepalive (RFC 9293, 3.8.4) says again the octet before the next; its answer is a bare ACK.
void Study::note_keepalive(Table& table, Way way, const Packet& packet) {
    const Entry& entry = table[way.connection];
    StudyState& state = *table.side().find<StudyState>(entry);
    const unsigned mine = index(way.direction);
    const tcp::Segment segment = tcp::read_segment(packet);
    const std::uint32_t octets = segment.end - segment.seq;
    const bool bare = segment.kind == TcpKind::ack && octets <= 1;
    if (bare && segment.seq + 1 == entry.state.tcp.side[mine].end) {
        state.probe = static_cast<std::uint8_t>(mine + 1);
    } else if (bare && octets == 0 && state.probe == 2 - mine) {
        state.probe |= answered;
    } else {
        state.probe = 0;
    }
}

StudyState* Study::begin(Table& table, ConnIndex connection, SpellKind kind, Direction by) {
    Entry& entry = table[connection];
    StudyState* const state = table.side().add<StudyState>(entry);
    if (state == nullptr) return nullptr;
    state->spell = ++spells_;
    state->begun = state->last = table.time().since_epoch;
    state->kind = static_cast<std::uint8_t>(kind);
    if (may_go(kind)) enlist(table, connection);
    keep(table, connection);
    post(table, connection,
         {.what = StudyRecord::What::begun, .by = by, .picked_up = picked_up(entry), .time = table.time()});
    return state;
}

// A packet of the spell.
void Study::count(Table& table, Way way) {
    StudyState& state = *table.side().find<StudyState>(table[way.connection]);
    const Nanoseconds gap = table.time().since_epoch - state.last;
    state.last = table.time().since_epoch;
    if (state.listed) {
        delist(table, way.connection);
        enlist(table, way.connection);
    }
    post(table, way.connection,
         {.what = StudyRecord::What::packet,
          .by = way.direction,
          .time = table.time(),
          .gap = gap,
          .remaining = kept_for(kind_of(state)) - gap});
}

// What the connection does from here on isn't studied, and it lives as any other.
void Study::finish(Table& table, ConnIndex connection, SpellEnd why, std::optional<Time> when) {
    Entry& entry = table[connection];
    if (table.side().find<StudyState>(entry)->listed) delist(table, connection);
    post(table, connection,
         {.what = StudyRecord::What::ended, .end = why, .time = when.value_or(table.time())});
    table.side().remove<StudyState>(entry);
}

void Study::ended(Table& table, ConnIndex connection, End why) {
    const Entry& entry = table[connection];
    const StudyState* const state = table.side().find<StudyState>(entry);
    if (state == nullptr || state->spell == 0) return;
    switch (why) {
        case End::expired: return finish(table, connection, silence(*state), table.time_of(entry.expiry));
        case End::killed: return finish(table, connection, SpellEnd::reopened);
        case End::evicted:
        case End::deleted: return finish(table, connection, SpellEnd::lost);
    }
}

void Study::keep(Table& table, ConnIndex connection) {
    const Entry& entry = table[connection];
    if (!entry.has(status::fixed_timeout))
        table.refresh(connection, kept_for(kind_of(*table.side().find<StudyState>(entry))));
}

void Study::enlist(Table& table, ConnIndex connection) {
    StudyState& state = *table.side().find<StudyState>(table[connection]);
    state.listed = true;
    state.older = newest_;
    state.newer = ConnIndex::none;
    if (newest_ == ConnIndex::none) {
        oldest_ = connection;
    } else {
        table.side().find<StudyState>(table[newest_])->newer = connection;
    }
    newest_ = connection;
}

void Study::delist(Table& table, ConnIndex connection) {
    StudyState& state = *table.side().find<StudyState>(table[connection]);
    const auto at = [&](ConnIndex c) -> StudyState& { return *table.side().find<StudyState>(table[c]); };
    (state.older == ConnIndex::none ? oldest_ : at(state.older).newer) = state.newer;
    (state.newer == ConnIndex::none ? newest_ : at(state.newer).older) = state.older;
    state.listed = false;
}

void Study::post(const Table& table, ConnIndex connection, StudyRecord record) {
    StudyRecord* const place = ring_.next();
    if (place == nullptr) {
        ++lost_;
        return;
    }
    const Entry& entry = table[connection];
    const StudyState& state = *table.side().find<StudyState>(entry);
    *place = record;
    place->kind = kind_of(state);
    place->spell = state.spell;
    place->kept = kept_for(place->kind);
    place->total = record.time.since_epoch - state.begun;
    if (record.what == StudyRecord::What::ended) place->gap = record.time.since_epoch - state.last;
    place->original = entry.tuple(Direction::original);
    ring_.post();
}

}  // namespace gatehouse::track

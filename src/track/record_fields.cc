#include "track/record_fields.h"

namespace gatehouse::track::codec {

namespace {

namespace protocol = wire::protocol;

template <class Codec>
void flow(Codec& codec, Record& record) {
    constexpr std::uint8_t between = 0x80;  // the replies are of the other family
    Tuple& first = record.tuples[0];
    Tuple& back = record.tuples[1];
    auto families = static_cast<std::uint8_t>(first.family);
    if (back.family != first.family) families |= between;
    codec(families);
    codec(first.protocol);
    first.family = static_cast<Family>(families & ~between);
    if (first.family != Family::ipv4 && first.family != Family::ipv6) return codec.refuse();
    const Family other = is_v4(first.family) ? Family::ipv6 : Family::ipv4;
    back.family = (families & between) != 0 ? other : first.family;
    back.protocol = back.family == first.family ? first.protocol : protocol_in(back.family, first.protocol);
    for (Tuple& tuple : record.tuples) {
        for (Address* const address : {&tuple.source, &tuple.destination}) {
            for (unsigned i = 0; i < address_bits(tuple.family) / 32; ++i) codec(address->words[i]);
        }
        codec(tuple.ends.source);
        codec(tuple.ends.destination);
    }
}

template <class Codec>
void tcp(Codec& codec, TcpState& state) {
    for (TcpSide& side : state.side) {
        codec(side.end);
        codec(side.max_end);
        codec(side.max_window);
        codec(side.max_ack);
    }
    codec(state.last_seq);
    codec(state.last_ack);
    codec(state.last_end);
    codec(state.last_window);
    for (std::uint8_t& flags : state.flags) codec(flags);
    for (std::uint8_t& scale : state.scale) codec(scale);
    codec(state.phase);
    codec(state.last_kind);
    codec(state.retransmissions);
    codec(state.last_flags);
    codec(state.last_scale);
    auto bits = static_cast<std::uint8_t>(state.last_direction | unsigned{state.inferred} << 1);
    codec(bits);
    state.last_direction = bits & 1;
    state.inferred = (bits >> 1 & 1) != 0;
    if (state.phase > TcpPhase::syn_sent2 || state.last_kind > TcpKind::none || bits > 3) codec.refuse();
    for (unsigned side = 0; side < 2; ++side) {
        if (state.least_scale(side) > state.most_scale(side) || state.most_scale(side) > 14) codec.refuse();
    }
}

template <class Codec>
void sctp(Codec& codec, SctpState& state) {
    for (std::uint32_t& tag : state.tag) codec(tag);
    codec(state.phase);
    codec(state.heartbeat_failed);
    codec(state.failed_direction);
    for (bool& init : state.init) codec(init);
    if (state.phase >= SctpPhase::count || state.failed_direction > 1) codec.refuse();
}

template <class Codec>
void protocol_state(Codec& codec, Record& record) {
    switch (record.tuples[0].protocol) {
        case protocol::tcp: return codec.field(Tag::tcp, true, [&] { tcp(codec, record.state.tcp); });
        case protocol::sctp:
            record.state.sctp = {};
            return codec.field(Tag::sctp, true, [&] { sctp(codec, record.state.sctp); });
        case protocol::udp: return codec.field(Tag::udp, true, [&] { codec(record.state.udp.stream_after); });
        default: return;
    }
}

template <class Codec>
void side(Codec& codec, Record& record) {
    codec.optional(Tag::labels, record.labels, [&](Labels& labels) {
        for (std::uint32_t& word : labels.words) codec(word);
    });
    codec.optional(Tag::timestamps, record.timestamps, [&](Timestamps& timestamps) {
        codec(timestamps.start);
        codec(timestamps.stop);
    });
    codec.optional(Tag::sequence_adjustment, record.sequence_adjustment, [&](SequenceAdjustment& adjustment) {
        for (auto& one : adjustment.one) {
            codec(one.position);
            codec(one.before);
            codec(one.after);
        }
    });
    codec.optional(Tag::synproxy, record.synproxy, [&](SynproxyState& synproxy) {
        codec(synproxy.initial_sequence);
        codec(synproxy.timestamp_offset);
        codec(synproxy.initial_timestamp);
    });
    codec.optional(Tag::wishes, record.wishes, [&](Wishes& wishes) {
        codec(wishes.events);
        codec(wishes.expectation_events);
        codec(wishes.set);
    });
    codec.optional(Tag::security_mark, record.security_mark, [&](SecurityMark& mark) { codec(mark.value); });
}

template <class Codec>
void all(Codec& codec, Record& record) {
    codec.field(Tag::flow, true, [&] { flow(codec, record); });
    codec.field(Tag::zones, true, [&] {
        for (Zone& zone : record.zones) codec(zone.value);
    });
    codec.field(Tag::status, true, [&] {
        codec(record.status);
        codec(record.mark);
        codec(record.remaining);
    });
    codec.field(Tag::counters, true, [&] {
        for (auto& counters : record.counters) {
            codec(counters.packets);
            codec(counters.bytes);
            if (counters.packets >> 40 != 0 || counters.bytes >> 56 != 0) codec.refuse();
        }
    });
    constexpr std::uint32_t of_a_table = status::confirmed | status::dying | status::is_template;
    if ((record.status & of_a_table) != 0 || record.remaining > 0x7fffffff) codec.refuse();
    protocol_state(codec, record);
    side(codec, record);
}

}  // namespace

bool Get::finished() {
    while (good_ && at_ != end_) {
        if (from_[at_] < static_cast<std::uint8_t>(Tag::may_skip)) return false;
        if (end_ - at_ < 2 || end_ - at_ - 2 < from_[at_ + 1]) return false;
        at_ += 2 + std::size_t{from_[at_ + 1]};
    }
    return good_;
}

void fields(Put& codec, Record& record) { all(codec, record); }
void fields(Get& codec, Record& record) { all(codec, record); }

}  // namespace gatehouse::track::codec

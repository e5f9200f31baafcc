#include "track/synproxy/synproxy.h"

#include "hook/emit.h"
#include "packet/edit.h"
#include "packet/reason.h"
#include "track/sequence_adjustment.h"
#include "track/synproxy/cookie.h"
#include "track/synproxy/options.h"
#include "track/tuple_of.h"
#include "wire/builder.h"
#include "wire/protocol.h"

namespace gatehouse::track::synproxy {

namespace {

using namespace wire::tcp_flag;

Tuple client_tuple(const Packet& packet, const wire::TcpView& segment) {
    return {.source = packet.flat.source,
            .destination = packet.flat.destination,
            .ends = {segment.source(), segment.destination()},
            .family = packet.flat.family,
            .protocol = packet.flat.protocol};
}

// Which way a segment goes that is made because of another.
enum class To : std::uint8_t { onwards, back };

// Nothing when there is no room for it.
Packet* make(const Context& context, To to, wire::Tcp fields, const Options& options) {
    const Packet& because = context.packet;
    const bool v4 = is_v4(because.flat.family);
    const auto segment = wire::TcpView::parse(because.transport());
    const bool on = to == To::onwards;
    fields.source = on ? segment->source() : segment->destination();
    fields.destination = on ? segment->destination() : segment->source();
    fields.options = write_options(options);
    const Address source = on ? because.flat.source : because.flat.destination;
    const Address destination = on ? because.flat.destination : because.flat.source;
    const std::size_t length = (v4 ? 20u : 40u) + wire::TcpView::minimum + fields.options.bytes().size();
    Packet* const packet = context.services.emitter->make(static_cast<std::uint32_t>(length));
    if (packet == nullptr) return nullptr;
    wire::PacketBuilder builder(MutableBytes(packet->data, length));
    if (v4) {
        builder.ipv4(
            {.source = source, .destination = destination, .ttl = default_ttl, .dont_fragment = true});
    } else {
        builder.ipv6({.source = source, .destination = destination, .hop_limit = default_ttl});
    }
    builder.tcp(fields).finish();
    return packet;
}

void emit(const Context& context, Packet* packet) {
    if (packet != nullptr) context.services.emitter->emit(packet, context.packet);
}

void send_syn_ack(const Context& context, const wire::TcpView& syn_segment, const Offer& offer) {
    const Options client = [&] {
        Options all = read_options(syn_segment);
        constexpr std::uint8_t ecn_setup = ece | cwr;
        all.ecn = offer.ecn && (syn_segment.flags() & ecn_setup) == ecn_setup;
        all.sack = all.sack && offer.sack;
        if (!offer.scale) all.scale.reset();
        if (!offer.timestamps) all.timestamps.reset();
        return all;
    }();
    Options ours{.sack = client.sack, .ecn = client.ecn};
    if (client.mss && offer.mss) ours.mss = offer.mss;
    if (client.timestamps) {
        ours.timestamps = hide(client, context.services.now);
        if (client.scale) ours.scale = offer.scale;
    } else {
        // There is nowhere to keep them.
        ours.sack = ours.ecn = false;
    }
    const std::uint16_t mss = client.mss.value_or(0);
    const std::uint32_t cookie =
        make_cookie(context.services.tracking->cookie_key(), client_tuple(context.packet, syn_segment),
                    syn_segment.sequence(), mss, context.services.now);
    emit(context, make(context, To::back,
                       {.sequence = cookie,
                        .acknowledgment = syn_segment.sequence() + 1,
                        .flags = static_cast<std::uint8_t>(syn | ack | (ours.ecn ? ece : 0)),
                        .window = 0},
                       ours));
}

// The client has answered the SYN/ACK: `sequence` is its number behind the SYN. False: that was no cookie of
// ours.
bool open_to_server(const Context& context, const wire::TcpView& segment, std::uint32_t sequence) {
    Tracking& tracking = *context.services.tracking;
    const auto mss = read_cookie(tracking.cookie_key(), client_tuple(context.packet, segment), sequence - 1,
                                 segment.acknowledgment() - 1, context.services.now);
    if (!mss) return false;
    Options options = read_options(segment);
    options.mss = mss;
    if (options.timestamps) reveal(options.timestamps->echo, options);
    // The number that the client knows the server by goes with the SYN, to pass(). It means nothing to the
    // server.
    Packet* const packet = make(context, To::onwards,
                                {.sequence = sequence - 1,
                                 .acknowledgment = segment.acknowledgment() - 1,
                                 .flags = static_cast<std::uint8_t>(syn | (options.ecn ? ece | cwr : 0)),
                                 .window = segment.window()},
                                options);
    if (packet != nullptr) tracking.apply(*packet, {.synproxy = true});
    emit(context, packet);
    return true;
}

// The server's SYN/ACK: both sides are told, and it goes no further.
void join(const Context& context, const Seen& at, const wire::TcpView& segment, SynproxyState& state) {
    Tracking& tracking = *context.services.tracking;
    Options options = read_options(segment);
    const std::uint8_t shift = options.scale.value_or(0);
    if (options.timestamps) state.timestamp_offset = options.timestamps->value - state.initial_timestamp;
    const std::uint32_t offset = state.initial_sequence - segment.sequence();
    set_offset(tracking.table(), at.connection, Direction::reply, static_cast<std::int32_t>(offset));
    Options to_client{.timestamps = options.timestamps}, to_server = to_client;
    if (to_server.timestamps) std::swap(to_server.timestamps->value, to_server.timestamps->echo);
    const TcpState& tcp = at.entry->state.tcp;
    // In the client's numbers, as if it had come from there; confirm() shifts them back.
    emit(context, make(context, To::back,
                       {.sequence = segment.acknowledgment(),
                        .acknowledgment = segment.sequence() + 1 + offset,
                        .flags = ack,
                        .window = static_cast<std::uint16_t>(tcp.side[0].max_window)},
                       to_server));
    Packet* const packet = make(context, To::onwards,
                                {.sequence = segment.sequence() + 1,
                                 .acknowledgment = segment.acknowledgment(),
                                 .flags = ack,
                                 .window = static_cast<std::uint16_t>(segment.window() >> shift)},
                                to_client);
    if (packet != nullptr) Tracking::join(*packet, at.connection, Direction::reply);
    emit(context, packet);
}

// Shifts the timestamp that the server knows by another number than the client.
void shift_timestamps(Packet& packet, Direction direction, std::uint32_t offset) {
    if (offset == 0) return;
    const auto segment = wire::TcpView::parse(packet.transport());
    if (!segment) return;
    auto all = segment->options();
    while (const auto option = all.next()) {
        if (!option->timestamps()) continue;
        const bool reply = direction == Direction::reply;
        const auto at = static_cast<std::uint16_t>(option->offset + (reply ? 2 : 6));
        const std::uint32_t old = load_be32(&packet.transport()[at]);
        edit::set_transport32(packet, at, reply ? old - offset : old + offset);
        return;
    }
}

gatehouse::Verdict take(Context& context, Reason reason) {
    context.finding = {.reason = reason};
    return gatehouse::Verdict::drop;
}

}  // namespace

Answer answer(Context& context, const Offer& offer) {
    const Packet& packet = context.packet;
    const auto segment = wire::TcpView::parse(packet.transport());
    if (!segment || !edit::transport_checksum_ok(packet)) {
        context.finding = {.reason = Reason::synproxy_unreadable};
        return Answer::refused;
    }
    switch (segment->flags() & (syn | ack | fin | rst)) {
        case syn: send_syn_ack(context, *segment, offer); break;
        case ack:
            if (open_to_server(context, *segment, segment->sequence())) break;
            context.finding = {.reason = Reason::synproxy_no_cookie};
            return Answer::refused;
        default: return Answer::none;
    }
    context.finding = {.reason = Reason::synproxy_answered};
    return Answer::taken;
}

gatehouse::Verdict pass(Tracking& tracking, Context& context) {
    const Seen at = tracking.seen(context.packet);
    if (!at.is_connection() || at.entry->side == SideIndex::none ||
        context.packet.flat.protocol != wire::protocol::tcp)
        return gatehouse::Verdict::proceed;
    SynproxyState* const state = tracking.table().side().find<SynproxyState>(*at.entry);
    const auto segment = wire::TcpView::parse(context.packet.transport());
    if (state == nullptr || !segment) return gatehouse::Verdict::proceed;
    const bool original = at.direction == Direction::original;
    const std::uint8_t flags = segment->flags();
    TcpPhase phase = at.entry->state.tcp.phase;
    if (phase == TcpPhase::close) {
        if ((flags & rst) != 0 && !original) {
            // The server refuses: the client knows it by another number.
            set_offset(tracking.table(), at.connection, at.direction,
                       static_cast<std::int32_t>(state->initial_sequence - segment->sequence() + 1));
        } else if ((flags & (syn | ack)) == syn && original) {
            // Opened anew: what was joined is to be joined again.
            set_offset(tracking.table(), at.connection, at.direction, 0);
            state->timestamp_offset = 0;
            phase = TcpPhase::syn_sent;
        }
    }
    if (phase == TcpPhase::syn_sent) {
        if ((flags & (syn | ack)) == ack && original) {
            // A keepalive of a client to whom the server hasn't answered yet; it bears the number before the
            // next.
            return open_to_server(context, *segment, segment->sequence() + 1)
                       ? take(context, Reason::synproxy_answered)
                       : take(context, Reason::synproxy_no_cookie);
        }
        state->initial_sequence = segment->acknowledgment();
        if (const Options options = read_options(*segment); options.timestamps)
            state->initial_timestamp = options.timestamps->echo;
    } else if (phase == TcpPhase::syn_recv && (flags & (syn | ack)) == (syn | ack)) {
        join(context, at, *segment, *state);
        return take(context, Reason::synproxy_answered);
    }
    shift_timestamps(context.packet, at.direction, state->timestamp_offset);
    return gatehouse::Verdict::proceed;
}

}  // namespace gatehouse::track::synproxy

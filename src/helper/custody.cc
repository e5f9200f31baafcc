// Custody: what waits is acknowledged in its receiver's stead, because a sender that has little to say waits
// for that before it says more (Nagle's algorithm, RFC 9293, 3.7.4). From then on nobody else has these
// bytes: they are kept, and sent again, until their receiver has acknowledged them, and no acknowledgment
// below what was promised reaches their sender.
#include <algorithm>

#include "base/sequence.h"
#include "helper/helpers.h"
#include "hook/emit.h"
#include "packet/edit.h"
#include "track/sequence_shift.h"
#include "wire/builder.h"
#include "wire/tcp.h"

namespace gatehouse::helper {

namespace {

constexpr Nanoseconds ask_again = 40 * millisecond;
constexpr std::uint8_t most_times = 5;
constexpr std::uint16_t acknowledgment_at = 8, window_at = 14;

}  // namespace

// A bare acknowledgment of what was promised, to whoever sent `of`, by the way that came: what its receiver
// offered last, less what it hasn't got yet; the timestamps that it would have to send (RFC 7323, 4.3).
void Helpers::acknowledge(Services& services, const Packet& of, const Held& held) {
    const auto segment = wire::TcpView::parse(of.transport());
    constexpr std::uint32_t link = 14, longest = link + 40 + 60;
    if (!segment || services.emitter == nullptr || of.flat.l3 < link || of.in == InterfaceId::none) return;
    const track::Entry& entry = tracking_.table()[held.connection];
    const track::Tuple tuple = entry.tuple(held.direction);
    const auto& tcp = entry.state.tcp;
    const unsigned sender = track::index(held.direction), receiver = 1 - sender;
    const std::uint32_t edge = tcp.side[sender].max_end;
    const std::uint32_t room = after(edge, held.promised) ? edge - held.promised : 0;
    wire::Tcp answer{
        .source = tuple.ends.destination,
        .destination = tuple.ends.source,
        .sequence = segment->acknowledgment(),
        .acknowledgment = held.promised,
        .flags = wire::tcp_flag::ack,
        .window = static_cast<std::uint16_t>(std::min(room >> tcp.most_scale(receiver), 0xffffu))};
    auto options = segment->options();
    while (const auto option = options.next()) {
        if (const auto stamps = option->timestamps()) answer.options.timestamps(stamps->echo, stamps->value);
    }
    Packet* const packet = services.emitter->make(longest);
    if (packet == nullptr) return;
    wire::PacketBuilder builder{MutableBytes(packet->data, longest)};
    builder.ethernet({.destination = Mac::load(of.data + 6), .source = Mac::load(of.data)});
    if (is_v4(tuple.family)) {
        builder.ipv4({.source = tuple.destination, .destination = tuple.source});
    } else {
        builder.ipv6({.source = tuple.destination, .destination = tuple.source});
    }
    packet->length = static_cast<std::uint32_t>(builder.tcp(answer).finish().size());
    services.emitter->emit_frame(packet, of);
}

// Of what waits, as much as a copy can be made of. Not what a local program sends or gets, and nothing before
// all that came earlier has been acknowledged or promised: only what is kept can be sent again.
void Helpers::promise(Services& services, Held& held) {
    const track::Entry& entry = tracking_.table()[held.connection];
    const auto& stream = *tracking_.table().side().find<track::HelperStream>(entry);
    const auto& one = stream.one[track::index(held.direction)];
    held.promise_at = services.now + ask_again;
    const HeldSegment* const first = held.first_waiting();
    std::uint32_t upto = acknowledged(entry, held.direction);
    if (held.promises && after(held.promised, upto)) upto = held.promised;
    if (keeper_ == nullptr || before(upto, first->begin) || streams_.unjudged(one) == one.next) return;
    const std::uint32_t before_this = upto;
    for (HeldSegment& segment : held.all()) {
        if (segment.sent || segment.fin || after(segment.begin, upto)) continue;
        if (!segment.own && !keeper_->make_own(segment.token)) break;
        segment.own = true;
        if (after(segment.end, upto)) upto = segment.end;
    }
    const Packet* const packet = keeper_->held_packet(first->token);
    if (packet == nullptr || upto == before_this) return;
    held.promises = true;
    held.promised = upto;
    ++statistics_.promised;
    acknowledge(services, *packet, held);
}

// What went, and was promised, and isn't acknowledged by its receiver.
void Helpers::send_again(const Services& services, Held& held) {
    if (held.count == 0 || !held.all().front().sent || services.now < held.send_again_at) return;
    ++held.times;
    const bool over = held.times > most_times;
    statistics_.lost += over ? 1 : 0;
    for (const HeldSegment& segment : held.all()) {
        if (!segment.sent) continue;
        holding_.move({.what = over ? Move::What::forget : Move::What::send, .token = segment.token});
        statistics_.sent_again += over ? 0 : 1;
    }
    if (over) {
        held.remove_if([](const HeldSegment& segment) { return segment.sent; });
        held.times = 0;
    }
    held.send_again_at = services.now + (second << held.times);
}

// The other side acknowledges what was rewritten for it, or promised on its behalf.
void Helpers::note_acknowledged(Context& context, const track::Seen& seen, std::uint32_t acknowledgment) {
    auto* const stream = tracking_.table().side().find<track::HelperStream>(*seen.entry);
    if (stream == nullptr) return;
    const auto other = track::index(track::opposite(seen.direction));
    auto& one = stream->one[other];
    const auto shifts = track::sequence_shift::shifts_of(tracking_.table().side(), *seen.entry, other);
    const std::int32_t by = shifts ? shifts->of_seen(acknowledgment) : 0;
    const std::uint32_t upto = acknowledgment - static_cast<std::uint32_t>(by);
    streams_.acknowledged(one, upto);
    Held* const held = holding_.find(one);
    if (held == nullptr) return;
    const auto is_done = [&](const HeldSegment& segment) {
        return segment.sent && !after(segment.end, upto);
    };
    for (const HeldSegment& segment : held->all()) {
        if (is_done(segment)) holding_.move({.what = Move::What::forget, .token = segment.token});
    }
    held->remove_if(is_done);
    if (held->count == 0 || !held->all().front().sent) held->times = 0;
    if (held->promises && before(upto, held->promised)) {
        raise(context.packet, seen, held->promised, held->promised - upto);
    } else {
        held->promises = false;
    }
    holding_.close_if_empty(one);
}

// Lets the segment acknowledge what was promised to the sender: `more` than it does. What its receiver offers
// ends where it ended.
void Helpers::raise(Packet& packet, const track::Seen& seen, std::uint32_t promised, std::uint32_t more) {
    const unsigned own = track::index(seen.direction);
    const auto shifts = track::sequence_shift::shifts_of(tracking_.table().side(), *seen.entry, 1 - own);
    std::uint32_t number = promised;
    if (shifts) {
        // The least that comes to that. Inside of what has become shorter many of the sender's numbers are
        // one.
        const auto as_sent = [&](std::uint32_t seen_number) {
            return seen_number - static_cast<std::uint32_t>(shifts->of_seen(seen_number));
        };
        number += static_cast<std::uint32_t>(shifts->of_sent(promised));
        while (!before(as_sent(number - 1), promised)) --number;
    }
    edit::set_transport32(packet, acknowledgment_at, number);
    const std::uint32_t window = load_be16(packet.l4() + window_at);
    const unsigned scale = seen.entry->state.tcp.least_scale(own);
    const std::uint32_t less = (more + (1u << scale) - 1) >> scale;
    edit::set_transport16(packet, window_at, static_cast<std::uint16_t>(window > less ? window - less : 0));
    ++statistics_.raised;
}

}  // namespace gatehouse::helper

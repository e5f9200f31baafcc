// Segments of translated streams, whose bytes may have to be rewritten: which go on at once, and as what;
// which wait, and what becomes of those.
#include <algorithm>
#include <fmt/format.h>
#include <string>

#include "base/sequence.h"
#include "helper/helpers.h"
#include "helper/stream_state.h"
#include "packet/edit.h"
#include "packet/reason.h"
#include "track/sequence_shift.h"
#include "wire/tcp.h"

namespace gatehouse::helper {

namespace {

namespace flag = wire::tcp_flag;

// How long a segment may wait, and until it is acknowledged in its receiver's stead; a little longer, for
// whoever keeps it.
constexpr Nanoseconds patience = 3 * second, until_promise = 40 * millisecond, at_most = 4 * second;
constexpr Nanoseconds first_again = second;
constexpr std::uint16_t sequence_at = 4;

std::string printable(Bytes bytes) {
    constexpr std::size_t most = 40;
    std::string text;
    for (const std::uint8_t byte : bytes.first(std::min(bytes.size(), most)))
        text += byte >= 0x20 && byte < 0x7f && byte != '"' ? static_cast<char>(byte) : '.';
    return text;
}

std::string_view what_sender_did(const Held& held) {
    if (held.sent_again) return "its sender sent it again, and nothing more";
    if (held.went_on) return "its sender went on without an end";
    return "its sender sent nothing more";
}

// Cuts what stands from `end` on off the segment.
bool cut(Packet& packet, const wire::TcpView& segment, std::uint32_t end) {
    const auto size = static_cast<std::uint32_t>(segment.payload().size());
    const std::uint32_t kept = end - segment.sequence();
    if (!edit::replace_payload(packet, kept, size - kept, {})) return false;
    constexpr std::uint16_t flags_at = 12;
    const std::uint16_t flags = load_be16(packet.l4() + flags_at);
    if ((flags & flag::fin) != 0)
        edit::set_transport16(packet, flags_at, static_cast<std::uint16_t>(flags & ~unsigned{flag::fin}));
    return true;
}

}  // namespace

void Helpers::log_partial(const Services& services, const track::Entry& entry, track::Direction direction,
                          std::string_view did, Bytes text) {
    ++statistics_.partial;
    if (services.log == nullptr) return;
    const track::Tuple tuple = entry.tuple(direction);
    const Helper* const helper = helper_of(entry);
    constexpr int log_warning = 4;
    services.log->log(services.now, log_warning,
                      fmt::format("helper {}: partial match \"{}\" from {}:{} to {}:{}: {}",
                                  helper == nullptr ? "" : helper->name, printable(text),
                                  to_string(tuple.source, tuple.family), tuple.ends.source,
                                  to_string(tuple.destination, tuple.family), tuple.ends.destination, did));
}

// What isn't judged will never be: it goes as it is, and so does the rest of it.
void Helpers::pass_unjudged(track::HelperStream::One& one, const Helper& helper) {
    if (streams_.unjudged(one) != one.next)
        one.state |= helper.grain == Grain::lines ? stream_state::skipping : stream_state::given_up;
    streams_.release(one);
}

// Of those that wait, the ones that may: what they carry ends before `clear`. `at_hand`, where the packet at
// hand begins, goes with them; nothing if it goes by itself or waits.
void Helpers::release(const Services& services, track::HelperStream::One& one, std::uint32_t clear,
                      std::optional<std::uint32_t> at_hand) {
    Held* const held = holding_.find(one);
    const auto goes = [&](const HeldSegment& segment) { return !segment.sent && !after(segment.end, clear); };
    if (held == nullptr || std::ranges::none_of(held->all(), goes)) return;
    for (HeldSegment& segment : held->all()) {
        if (!goes(segment) || segment.token == Token::none) continue;
        if (at_hand && before(*at_hand, segment.begin)) {
            holding_.move({.what = Move::What::go});
            at_hand.reset();
        }
        Packet* const packet = keeper_ == nullptr ? nullptr : keeper_->held_packet(segment.token);
        segment.sent = true;
        if (packet == nullptr) {
            segment.own = false;
        } else if (!trim_acknowledged(*packet, tracking_.table()[held->connection], held->direction) ||
                   !rewrite_segment(*packet, streams_.rewrites(one))) {
            segment.own = false;
            holding_.move({.what = Move::What::discard,
                           .token = segment.token,
                           .why = {.reason = Reason::edit_out_of_room, .numbers = {packet->length}}});
        } else {
            ++statistics_.released;
            if (segment.own && held->times == 0) held->send_again_at = services.now + first_again;
            holding_.move({.what = segment.own ? Move::What::send : Move::What::go, .token = segment.token});
        }
    }
    if (at_hand) holding_.move({.what = Move::What::go});
    held->remove_if([](const HeldSegment& segment) { return segment.sent && !segment.own; });
    held->sent_again = held->went_on = false;
    set_promise(services, *held);
    holding_.close_if_empty(one);
}

// When what waits now may be acknowledged.
void Helpers::set_promise(const Services& services, Held& held) {
    const HeldSegment* const first = held.first_waiting();
    if (first != nullptr) held.promise_at = std::max(first->since + until_promise, services.now);
    note_due(held);
}

// When something is to be done about these.
void Helpers::note_due(const Held& held) {
    if (held.count > 0 && held.all().front().sent) due_ = std::min(due_, held.send_again_at);
    const HeldSegment* const first = held.first_waiting();
    if (first == nullptr) return;
    due_ = std::min(due_, first->since + patience);
    if (settings_.custody && held.passes_on) due_ = std::min(due_, held.promise_at);
}

// All that waits ends here.
void Helpers::discard(track::HelperStream::One& one, Reason why, std::uint64_t& count) {
    Held* const held = holding_.find(one);
    if (held == nullptr) return;
    for (const HeldSegment& segment : held->all()) {
        if (segment.sent) continue;
        ++count;
        holding_.move({.what = Move::What::discard,
                       .token = segment.token,
                       .why = {.reason = why, .numbers = {segment.end - segment.begin}}});
    }
    held->remove_if([](const HeldSegment& segment) { return !segment.sent; });
    holding_.close_if_empty(one);
}

void Helpers::stop_holding(track::HelperStream::One& one) {
    Held* const held = holding_.find(one);
    if (held == nullptr) return;
    discard(one, Reason::helper_ended, statistics_.discarded);
    if (one.held == 0) return;
    for (const HeldSegment& segment : held->all())
        holding_.move({.what = Move::What::forget, .token = segment.token});
    holding_.close(one);
}

// What the packet at hand has released goes before it, or after it, as they stand in the stream.
Verdict Helpers::in_turn(Context& context, Verdict verdict) {
    if (!holding_.any_moves() || verdict == Verdict::suspend) return verdict;
    if (verdict == Verdict::drop) {
        holding_.move({.what = Move::What::discard, .why = context.finding});
    } else if (!holding_.moves_packet_at_hand()) {
        holding_.move({.what = Move::What::go});
    }
    context.suspension = {.why = WaitFor::helper, .patience = at_most};
    return Verdict::suspend;
}

// Of what its receiver has acknowledged it isn't known any more how it was written: that part doesn't go.
// Where nothing is left, a byte from before that asks the receiver for its acknowledgment (as RFC
// 9293, 3.8.4, has it).
bool Helpers::trim_acknowledged(Packet& packet, const track::Entry& entry, track::Direction direction) const {
    if (!entry.has(track::status::sequence_adjusted)) return true;
    const auto segment = wire::TcpView::parse(packet.transport());
    const auto size = static_cast<std::uint32_t>(segment->payload().size());
    const std::uint32_t begin = segment->sequence(), end = begin + size;
    const std::uint32_t known = acknowledged(entry, direction);
    if (size == 0 || !before(begin, known)) return true;
    const bool fin = (segment->flags() & flag::fin) != 0;
    const bool nothing_new = !after(end + (fin ? 1 : 0), known);
    std::uint32_t number = known;
    if (nothing_new) {
        const auto shifts =
            track::sequence_shift::shifts_of(tracking_.table().side(), entry, track::index(direction));
        const auto as_seen = [&](std::uint32_t n) {
            return n + static_cast<std::uint32_t>(shifts->of_sent(n));
        };
        const std::uint32_t expected = as_seen(known);
        do number -= as_seen(number) - expected + 1;
        while (!before(as_seen(number), expected));
    }
    if (!edit::replace_payload(packet, 0, nothing_new ? size - 1 : std::min(known - begin, size), {}))
        return false;
    edit::set_transport32(packet, sequence_at, number);
    return true;
}

// Rewrites the segment at hand, and lets it go in its turn.
Verdict Helpers::pass_rewritten(Context& context, const track::Seen& seen, track::HelperStream::One& one,
                                std::uint32_t clear) {
    Packet& packet = context.packet;
    const bool trimmed = trim_acknowledged(packet, *seen.entry, seen.direction);
    const auto segment = wire::TcpView::parse(packet.transport());
    const std::uint32_t begin = segment->sequence();
    const std::span<const Rewrite> rewrites = streams_.rewrites(one);
    if (findings_.rewrites.empty() && !rewrites.empty() && before(begin, rewrites.back().end()) &&
        !segment->payload().empty())
        ++statistics_.resent;
    Verdict verdict = Verdict::proceed;
    if (!trimmed || !rewrite_segment(packet, rewrites)) {
        context.finding = {.reason = Reason::edit_out_of_room, .numbers = {packet.length}};
        verdict = Verdict::drop;
    }
    release(context.services, one, clear, verdict == Verdict::proceed ? std::optional(begin) : std::nullopt);
    return in_turn(context, verdict);
}

// Keeps the segment at hand.
Verdict Helpers::keep(Context& context, const track::Seen& seen, track::HelperStream::One& one,
                      const HeldSegment& segment) {
    Held* const held = holding_.open(one, seen.connection, seen.direction);
    const std::uint32_t size = segment.end - segment.begin;
    if (held == nullptr || !held->room_for(size)) {
        ++statistics_.refused_room;
        context.finding = {.reason = Reason::helper_no_room,
                           .numbers = {size, held == nullptr ? holding_.directions() : held->bytes}};
        holding_.close_if_empty(one);
        return in_turn(context, Verdict::drop);
    }
    ++statistics_.held;
    held->went_on |= held->first_waiting() != nullptr;
    held->passes_on = context.hook == Hook::postrouting && context.in != InterfaceId::none &&
                      context.packet.flat.family == seen.entry->tuple(seen.direction).family;
    held->add(segment);
    set_promise(context.services, *held);
    context.suspension = {.why = WaitFor::helper, .patience = at_most};
    return Verdict::suspend;
}

// A segment of a translated stream, when what has come is judged.
Verdict Helpers::pass(Context& context, const track::Seen& seen, const Helper& helper,
                      track::HelperStream::One& one) {
    Packet& packet = context.packet;
    const auto segment = wire::TcpView::parse(packet.transport());
    const bool fin = (segment->flags() & flag::fin) != 0;
    const std::uint32_t begin = segment->sequence();
    const std::uint32_t end = begin + static_cast<std::uint32_t>(segment->payload().size());
    const bool reads = (one.state & stream_state::given_up) == 0 && Streams::is_known(one);
    if (reads && fin && end == one.next && streams_.unjudged(one) != one.next) {
        log_partial(context.services, *seen.entry, seen.direction, "its sender closed its side",
                    streams_.waiting(one));
        pass_unjudged(one, helper);
    }
    constexpr std::uint32_t everything = 1u << 30;
    const std::uint32_t clear = reads ? streams_.unjudged(one) : end + everything;
    if (!after(end, clear)) return pass_rewritten(context, seen, one, clear);
    release(context.services, one, clear, {});
    Held* const held = holding_.find(one);
    if (held == nullptr || !held->covers(after(clear, begin) ? clear : begin, end, fin))
        return keep(context, seen, one,
                    {.begin = begin, .end = end, .since = context.services.now, .fin = fin});
    ++statistics_.repeated;
    held->sent_again = true;
    if (held->promises) acknowledge(context.services, packet, *held);
    if (after(clear, begin) && cut(packet, *segment, clear)) return pass_rewritten(context, seen, one, clear);
    context.finding = {.reason = Reason::helper_waits, .numbers = {end - begin}};
    return in_turn(context, Verdict::drop);
}

// Nothing follows. What waits goes before the reset that its own side sent; nobody wants it when the other
// side did.
Verdict Helpers::pass_reset(Context& context, const track::Seen& seen, const Helper& helper) {
    auto* const stream = tracking_.table().side().find<track::HelperStream>(*seen.entry);
    if (stream == nullptr) return Verdict::proceed;
    auto& own = stream->one[track::index(seen.direction)];
    if (holding_.find(own) != nullptr) {
        if (streams_.unjudged(own) != own.next)
            log_partial(context.services, *seen.entry, seen.direction, "its sender reset the connection",
                        streams_.waiting(own));
        pass_unjudged(own, helper);
        release(context.services, own, own.next, {});
    }
    for (auto& one : stream->one) stop_holding(one);
    return in_turn(context, Verdict::proceed);
}

// What waited too long: a command's beginning goes as it is, or not at all; what is behind a hole will come
// again.
void Helpers::give_up(const Services& services, Held& held) {
    track::Entry& entry = tracking_.table()[held.connection];
    auto& one = tracking_.table().side().find<track::HelperStream>(entry)->one[track::index(held.direction)];
    const Helper* const helper = helper_of(entry);
    const bool command = streams_.unjudged(one) != one.next;
    if (command) {
        log_partial(services, entry, held.direction, what_sender_did(held), streams_.waiting(one));
        if (settings_.on_giveup == OnGiveUp::release && helper != nullptr) {
            pass_unjudged(one, *helper);
            release(services, one, one.next, {});
        }
    }
    streams_.rewind(one);
    discard(one, Reason::helper_gave_up, statistics_.gave_up);
}

void Helpers::advance(Services& services) {
    due_ = never;
    holding_.each([&](Held& held) {
        send_again(services, held);
        const HeldSegment* const first = held.first_waiting();
        if (first != nullptr && services.now - first->since >= patience) return give_up(services, held);
        if (first != nullptr && settings_.custody && held.passes_on && services.now >= held.promise_at)
            promise(services, held);
    });
    holding_.each([&](const Held& held) { note_due(held); });
}

}  // namespace gatehouse::helper

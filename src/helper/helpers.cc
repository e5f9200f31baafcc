#include "helper/helpers.h"

#include <algorithm>

#include "base/sequence.h"
#include "helper/stream_state.h"
#include "packet/reason.h"
#include "track/helper_name.h"
#include "track/sequence_shift.h"
#include "wire/protocol.h"
#include "wire/tcp.h"
#include "wire/udp.h"

namespace gatehouse::helper {

namespace {

namespace protocol = wire::protocol;

constexpr std::uint32_t stream_buffers = 256;

using namespace stream_state;

constexpr std::uint16_t first_unprivileged = 1024;

}  // namespace

Helpers::Helpers(track::Tracking& tracking, const Settings& settings)
    : tracking_(tracking), settings_(settings), streams_(stream_buffers), holding_(stream_buffers) {
    for (const auto& name : track::all_helper_names()) by_place_.push_back(find_helper(name.name));
    tracking_.set_helper_keeper(this);
}

void Helpers::leaving(const track::Entry& entry) {
    if (const Helper* const helper = helper_of(entry); helper != nullptr && helper->leaving != nullptr)
        helper->leaving(tracking_, entry);
    auto* const stream = tracking_.table().side().find<track::HelperStream>(entry);
    if (stream == nullptr) return;
    for (auto& one : stream->one) {
        stop_holding(one);
        streams_.forget(one);
    }
}

const Helper* Helpers::helper_of(const track::Entry& entry) const {
    if (entry.side == track::SideIndex::none) [[likely]]
        return nullptr;
    const auto* const state = tracking_.table().side().find<track::HelperState>(entry);
    // One that was added later than this was made isn't its.
    return state == nullptr || state->helper >= by_place_.size() ? nullptr : by_place_[state->helper];
}

Verdict Helpers::inspect(Context& context) {
    const track::Seen seen = tracking_.seen(context.packet);
    if (seen.entry == nullptr) return Verdict::proceed;
    const Helper* const helper = helper_of(*seen.entry);
    // ICMP errors about the connection aren't of its protocol.
    const bool foreign =
        context.packet.flat.protocol != seen.entry->protocol || seen.entry->between_families();
    if (helper == nullptr || foreign) return Verdict::proceed;
    findings_.clear();
    return inspect_payload(context, seen, *helper);
}

Verdict Helpers::inspect_payload(Context& context, const track::Seen& seen, const Helper& helper) {
    const Bytes transport = context.packet.transport();
    if (seen.entry->protocol == protocol::udp) {
        const auto view = wire::UdpView::parse(transport);
        if (!view || view->payload().empty()) return Verdict::proceed;
        return inspect_alone(context, seen, helper, view->payload(), 0);
    }
    const auto view = wire::TcpView::parse(transport);
    if (!view) return Verdict::proceed;
    const bool opens = (view->flags() & wire::tcp_flag::syn) != 0;
    const std::uint32_t sequence = view->sequence() + (opens ? 1 : 0);
    if (settings_.mode == Mode::drop || helper.grain == Grain::datagrams) {
        if (seen.info != track::Info::established || view->payload().empty()) return Verdict::proceed;
        return inspect_alone(context, seen, helper, view->payload(), view->sequence());
    }
    const bool translated = translator_ != nullptr && is_translated(*seen.entry);
    if (opens) {
        auto* const stream = tracking_.table().side().add<track::HelperStream>(*seen.entry);
        if (stream == nullptr) return Verdict::proceed;
        // Data in a SYN may not be taken: it passes unread where it might have to be rewritten.
        const std::size_t unread = translated ? view->payload().size() : 0;
        Streams::begin(stream->one[track::index(seen.direction)],
                       sequence + static_cast<std::uint32_t>(unread));
        if (translated) return Verdict::proceed;
    }
    if (translated && (view->flags() & wire::tcp_flag::rst) != 0) return pass_reset(context, seen, helper);
    if ((view->flags() & wire::tcp_flag::ack) != 0) note_acknowledged(context, seen, view->acknowledgment());
    const bool says = !view->payload().empty() || (translated && (view->flags() & wire::tcp_flag::fin) != 0);
    return says ? inspect_stream(context, seen, helper, view->payload(), sequence) : Verdict::proceed;
}

Verdict Helpers::inspect_alone(Context& context, const track::Seen& seen, const Helper& helper, Bytes payload,
                               std::uint32_t sequence) {
    Subject subject(tracking_, settings_, seen, context);
    findings_.alone = true;
    for (std::size_t at = 0; at < payload.size();) {
        findings_.base = static_cast<std::uint32_t>(at);
        const Inspection inspection = helper.inspect({.bytes = payload.subspan(at),
                                                      .alone = true,
                                                      .sequence = sequence + static_cast<std::uint32_t>(at)},
                                                     subject, findings_);
        if (inspection.next == Inspection::Next::refuse) {
            context.finding = inspection.why;
            return Verdict::drop;
        }
        if (inspection.next != Inspection::Next::done || inspection.taken == 0) break;
        at += inspection.taken;
    }
    return apply(context, seen, helper);
}

Verdict Helpers::inspect_stream(Context& context, const track::Seen& seen, const Helper& helper,
                                Bytes payload, std::uint32_t sequence) {
    auto* const stream = tracking_.table().side().add<track::HelperStream>(*seen.entry);
    if (stream == nullptr) return Verdict::proceed;
    auto& one = stream->one[track::index(seen.direction)];
    const bool translated = translator_ != nullptr && is_translated(*seen.entry);
    if ((one.state & given_up) == 0 && !payload.empty()) {
        const auto size = static_cast<std::uint32_t>(payload.size());
        statistics_.midway += Streams::is_known(one) ? 0 : 1;
        const Streams::Ready ready = streams_.take(one, sequence, payload, translated);
        if (ready.refused) {
            ++statistics_.refused_room;
            context.finding = {.reason = Reason::helper_no_room, .numbers = {size, Streams::buffer_bytes}};
            return in_turn(context, Verdict::drop);
        }
        if (!ready.bytes.empty()) {
            const Verdict verdict = judge(context, seen, helper, one, ready, sequence + size);
            if (verdict != Verdict::proceed) return in_turn(context, verdict);
        }
    }
    return translated ? pass(context, seen, helper, one) : Verdict::proceed;
}

// What has come to be read; what the helper leaves unjudged waits for more.
Verdict Helpers::judge(Context& context, const track::Seen& seen, const Helper& helper,
                       track::HelperStream::One& one, const Streams::Ready& ready,
                       std::uint32_t segment_end) {
    findings_.sequence = ready.sequence;
    Subject subject(tracking_, settings_, seen, context);
    const Read read = read_stream(helper, subject, ready, one);
    Verdict verdict = Verdict::proceed;
    if (read.next == Inspection::Next::refuse) {
        context.finding = read.why;
        verdict = Verdict::drop;
    } else {
        verdict = apply(context, seen, helper);
        if (verdict == Verdict::proceed) verdict = keep_rewrites(context, seen, one);
    }
    if (verdict != Verdict::proceed) {
        streams_.undo(one, ready, segment_end);
        return verdict;
    }
    constexpr std::uint8_t ours = skipping | given_up | passing;
    one.state = static_cast<std::uint8_t>((one.state & ~ours) | (read.state & ours));
    one.resume = read.resume;
    if (!read.too_long.empty() && translator_ != nullptr && is_translated(*seen.entry))
        log_partial(context.services, *seen.entry, seen.direction, "it is too long", read.too_long);
    streams_.judged(one, ready, read.judged);
    if ((one.state & given_up) != 0) streams_.release(one);
    return verdict;
}

// Leads the helper over all that is ready. What it leaves unjudged at the end waits for more.
Helpers::Read Helpers::read_stream(const Helper& helper, Subject& subject, const Streams::Ready& ready,
                                   const Streams::One& one) {
    using enum Inspection::Next;
    const Bytes bytes = ready.bytes;
    Read read{.state = one.state, .resume = one.resume};
    std::uint8_t& state = read.state;
    const auto drop_state = [&](std::uint8_t bits) { state &= static_cast<std::uint8_t>(~bits); };
    if (ready.gap && helper.grain == Grain::lines) state |= skipping;
    std::size_t& at = read.judged;
    while (at < bytes.size()) {
        const std::uint32_t sequence = ready.sequence + static_cast<std::uint32_t>(at);
        if ((state & passing) != 0) {
            if (before(sequence, read.resume))
                at += std::min<std::size_t>(read.resume - sequence, bytes.size() - at);
            if (at == bytes.size()) return read;
            drop_state(passing);
            continue;
        }
        if ((state & skipping) != 0) {
            const auto end = std::find(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end(), '\n');
            at = static_cast<std::size_t>(end - bytes.begin());
            if (at == bytes.size()) return read;
            ++at;
            drop_state(skipping);
            continue;
        }
        findings_.base = static_cast<std::uint32_t>(at);
        const std::size_t known = findings_.expectations.size() + findings_.mentions.size();
        const Inspection inspection = helper.inspect(
            {.bytes = bytes.subspan(at), .alone = false, .sequence = sequence}, subject, findings_);
        const std::size_t taken = std::min(inspection.taken, bytes.size() - at);
        at += taken;
        if (listener_ != nullptr) [[unlikely]] {
            const bool announces = findings_.expectations.size() + findings_.mentions.size() > known;
            const auto place = [&](std::size_t n) { return ready.sequence + static_cast<std::uint32_t>(n); };
            if (taken > 0) listener_->read(subject, sequence, place(at), announces);
            if (inspection.next == more) listener_->waits(subject, place(at), place(bytes.size()));
        }
        switch (inspection.next) {
            case done:
                if (inspection.taken == 0) at = bytes.size();
                if (inspection.pass_over != 0) {
                    state |= passing;
                    read.resume = sequence + static_cast<std::uint32_t>(taken) + inspection.pass_over;
                }
                break;
            case more:
                if (bytes.size() - at <= helper.longest) return read;
                ++statistics_.passed_over;
                read.too_long = bytes.subspan(at);
                if (helper.grain != Grain::lines) {
                    at = bytes.size();
                    return read;
                }
                state |= skipping;
                break;
            case skip_line: state |= skipping; break;
            case give_up:
                ++statistics_.given_up;
                state |= given_up;
                at = bytes.size();
                return read;
            case refuse: return {.next = refuse, .why = inspection.why};
        }
    }
    return read;
}

// Whether it may be made at all: it leads to whoever announced it, and to no service of the system's.
bool Helpers::allowed(const Wanted& wanted, const track::Entry& master) {
    const track::Tuple announcer = master.tuple(wanted.direction);
    const track::Tuple& first = wanted.expectation.tuple;
    // Where addresses are translated, by either that it has.
    const Address& outside = master.tuple(track::opposite(wanted.direction)).destination;
    if (!settings_.third_party && !wanted.third_party && first.destination != outside &&
        first.destination != announcer.source) {
        ++statistics_.third_party;
        return false;
    }
    const bool has_ports = first.protocol == protocol::tcp || first.protocol == protocol::udp;
    if (!settings_.privileged && has_ports && wanted.announced.port < first_unprivileged &&
        wanted.announced.port != announcer.ends.source) {
        ++statistics_.privileged;
        return false;
    }
    return true;
}

// They stay known until they are acknowledged, and shift what follows them.
Verdict Helpers::keep_rewrites(Context& context, const track::Seen& seen, track::HelperStream::One& one) {
    const std::span<const Rewrite> rewrites(findings_.rewrites.begin(), findings_.rewrites.size());
    if (rewrites.empty()) return Verdict::proceed;
    auto& side = tracking_.table().side();
    auto* const adjustment = side.add<track::SequenceAdjustment>(*seen.entry);
    const bool many =
        streams_.rewrites(one).size() + rewrites.size() > std::size(track::SequenceAdjustment::One{}.earlier);
    auto* const history = many ? side.add<track::SequenceHistory>(*seen.entry) : nullptr;
    if (adjustment == nullptr || (many && history == nullptr) || !streams_.remember(one, rewrites)) {
        context.finding = {.reason = Reason::nat_no_room, .numbers = {tracking_.table().side().used()}};
        return Verdict::drop;
    }
    const auto own = track::index(seen.direction);
    for (const Rewrite& rewrite : rewrites) {
        const auto oldest =
            track::sequence_shift::note(adjustment->one[own], rewrite.end() - 1,
                                        std::int32_t{rewrite.size} - std::int32_t{rewrite.length});
        if (oldest && history != nullptr)
            track::sequence_shift::remember(history->one[own], *oldest,
                                            acknowledged(*seen.entry, seen.direction));
    }
    seen.entry->status |= track::status::sequence_adjusted;
    return Verdict::proceed;
}

Verdict Helpers::apply(Context& context, const track::Seen& seen, const Helper& helper) {
    if (findings_.lifetime) tracking_.set_lifetime(seen.connection, *findings_.lifetime);
    if (!findings_.any()) return Verdict::proceed;
    if (findings_.lost()) {
        context.finding = {.reason = Reason::mentions_lost,
                           .numbers = {static_cast<std::uint32_t>(Findings::most_mentions)}};
        return Verdict::drop;
    }
    for (Wanted& wanted : findings_.expectations) wanted.allowed = allowed(wanted, *seen.entry);
    if (translator_ != nullptr && is_translated(*seen.entry)) {
        const Verdict verdict = translator_->translate(context, seen, findings_, helper);
        if (verdict != Verdict::proceed) return verdict;
    }
    return enter(context, seen, helper);
}

// Whether just this is expected already, by whomever.
bool Helpers::stands(const track::Expectation& wanted, track::Zone zone) const {
    const auto found = tracking_.expectations().find(wanted.tuple, zone);
    if (found == track::ExpectationIndex::none) return false;
    const track::Expectation& there = tracking_.expectations()[found];
    return there.tuple == wanted.tuple && there.source_mask == wanted.source_mask &&
           there.source_end_mask == wanted.source_end_mask;
}

Verdict Helpers::enter(Context& context, const track::Seen& seen, const Helper& helper) {
    for (const Wanted& wanted : findings_.expectations) {
        if (!wanted.allowed) continue;
        track::ExpectationPolicy policy = helper.policies[wanted.expectation.of_class];
        if (wanted.seconds) policy.seconds = *wanted.seconds;
        const auto entered = tracking_.expectations().enter(seen.connection, wanted.expectation, policy);
        using Entered = track::Expectations::Entered;
        if (entered == Entered::yes) {
            ++statistics_.expected;
            if (wanted.given != nullptr)
                *wanted.given = {wanted.announced.port, wanted.expectation.tuple.ends.destination};
            continue;
        }
        if (wanted.shared && stands(wanted.expectation, zone_of(*seen.entry))) continue;
        ++statistics_.refused;
        if (wanted.optional) continue;
        context.finding = {.reason = Reason::expectation_refused,
                           .numbers = {wanted.announced.port, static_cast<std::uint32_t>(entered)}};
        return Verdict::drop;
    }
    return Verdict::proceed;
}

}  // namespace gatehouse::helper

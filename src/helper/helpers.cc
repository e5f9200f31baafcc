#include "helper/helpers.h"

#include <algorithm>

#include "base/sequence.h"
#include "packet/reason.h"
#include "track/helper_name.h"
#include "wire/protocol.h"
#include "wire/tcp.h"
#include "wire/udp.h"

namespace gatehouse::helper {

namespace {

namespace protocol = wire::protocol;

constexpr std::uint32_t stream_buffers = 256;

// Bits of HelperStream::One::state beside Streams' own.
constexpr std::uint8_t skipping = 16;  // up to the end of the line
constexpr std::uint8_t given_up = 32;
constexpr std::uint8_t passing = 64;  // over what stands before One::resume

constexpr std::uint16_t first_unprivileged = 1024;

}  // namespace

Helpers::Helpers(track::Tracking& tracking, const Settings& settings)
    : tracking_(tracking), settings_(settings), streams_(stream_buffers) {
    for (const auto& name : track::all_helper_names()) by_place_.push_back(find_helper(name.name));
    tracking_.set_helper_keeper(this);
}

void Helpers::leaving(const track::Entry& entry) {
    if (const Helper* const helper = helper_of(entry); helper != nullptr && helper->leaving != nullptr)
        helper->leaving(tracking_, entry);
    auto* const stream = tracking_.table().side().find<track::HelperStream>(entry);
    if (stream == nullptr) return;
    for (auto& one : stream->one) streams_.release(one);
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
    if (opens) {
        auto* const stream = tracking_.table().side().add<track::HelperStream>(*seen.entry);
        if (stream != nullptr) Streams::begin(stream->one[track::index(seen.direction)], sequence);
    }
    if (view->payload().empty()) return Verdict::proceed;
    return inspect_stream(context, seen, helper, view->payload(), sequence);
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
    if ((one.state & given_up) != 0) return Verdict::proceed;
    const Streams::Ready ready = streams_.take(one, sequence, payload);
    if (ready.bytes.empty()) return Verdict::proceed;
    findings_.sequence = ready.sequence;
    Subject subject(tracking_, settings_, seen, context);
    const Read read = read_stream(helper, subject, ready, one);
    Verdict verdict = Verdict::proceed;
    if (read.next == Inspection::Next::refuse) {
        context.finding = read.why;
        verdict = Verdict::drop;
    } else {
        verdict = apply(context, seen, helper);
    }
    if (verdict != Verdict::proceed) {
        streams_.undo(one, ready, sequence + static_cast<std::uint32_t>(payload.size()));
        return verdict;
    }
    one.state = read.state;
    one.resume = read.resume;
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
        const Inspection inspection = helper.inspect(
            {.bytes = bytes.subspan(at), .alone = false, .sequence = sequence}, subject, findings_);
        const std::size_t taken = std::min(inspection.taken, bytes.size() - at);
        at += taken;
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

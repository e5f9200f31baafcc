#include "nat/mention.h"

#include <algorithm>
#include <array>

#include "defrag/whole.h"
#include "packet/edit.h"
#include "packet/reason.h"
#include "track/sequence_shift.h"
#include "wire/protocol.h"
#include "wire/tcp.h"

namespace gatehouse::nat {

namespace {

using helper::Endpoint;
using helper::Findings;
using helper::Mention;
using helper::Wanted;
using track::Direction;
using track::Expectations;

// Whether it is to be redirected: what others wait for elsewhere isn't ours to move, unless the helper says
// so.
bool is_moved(const Wanted& wanted, const track::Entry& master) {
    using Moves = Wanted::Moves;
    if (!wanted.allowed || wanted.moves == Moves::never) return false;
    const Address announcer = master.tuple(wanted.direction).source;
    const Address& known_as = master.tuple(track::opposite(wanted.direction)).destination;
    if (wanted.moves != Moves::own && announcer == known_as) return false;
    return wanted.moves == Moves::anyone || wanted.announced.address == announcer;
}

// An end of the connection, as the other side knows it.
Endpoint as_known(const Endpoint& endpoint, const track::Entry& entry, Direction direction) {
    const track::Tuple sent = entry.tuple(direction), back = entry.tuple(track::opposite(direction));
    Endpoint known = endpoint;
    if (endpoint.address == sent.source) {
        known.address = back.destination;
        if (endpoint.port == sent.ends.source) known.port = back.ends.destination;
    } else if (endpoint.address == sent.destination) {
        known.address = back.source;
        if (endpoint.port == sent.ends.destination) known.port = back.ends.source;
    }
    return known;
}

// A mention's new text; empty where the old one stays.
struct Text {
    std::array<std::uint8_t, helper::longest_written> bytes;
    std::size_t length = 0;
    bool stays = true;
};

struct Rewriting {
    std::array<Text, Findings::most_mentions> texts;
    std::array<std::uint8_t, Findings::most_mentions> order;  // by place
};

bool write(const Mention& mention, const Endpoint& endpoint, std::uint32_t length, Text& text) {
    text.length = mention.write({.endpoint = endpoint, .length = length, .style = mention.style}, text.bytes);
    text.stays = false;
    return text.length != 0;
}

bool write_endpoints(const track::Seen& seen, const Findings& findings, Rewriting& out) {
    for (std::size_t i = 0; i < findings.mentions.size(); ++i) {
        const Mention& mention = findings.mentions[i];
        out.texts[i].stays = true;
        Endpoint endpoint = mention.endpoint;
        if (mention.denotes == Mention::Denotes::expected) {
            const Wanted& wanted = findings.expectations[mention.expectation];
            if (!is_moved(wanted, *seen.entry)) continue;
            endpoint.address = wanted.expectation.tuple.destination;
            endpoint.port = wanted.expectation.tuple.ends.destination;
        } else if (mention.denotes == Mention::Denotes::party) {
            endpoint = as_known(endpoint, *seen.entry, seen.direction);
            if (endpoint == mention.endpoint) continue;
        } else if (mention.denotes != Mention::Denotes::given) {
            continue;
        }
        if (!write(mention, endpoint, 0, out.texts[i])) return false;
    }
    return true;
}

std::int32_t growth(const Findings& findings, const Rewriting& out, helper::Span within) {
    std::int32_t total = 0;
    for (std::size_t i = 0; i < findings.mentions.size(); ++i) {
        const helper::Span span = findings.mentions[i].span;
        if (out.texts[i].stays || span.at < within.at || span.end() > within.end()) continue;
        total += static_cast<std::int32_t>(out.texts[i].length) - static_cast<std::int32_t>(span.length);
    }
    return total;
}

// A length may count others, whose texts' widths change with what they count.
bool write_lengths(const Findings& findings, Rewriting& out) {
    constexpr unsigned deepest = 4;
    for (unsigned pass = 0; pass < deepest; ++pass) {
        for (std::size_t i = 0; i < findings.mentions.size(); ++i) {
            const Mention& mention = findings.mentions[i];
            if (mention.denotes != Mention::Denotes::length) continue;
            const std::int32_t by = growth(findings, out, mention.counted);
            if (by == 0 && out.texts[i].stays && !mention.renewed) continue;
            const auto length =
                static_cast<std::uint32_t>(static_cast<std::int32_t>(mention.counted.length) + by);
            if (!write(mention, mention.endpoint, length, out.texts[i])) return false;
        }
    }
    return true;
}

Verdict drop(Context& context, Reason reason, std::uint32_t number) {
    context.finding = {.reason = reason, .numbers = {number}};
    return Verdict::drop;
}

// Those of a packet that stands for itself.
Verdict rewrite_packet(Context& context, const track::Seen& seen, track::Table& table,
                       const Findings& findings, const Rewriting& out) {
    Packet& packet = context.packet;
    std::int32_t grown = 0;
    for (std::size_t n = 0; n < findings.mentions.size(); ++n) {
        const Text& text = out.texts[out.order[n]];
        const helper::Span span = findings.mentions[out.order[n]].span;
        if (text.stays) continue;
        if (!edit::replace_payload(packet, span.at + static_cast<std::uint32_t>(grown), span.length,
                                   Bytes(text.bytes).first(text.length)))
            return drop(context, Reason::edit_out_of_room, static_cast<std::uint32_t>(text.length));
        defrag::join_all_pieces(packet);
        grown += static_cast<std::int32_t>(text.length) - static_cast<std::int32_t>(span.length);
    }
    if (packet.flat.protocol != wire::protocol::tcp || grown == 0) return Verdict::proceed;
    auto* const kept = table.side().add<track::SequenceAdjustment>(*seen.entry);
    if (kept == nullptr) return drop(context, Reason::nat_no_room, table.side().used());
    track::sequence_shift::note(kept->one[track::index(seen.direction)], load_be32(packet.l4() + 4), grown);
    seen.entry->status |= track::status::sequence_adjusted;
    return Verdict::proceed;
}

// The stream's keeper puts them into its segments.
Verdict note_rewrites(Findings& findings, const Rewriting& out) {
    for (std::size_t n = 0; n < findings.mentions.size(); ++n) {
        const Text& text = out.texts[out.order[n]];
        const helper::Span span = findings.mentions[out.order[n]].span;
        if (text.stays) continue;
        findings.rewrites.add({.sequence = findings.sequence + span.at,
                               .length = static_cast<std::uint16_t>(span.length),
                               .size = static_cast<std::uint16_t>(text.length),
                               .text = text.bytes});
    }
    return Verdict::proceed;
}

}  // namespace

// What would become of it with this port, and of those that follow it with the next ones. It keeps them.
Expectations::Entered MentionTranslator::try_port(const track::Seen& seen, Findings& findings,
                                                  std::size_t which, const helper::Helper& helper,
                                                  std::uint16_t port) const {
    const auto put = [&](Wanted& wanted, std::uint16_t number) {
        track::ExpectationPolicy policy = helper.policies[wanted.expectation.of_class];
        if (wanted.seconds) policy.seconds = *wanted.seconds;
        wanted.expectation.tuple.ends.destination = number;
        return tracking_.expectations().would_enter(seen.connection, wanted.expectation, policy);
    };
    auto entered = put(findings.expectations[which], port);
    for (Wanted& other : findings.expectations) {
        if (entered != Expectations::Entered::yes) break;
        if (other.follows == which && is_moved(other, *seen.entry))
            entered = put(other, static_cast<std::uint16_t>(port + 1));
    }
    return entered;
}

// The port that was given before, or announced; else one of those above it, at random. Of a pair, the next
// ones that are free: so it gets the same again, when it is announced again.
bool MentionTranslator::find_port(const track::Seen& seen, Findings& findings, std::size_t which,
                                  const helper::Helper& helper) {
    constexpr unsigned most = 128;
    constexpr std::uint32_t last = 65'534;
    const Wanted& wanted = findings.expectations[which];
    const std::uint16_t announced = wanted.announced.port;
    const bool paired =
        std::ranges::find(findings.expectations, which, &Wanted::follows) != findings.expectations.end();
    const bool known = wanted.given != nullptr && wanted.given->announced == announced;
    std::uint32_t port = known ? wanted.given->given : announced;
    for (unsigned tries = 0; tries < most; ++tries) {
        const auto entered = try_port(seen, findings, which, helper, static_cast<std::uint16_t>(port));
        if (entered == Expectations::Entered::yes) return true;
        if (entered != Expectations::Entered::clash || announced >= last) return false;
        port = paired ? port + 2 : announced + random_.below(last - announced);
        if (port > last) return false;
    }
    return false;
}

Verdict MentionTranslator::translate(Context& context, const track::Seen& seen, Findings& findings,
                                     const helper::Helper& helper) {
    for (std::size_t i = 0; i < findings.expectations.size(); ++i) {
        Wanted& wanted = findings.expectations[i];
        if (!is_moved(wanted, *seen.entry)) continue;
        wanted.expectation.tuple.destination =
            seen.entry->tuple(track::opposite(wanted.direction)).destination;
        const bool on = wanted.moves == Wanted::Moves::anyone;
        wanted.expectation.redirection = {.manner = on ? sent_on : follows_master,
                                          .announced = wanted.direction,
                                          .port = wanted.announced.port,
                                          .source_port = wanted.source_port,
                                          .address = wanted.announced.address};
        // A port that follows is chosen with the other's; the keys of GRE are the helper's to choose.
        const bool chosen = wanted.follows < i || wanted.expectation.tuple.protocol == wire::protocol::gre;
        if (chosen || find_port(seen, findings, i, helper) || wanted.optional) continue;
        return drop(context, Reason::nat_no_expected_port, wanted.announced.port);
    }
    return rewrite(context, seen, findings);
}

Verdict MentionTranslator::rewrite(Context& context, const track::Seen& seen, Findings& findings) {
    const std::size_t count = findings.mentions.size();
    Rewriting out;
    if (!write_endpoints(seen, findings, out) || !write_lengths(findings, out))
        return drop(context, Reason::nat_mention_unwritable, static_cast<std::uint32_t>(count));
    for (std::size_t i = 0; i < count; ++i) out.order[i] = static_cast<std::uint8_t>(i);
    std::sort(out.order.begin(), out.order.begin() + static_cast<std::ptrdiff_t>(count),
              [&](auto a, auto b) { return findings.mentions[a].span.at < findings.mentions[b].span.at; });
    return findings.alone ? rewrite_packet(context, seen, tracking_.table(), findings, out)
                          : note_rewrites(findings, out);
}

}  // namespace gatehouse::nat

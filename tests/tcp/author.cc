#include "author.h"

#include <algorithm>

namespace gatehouse::tcp_generator {

using namespace wire::tcp_flag;
using track::tcp_mark::liberal;

namespace {

// Ways in which connections open, talk and end. Upper case: the client; lower case: the server. S a SYN or,
// answering one, SYN/ACK; Y a SYN/ACK whatever was before; A an ACK; D data; F a FIN; R an RST; . talk.
constexpr std::string_view plans[] = {
    "SsA....",    "SsA..FafA", "SsA..faFa", "SsA.FfaA", "SsA..R",   "SsA..r", "Sr",          "S",
    "SS",         "Ss",        "Sss",       "SsADaDa.", "SsDaFafA", "SkYyA.", "SkyA..",      "SkYa..",
    "A....",      "D.a..",     "D...FafA",  "a....A",   "SsAFaSsA", "SsR",    "SsA.FafASsA", "SsA.R Ss",
    "SsA.FafAks", "SsA..FaDf", "SsAdAdAfF", "SsA.FfS",  "Sk",       "Ska",    "SsAFaf",      "SsAFf",
};

}  // namespace

Author::Author(Random& random, const Flow& flow) : random_(random), flow_(flow) {
    plan_ = plans[random_.below(std::size(plans))];
    // Half of all have one scale on both sides, so that each bound is met at each.
    const std::uint8_t scale = among<std::uint8_t>({0, 7, 14});
    const bool even = chance(80);
    for (End& end : ends_) {
        end.next = chance(10) ? random_.below(2000) - 1000 : random_.next32();
        end.scale = scale;
        if (!even) end.scale = static_cast<std::uint8_t>(random_.below(17));
        if (scale == 0 && chance(50)) end.scale.reset();
        if (!even && chance(30)) end.scale.reset();
        end.sack = chance(60);
        end.window =
            static_cast<std::uint16_t>(chance(80) ? 200 + random_.below(60'000) : random_.below(200));
    }
    ends_[0].heard = ends_[1].next;
    ends_[1].heard = ends_[0].next;
}

std::uint16_t Author::window() { return static_cast<std::uint16_t>(chance(50) ? 0 : random_.below(65'536)); }

// A segment that fits, with all that is said on both sides so far.
Sent Author::honest(Side side, std::uint8_t flags, std::uint16_t length) {
    End& from = end(side);
    Sent sent{.side = side, .flags = flags, .seq = from.next, .length = length, .window = from.window};
    if ((flags & ack) != 0) sent.ack = from.heard;
    if ((flags & syn) != 0) {
        sent.scale = from.scale;
        sent.sack_permitted = from.sack;
    } else {
        sent.timestamps = chance(30);
    }
    if (chance(4)) sent.window = window();
    from.next += length + ((flags & syn) != 0 ? 1 : 0) + ((flags & fin) != 0 ? 1 : 0);
    End& to = end(side == Side::client ? Side::server : Side::client);
    if (chance(95)) to.heard = from.next;  // else it is lost on the way
    return sent;
}

Sent Author::talk() {
    const Side side = any_side();
    if (chance(40)) return honest(side, ack);
    Sent sent = honest(side, chance(50) ? ack : static_cast<std::uint8_t>(ack | psh),
                       static_cast<std::uint16_t>(1 + random_.below(1400)));
    // What isn't there in order is acknowledged selectively.
    if (chance(15)) sent.edge = seen(side == Side::client ? Side::server : Side::client).end;
    return sent;
}

Sent Author::go_on() {
    const char letter = done_ < plan_.size() ? plan_[done_++] : '.';
    const Side side = letter >= 'a' ? Side::server : Side::client;
    const Side other = side == Side::client ? Side::server : Side::client;
    switch (letter & 0x5f) {
        case 'S': {
            const bool answers =
                !history_.empty() && history_.back().side == other && (history_.back().flags & syn) != 0;
            if (!answers && chance(50)) end(side).next += random_.below(100'000);
            return honest(side, answers ? syn | ack : syn);
        }
        case 'K': return honest(side, syn);
        case 'Y': return honest(side, syn | ack);
        case 'A': return honest(side, ack);
        case 'D': return honest(side, ack, static_cast<std::uint16_t>(1 + random_.below(1400)));
        case 'F': return honest(side, fin | ack);
        case 'R': return honest(side, chance(50) ? rst : rst | ack);
        default: return talk();
    }
}

Sent Author::repeat() {
    if (history_.empty()) return go_on();
    const bool last = chance(50);
    return last ? history_.back() : history_[random_.below(static_cast<std::uint32_t>(history_.size()))];
}

Sent Author::any_kind() {
    const Side side = any_side();
    const Side other = side == Side::client ? Side::server : Side::client;
    const auto flags =
        among<std::uint8_t>({syn, syn | ack, fin | ack, ack, rst, rst | ack, fin | ack | urg, ack | psh});
    Sent sent{.side = side,
              .flags = flags,
              .seq = seen(side).end,
              .ack = seen(other).end,
              .window = end(side).window};
    if (chance(30)) sent.length = static_cast<std::uint16_t>(random_.below(500));
    if (chance(20)) sent.seq -= 1;  // a keepalive
    if (chance(10)) sent.seq += random_.below(3000) - 1500;
    if (chance(10)) sent.ack += random_.below(3000) - 1500;
    if (chance(10)) sent.window = window();
    if ((flags & syn) != 0 && chance(70)) {
        sent.scale = static_cast<std::uint8_t>(random_.below(16));
        sent.sack_permitted = chance(50);
        sent.nop = chance(10);
    }
    if ((flags & ack) == 0 && chance(50)) sent.ack = 0;
    return sent;
}

Sent Author::reset() {
    const Side side = any_side();
    const Side other = side == Side::client ? Side::server : Side::client;
    const auto& state = flow_.state;
    Sent sent{.side = side, .flags = chance(50) ? rst : static_cast<std::uint8_t>(rst | ack), .window = 0};
    switch (random_.below(7)) {
        case 0: sent.seq = 0; break;
        case 1: sent.seq = state.last_ack; break;
        case 2: sent.seq = state.last_end; break;
        case 3: sent.seq = seen(side).end; break;
        default:
            sent.seq =
                seen(other).max_ack + among<std::uint32_t>({static_cast<std::uint32_t>(-1), 0, 0, 1, 500});
    }
    switch (random_.below(4)) {
        case 0: sent.ack = 0; break;
        case 1: sent.ack = state.last_end; break;
        case 2: sent.ack = state.last_end + 1; break;
        default: sent.ack = seen(other).end;
    }
    if (chance(10)) sent.length = static_cast<std::uint16_t>(random_.below(30));
    return sent;
}

// SYNs and their answers out of season.
Sent Author::synchronise() {
    const Side side = chance(60) ? Side::client : Side::server;
    End& from = end(side);
    const auto& state = flow_.state;
    if (chance(50)) {
        from.next = chance(50) ? seen(side).end + random_.below(100'000) : random_.next32();
        return honest(side, syn);
    }
    Sent sent = honest(side, syn | ack);
    if (chance(70)) sent.ack = state.last_end;
    if (chance(30)) sent.seq = seen(side).end + random_.below(2000) - 1000;
    return sent;
}

Sent Author::bad_flags() {
    Sent sent = honest(any_side(), ack);
    sent.flags = static_cast<std::uint8_t>(random_.below(256));
    return sent;
}

Written Author::aim() {
    const Side side = any_side();
    const Side other = side == Side::client ? Side::server : Side::client;
    const auto &sender = seen(side), &receiver = seen(other);
    const unsigned mine = index(flow_.direction(side));
    const Aim aim{.bound = random_.below(4), .offset = random_.below(std::size(offsets))};
    const std::uint32_t by = offsets[aim.offset];
    Sent sent{.side = side,
              .flags = among<std::uint8_t>({ack, ack, ack, fin | ack}),
              .seq = sender.end,
              .ack = receiver.end,
              .length = static_cast<std::uint16_t>(chance(50) ? 0 : random_.below(300)),
              .window = end(side).window};
    std::uint32_t whole = sent.length + ((sent.flags & fin) != 0 ? 1u : 0u);
    unsigned of = 1 - mine;  // whose windows make the bound
    switch (aim.bound) {
        case 0: sent.seq = sender.max_end + by; break;
        case 1: sent.seq = sender.end - receiver.max_window - by - whole; break;
        case 2: sent.ack = receiver.end + by; break;
        default: sent.ack = receiver.end - std::max(sender.max_window, 66'000u) - by; of = mine;
    }
    // The edge of a SACK block counts as the acknowledgment does.
    if (aim.bound >= 2 && chance(30) &&
        (flow_.state.flags[1 - mine] & track::tcp_mark::sack_permitted) != 0) {
        sent.edge = sent.ack;
        sent.ack -= random_.below(1000) + 1;
    }
    Written written{.sent = sent, .aim = aim};
    written.aim->scale = flow_.state.most_scale(of);
    // Not where the phase decides before the bounds are looked at, or nothing is held against them.
    const auto kind = track::tcp::kind_of(sent.flags);
    const auto direction = flow_.direction(side);
    const bool looked_at =
        flow_.entry && (flow_.state.flags[mine] & liberal) == 0 && !flow_.settings.be_liberal &&
        sender.max_window != 0 && receiver.max_window != 0 &&
        track::tcp::transition(direction, flow_.state.phase, kind).verdict == track::Verdict::accept;
    if (!looked_at) written.aim.reset();
    return written;
}

Written Author::next() {
    Written written;
    const std::uint32_t dice = random_.below(100);
    const bool first = history_.empty();
    if (dice < 45 || (first && dice < 90))
        written.sent = go_on();
    else if (dice < 53)
        written.sent = repeat();
    else if (dice < 73)
        written = aim();
    else if (dice < 86)
        written.sent = any_kind();
    else if (dice < 92)
        written.sent = reset();
    else if (dice < 98)
        written.sent = synchronise();
    else
        written.sent = bad_flags();
    if (!first && chance(6)) written.wait = among<std::uint32_t>({1, 5, 20, 40, 70, 115, 200, 290, 1000});
    history_.push_back(written.sent);
    return written;
}

}  // namespace gatehouse::tcp_generator

#include "defrag/reassembler.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "packet/reason.h"
#include "wire/ipv6.h"

namespace gatehouse::defrag {

namespace {

// What a waiting fragment costs beside its bytes, about as Linux counts it (truesize).
constexpr std::uint64_t fragment_overhead = 768;

// The code of an ICMPv6 parameter problem (RFC 7112, 6).
constexpr std::uint8_t incomplete_headers = 3;

std::uint64_t cost(const Packet& fragment) { return fragment.length + fragment_overhead; }

}  // namespace

Reassembler::Reassembler(Manner manner, const Limits& limits, std::uint64_t seed, WholePool& wholes)
    : manner_(manner),
      limits_(limits),
      seed_(seed),
      wholes_(wholes),
      fragments_(limits.fragments),
      datagrams_(limits.datagrams),
      sources_(manner == Manner::ipv4 ? limits.datagrams : 0),
      buckets_(std::bit_ceil(limits.datagrams), no_slot),
      source_buckets_(manner == Manner::ipv4 ? buckets_.size() : 1, no_slot) {}

Taken Reassembler::take(Packet& fragment, const Piece& piece, InterfaceId in, Time now, Releaser& releaser) {
    const auto refused = [](const Refusal& refusal) {
        return Taken{.what = refusal.what,
                     .finding = refusal.finding,
                     .code = refusal.code,
                     .pointer = refusal.pointer};
    };
    if (const Refusal refusal = judge_alone(piece, fragment); refusal.finding) return refused(refusal);
    if (limits_.memory == 0 || memory_ > limits_.memory)
        return {
            .what = Taken::What::dropped,
            .finding = {Reason::fragment_memory,
                        {static_cast<std::uint32_t>(memory_), static_cast<std::uint32_t>(limits_.memory)}}};
    std::uint32_t at = find(piece.key);
    if (at == no_slot) at = create(piece.key, now);
    const std::uint32_t slot = at == no_slot ? no_slot : fragments_.take();
    if (slot == no_slot) {
        if (at != no_slot && datagrams_[at].fragments == 0) remove(at);
        return {.what = Taken::What::dropped,
                .finding = {Reason::fragment_limit, {fragments_.taken(), datagrams_.taken()}}};
    }
    Datagram& datagram = datagrams_[at];
    if (const Finding far = count_distance(datagram)) {
        // Too much has come since: what waits can't belong to this one. Begin anew.
        release(datagram, nullptr, far, nullptr, releaser);
        unqueue(at);
        enqueue(at, now);
    }
    if (const Refusal refusal = judge(datagram, piece); refusal.finding) {
        fragments_.give_back(slot);
        if (refusal.kills) {
            kill(at, refusal.finding, nullptr, releaser);
        } else if (datagram.fragments == 0) {
            remove(at);
        }
        return refused(refusal);
    }
    keep(datagram, piece, fragment, in, slot);
    if (datagram.first != no_slot && datagram.last_came && datagram.received == datagram.length)
        return complete(at, fragment, releaser);
    return {.what = Taken::What::waits};
}

// What is wrong with a fragment whatever else there is of its datagram.
Reassembler::Refusal Reassembler::judge_alone(const Piece& piece, const Packet& fragment) const {
    if (manner_ == Manner::ipv4 || piece.offset != 0 || !headers_cut(fragment)) return {};
    return {.finding = {Reason::fragment_headers_cut, {fragment.flat.l3_length}},
            .what = manner_ == Manner::ipv6_local ? Taken::What::answered : Taken::What::passed,
            .code = incomplete_headers};
}

// How a fragment fits what is there. Where the datagram ends, as far as this one tells, is noted even if the
// fragment isn't taken, as Linux has it.
Reassembler::Refusal Reassembler::judge(Datagram& datagram, const Piece& piece) const {
    constexpr std::uint32_t longest = 65'535;
    if (piece.end > longest) {
        // Linux lets IPv4's wait, to find at the end that they are too many.
        Refusal refusal{.finding = {Reason::fragment_beyond_end, {piece.end}},
                        .kills = manner_ == Manner::ipv4};
        if (manner_ == Manner::ipv6_local) {
            refusal.what = Taken::What::answered;
            refusal.pointer = piece.fragment_header + 2u;
        }
        return refusal;
    }
    if (Refusal refusal = judge_end(datagram, piece); refusal.finding) return refusal;
    // Tracking leaves a datagram alone that a fragment doesn't fit, but for overlaps.
    if (piece.end == piece.offset)
        return {.finding = {Reason::fragment_empty, {piece.offset}},
                .kills = manner_ != Manner::ipv6_tracking};
    switch (datagram.coverage.add(piece.offset, piece.end)) {
        case Fit::fits: return {};
        case Fit::duplicate: return {.finding = {Reason::fragment_duplicate, {piece.offset, piece.end}}};
        case Fit::overlap: break;
    }
    return {.finding = {Reason::fragment_overlap, {piece.offset, piece.end}}, .kills = true};
}

Reassembler::Refusal Reassembler::judge_end(Datagram& datagram, const Piece& piece) const {
    const Refusal conflict{.finding = {Reason::fragment_conflicting_end, {piece.end, datagram.length}},
                           .kills = manner_ != Manner::ipv6_tracking};
    if (!piece.more) {
        if (piece.end < datagram.length || (datagram.last_came && piece.end != datagram.length))
            return conflict;
        datagram.last_came = true;
        datagram.length = piece.end;
        return {};
    }
    if (piece.end % 8 != 0) {  // IPv6's; IPv4's were rounded
        Refusal refusal{.finding = {Reason::fragment_unaligned, {piece.offset, piece.end}}};
        if (manner_ == Manner::ipv6_tracking) {
            refusal.kills = true;
            refusal.what = Taken::What::passed;
        } else {
            refusal.what = Taken::What::answered;
            refusal.pointer = 4;  // the payload length
        }
        return refusal;
    }
    if (piece.end > datagram.length) {
        if (datagram.last_came) return conflict;
        datagram.length = piece.end;
    }
    return {};
}

// Counts another fragment of its source; says so if too many have come since the datagram's latest.
Finding Reassembler::count_distance(Datagram& datagram) {
    if (datagram.source == no_slot) return {};
    const std::uint32_t before = datagram.distance_mark;
    datagram.distance_mark = ++sources_[datagram.source].count;
    const std::uint32_t distance = datagram.distance_mark - before;
    if (datagram.fragments == 0 || distance <= limits_.max_distance) return {};
    return {Reason::fragment_too_far, {distance - 1, limits_.max_distance}};
}

void Reassembler::keep(Datagram& datagram, const Piece& piece, Packet& fragment, InterfaceId in,
                       std::uint32_t slot) {
    fragments_[slot] = {
        .packet = &fragment, .offset = piece.offset, .end = piece.end, .header = piece.header, .in = in};
    (datagram.tail == no_slot ? datagram.head : fragments_[datagram.tail].next) = slot;
    datagram.tail = slot;
    ++datagram.fragments;
    memory_ += cost(fragment);
    datagram.received += piece.end - piece.offset;
    datagram.ecn |= piece.ecn;
    if (piece.offset == 0) {
        datagram.first = slot;
        datagram.fragment_header = piece.fragment_header;
        datagram.named_at = piece.named_at;
    }
    const auto size = static_cast<std::uint16_t>(piece.header + piece.end - piece.offset);
    datagram.largest = std::max(datagram.largest, size);
    if (piece.dont_fragment)
        datagram.largest_unfragmentable = std::max(datagram.largest_unfragmentable, size);
}

Taken Reassembler::complete(std::uint32_t at, Packet& last, Releaser& releaser) {
    Datagram& datagram = datagrams_[at];
    Whole* const whole = wholes_.take();
    const Finding finding =
        whole == nullptr ? Finding{.reason = Reason::no_buffer} : assemble(datagram, last, *whole);
    if (finding) {
        if (whole != nullptr) wholes_.give_back(*whole);
        kill(at, finding, &last, releaser);
        return {.what = Taken::What::dropped, .finding = finding};
    }
    whole->last = &last;
    release(datagram, whole, {}, &last, releaser);
    remove(at);
    return {.what = Taken::What::whole, .whole = whole};
}

void Reassembler::expire(Time now, Releaser& releaser) {
    while (oldest_ != no_slot && datagrams_[oldest_].deadline <= now) {
        const Datagram& datagram = datagrams_[oldest_];
        if (datagram.first != no_slot) {
            const Fragment& first = fragments_[datagram.first];
            releaser.expired(*first.packet, first.in, datagram.key.group);
        }
        kill(oldest_,
             {Reason::fragment_timeout,
              {static_cast<std::uint32_t>(limits_.timeout / millisecond), datagram.received}},
             nullptr, releaser);
    }
}

void Reassembler::discard(const Finding& why, Releaser& releaser) {
    while (oldest_ != no_slot) kill(oldest_, why, nullptr, releaser);
}

Time Reassembler::next_expiry() const {
    if (oldest_ == no_slot) return {std::numeric_limits<Nanoseconds>::max()};
    return datagrams_[oldest_].deadline;
}

void Reassembler::release(Datagram& datagram, const Whole* whole, const Finding& why, const Packet* kept,
                          Releaser& releaser) {
    for (std::uint32_t slot = datagram.head; slot != no_slot;) {
        const Fragment fragment = fragments_[slot];
        fragments_.give_back(slot);
        slot = fragment.next;
        memory_ -= cost(*fragment.packet);
        if (fragment.packet == kept) continue;
        if (whole != nullptr) {
            releaser.absorbed(*fragment.packet, fragment.in, *whole);
        } else {
            releaser.dropped(*fragment.packet, fragment.in, datagram.key.group, why);
        }
    }
    datagram.head = datagram.tail = datagram.first = no_slot;
    datagram.fragments = datagram.length = datagram.received = 0;
    datagram.last_came = false;
    datagram.ecn = 0;
    datagram.coverage = {};
}

void Reassembler::kill(std::uint32_t at, const Finding& why, const Packet* kept, Releaser& releaser) {
    release(datagrams_[at], nullptr, why, kept, releaser);
    remove(at);
}

}  // namespace gatehouse::defrag

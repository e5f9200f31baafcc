#include "nat/icmp_error.h"

#include "nat/quote.h"
#include "packet/edit.h"
#include "packet/reason.h"
#include "wire/protocol.h"

namespace gatehouse::nat {

namespace {

constexpr std::uint8_t redirect4 = 5, redirect6 = 137;
constexpr std::uint32_t done = track::status::source_nat_done | track::status::destination_nat_done;

Verdict drop(Context& context, Finding why) {
    context.finding = why;
    return Verdict::drop;
}

}  // namespace

Verdict translate_error(Context& context, const track::Entry& entry, track::Direction direction,
                        Manip manip) {
    Packet& packet = context.packet;
    const bool v4 = is_v4(packet.flat.family);
    if (packet.l4()[0] == (v4 ? redirect4 : redirect6) &&
        (!entry.has(done) || (entry.status & changed_bits) != 0))
        return drop(context, {.reason = Reason::nat_redirect});
    if (!entry.has(changed_bit(owed(manip, direction)))) return Verdict::proceed;
    constexpr std::size_t icmp_header = 8;
    const track::Tuple back = entry.tuple(track::opposite(direction));
    const std::size_t size = packet.transport().size();
    // The quoted packet went the other way: its end is the one that `back` has there itself.
    const Manip inner = opposite(manip);
    const End quoted = end_of(back, manip);
    if (!rewrite_quote({packet.l4() + icmp_header, size - icmp_header}, packet.flat.family, inner, quoted)) {
        return drop(context, {.reason = Reason::nat_bad_quote,
                              .numbers = {static_cast<std::uint32_t>(size - icmp_header)}});
    }
    packet.changed = true;
    if (packet.checksum != ChecksumState::partial) edit::renew_transport_checksum(packet);
    rewrite(packet, manip, end_of(back, manip));
    return Verdict::proceed;
}

}  // namespace gatehouse::nat

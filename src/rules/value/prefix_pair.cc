#include "rules/value/prefix_pair.h"

#include <fmt/format.h>

#include "base/checksum.h"
#include "hook/icmp_error.h"
#include "packet/reason.h"
#include "wire/protocol.h"

namespace gatehouse::rules {

namespace {

constexpr unsigned longest = 64;
constexpr std::uint8_t bad_header_field = 0;  // RFC 4443, 3.4

std::uint64_t sum(const Address& address) {
    std::uint64_t total = 0;
    for (const std::uint32_t word : address.words) total += (word >> 16) + (word & 0xffff);
    return total;
}

std::uint16_t word16(const Address& a, unsigned i) {
    return static_cast<std::uint16_t>(a.words[i / 2] >> (i % 2 == 0 ? 16 : 0));
}
void set_word16(Address& a, unsigned i, std::uint16_t to) {
    const unsigned shift = i % 2 == 0 ? 16 : 0;
    a.words[i / 2] = (a.words[i / 2] & ~(0xffffu << shift)) | std::uint32_t{to} << shift;
}

// The address of the packet that an ICMPv6 error quotes; nullptr if it isn't one.
std::uint8_t* quoted_address(Packet& packet, Mapped which) {
    constexpr std::size_t icmp_header = 8, header = 40, source_at = 8, destination_at = 24;
    // Only an error right behind the IPv6 header is looked into, as in Linux.
    if (packet.l3()[6] != wire::protocol::icmpv6 || packet.transport().size() < icmp_header + header ||
        !wire::icmpv6::is_error(packet.l4()[0]))
        return nullptr;
    return packet.l4() + icmp_header + (which == Mapped::source ? source_at : destination_at);
}

}  // namespace

Result<void> PrefixPair::check(const Facts&) const {
    for (const auto* prefix : {&*from, &*to}) {
        if (prefix->length > longest) return fail("a prefix may have 64 bits at most");
    }
    return {};
}

void PrefixPair::list(std::string& out, std::string_view target) const {
    out += fmt::format("{} src-pfx ", target);
    value::PrefixValue{}.print(out, *from, Family::ipv6);
    out += " dst-pfx ";
    value::PrefixValue{}.print(out, *to, Family::ipv6);
}

bool PrefixPair::map(Address& address) const {
    constexpr std::uint16_t minus_zero = 0xffff;
    constexpr unsigned short_prefix = 48, words = 8;
    const unsigned length = std::max(from->length, to->length);
    const Address mask = prefix_mask(length);
    Address mapped = address;
    for (unsigned i = 0; i < 4; ++i)
        mapped.words[i] = (mapped.words[i] & ~mask.words[i]) | (to->address.words[i] & mask.words[i]);
    unsigned at = 3;
    if (length > short_prefix) {
        for (at = 4; at < words && word16(mapped, at) == minus_zero; ++at) {
        }
        if (at == words) return false;
    }
    const std::uint64_t adjustment =
        sum(from->address) + static_cast<std::uint16_t>(~checksum::fold(sum(to->address)));
    const std::uint16_t now = checksum::fold(word16(mapped, at) + adjustment);
    set_word16(mapped, at, now == minus_zero ? std::uint16_t{0} : now);
    address = mapped;
    return true;
}

Outcome map_prefix(Context& context, const PrefixPair& pair, Mapped which) {
    Packet& packet = context.packet;
    constexpr std::uint32_t source_at = 8, destination_at = 24;
    const bool source = which == Mapped::source;
    const std::uint32_t at = source ? source_at : destination_at;
    Address& address = source ? packet.flat.source : packet.flat.destination;
    if (!pair.map(address)) {
        icmp_error::send(context, wire::icmpv6::parameter_problem, bad_header_field, at);
        context.finding = {.reason = Reason::npt_no_counterpart};
        return Outcome::drop;
    }
    address.store(packet.l3() + at, Family::ipv6);
    packet.changed = true;
    const Mapped opposite = source ? Mapped::destination : Mapped::source;
    if (std::uint8_t* const quoted = quoted_address(packet, opposite)) {
        Address bounced = Address::load(quoted, Family::ipv6);
        if (pair.covers(bounced) && pair.map(bounced)) bounced.store(quoted, Family::ipv6);
    }
    context.trace(
        {.kind = TraceKind::translated, .text = source ? "source" : "destination", .address = address});
    return Outcome::next;
}

namespace value {

Result<MaskedAddress> PrefixValue::read(Words words, Family family) const {
    const auto prefix = MaskedAddressValue::read(words, family);
    if (prefix && (prefix->address & prefix_mask(prefix->length)) != prefix->address)
        return fail(fmt::format("`{}` has bits set behind its length", words[0]));
    return prefix;
}

void PrefixValue::print(std::string& out, const MaskedAddress& v, Family family) const {
    out += fmt::format("{}/{}", to_string(v.address, family), v.length);
}

}  // namespace value
}  // namespace gatehouse::rules

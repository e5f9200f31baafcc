#include "nat/headers_across.h"

#include <algorithm>

#include "base/checksum.h"
#include "nat/icmp_across.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"
#include "wire/protocol.h"

namespace gatehouse::nat {

namespace {

namespace protocol = wire::protocol;

// RFC 7915, 5.1: what isn't longer than this becomes an IPv4 packet that may be cut.
constexpr std::size_t longest_cuttable4 = 1260;

std::uint64_t words_of(const Address& address) {
    std::uint64_t sum = 0;
    for (const std::uint32_t word : address.words) sum += word;
    return sum;
}

// A quoted packet, as far as it is there.
struct Quoted {
    Address source, destination;
    std::uint8_t protocol = 0;
    std::size_t header = 0;     // bytes before its transport header
    std::uint16_t payload = 0;  // that it had behind those
    std::uint16_t id = 0;       // of a fragment
    bool fragment = false;      // the first one: others name no connection
};

std::optional<Quoted> read_quote(Bytes quote, Family family) {
    Quoted q;
    std::size_t total = 0;
    if (is_v4(family)) {
        const auto ip = wire::Ipv4View::parse_embedded(quote);
        if (!ip || ip->fragment_offset() != 0) return {};
        q = {.source = ip->source(), .destination = ip->destination(), .protocol = ip->protocol()};
        q.header = ip->header_length();
        total = ip->total_length();
        q.fragment = ip->more_fragments_set();
        q.id = ip->id();
    } else {
        const auto ip = wire::Ipv6View::parse_embedded(quote);
        if (!ip) return {};
        const auto place = wire::find_transport(quote);
        if (place.fragment_offset != 0) return {};
        q = {.source = ip->source(), .destination = ip->destination(), .protocol = place.protocol};
        q.header = place.offset;
        total = wire::Ipv6View::length + ip->payload_length();
        q.fragment = place.fragmented;
        const auto found = wire::find_header(quote, protocol::fragment);
        if (found.search == wire::HeaderPlace::Search::found && found.offset + 8 <= quote.size())
            q.id = load_be16(&quote[found.offset + 6]);
    }
    // What every sender of errors quotes at least (RFC 792): ports, or an id.
    constexpr std::size_t least = 8;
    if (q.header + least > quote.size() || total < q.header) return {};
    q.payload = static_cast<std::uint16_t>(total - q.header);
    return q;
}

// Where a protocol's checksum stands in its header; 0: none.
std::size_t sum_at(std::uint8_t number) {
    switch (number) {
        case protocol::tcp: return 16;
        case protocol::udp: return 6;
        case protocol::icmp:
        case protocol::icmpv6: return 2;
        default: return 0;
    }
}

std::uint64_t pseudo_sum(std::uint8_t number, const Address& source, const Address& destination,
                         std::uint16_t length) {
    if (number == protocol::icmp) return 0;
    return words_of(source) + words_of(destination) + number + length;
}

// The quoted transport header becomes the other family's. False: it is an ICMP message that isn't an echo.
bool put_transport(MutableBytes l4, const Quoted& from, const track::Tuple& as) {
    const std::size_t changes_to = 8;
    const std::uint64_t before = checksum::add(l4.first(changes_to)) +
                                 pseudo_sum(from.protocol, from.source, from.destination, from.payload);
    const std::size_t field = sum_at(as.protocol);
    const bool has_sum = field != 0 && field + 2 <= l4.size();
    const std::uint16_t sum = has_sum ? load_be16(&l4[field]) : std::uint16_t{0};
    if (protocol::is_icmp(from.protocol)) {
        const IcmpHead head{l4[0], l4[1], 0};
        const auto to = is_v4(as.family) ? icmp_to_v4(head, {}) : icmp_to_v6(head, {}, 0);
        if (!to) return false;
        l4[0] = to->type;
        l4[1] = to->code;
        store_be16(&l4[4], as.ends.source);
    } else {
        store_be16(&l4[0], as.ends.source);
        store_be16(&l4[2], as.ends.destination);
    }
    if (!has_sum || (as.protocol == protocol::udp && sum == 0)) return true;
    const std::uint64_t after = checksum::add(l4.first(changes_to)) +
                                pseudo_sum(as.protocol, as.source, as.destination, from.payload);
    const std::uint16_t now = checksum::finish((sum ^ 0xffffu) + std::uint64_t{checksum::fold(after)} +
                                               static_cast<std::uint16_t>(~checksum::fold(before)));
    store_be16(&l4[field], now == 0 && as.protocol == protocol::udp ? std::uint16_t{0xffff} : now);
    return true;
}

// A fragment header of the first piece (RFC 7915, 4.1).
void put_fragment_header(std::uint8_t* to, std::uint8_t next, std::uint16_t id) {
    to[0] = next;
    to[1] = 0;
    store_be16(to + 2, 1);
    store_be32(to + 4, id);
}

}  // namespace

HeadAcross head_across(Bytes network, Family family, const AsHead& as) {
    HeadAcross head{.protocol = as.protocol, .payload = static_cast<std::uint16_t>(as.payload), .id = 0};
    if (is_v4(family)) {
        head.tos = network[1];
        head.ttl = network[8];
        return head;
    }
    head.tos = static_cast<std::uint8_t>(load_be16(network.data()) >> 4);
    head.ttl = network[7];
    head.dont_fragment = !as.came_in_pieces && header4 + as.payload > longest_cuttable4;
    if (!head.dont_fragment) head.id = as.id;
    return head;
}

void put_header(std::uint8_t* to, const HeadAcross& head, Family family, const Address& source,
                const Address& destination) {
    if (is_v4(family)) {
        std::fill_n(to, header4, std::uint8_t{0});
        to[0] = 0x45;
        to[1] = head.tos;
        store_be16(to + 2, static_cast<std::uint16_t>(header4 + head.payload));
        store_be16(to + 4, head.id);
        store_be16(to + 6, head.dont_fragment ? wire::Ipv4View::dont_fragment : std::uint16_t{0});
        to[8] = head.ttl;
        to[9] = head.protocol;
        source.store(to + 12, family);
        destination.store(to + 16, family);
        store_be16(to + 10, checksum::finish(checksum::add({to, header4})));
        return;
    }
    store_be32(to, 0x60000000u | std::uint32_t{head.tos} << 20);
    store_be16(to + 4, head.payload);
    to[6] = head.protocol;
    to[7] = head.ttl;
    source.store(to + 8, family);
    destination.store(to + 24, family);
}

std::optional<std::size_t> quote_across(Bytes quote, Family family, const track::Tuple& as, MutableBytes to) {
    const auto from = read_quote(quote, family);
    if (!from) return {};
    const bool to_v4 = is_v4(as.family);
    const std::size_t fragment = !to_v4 && from->fragment ? wire::FragmentView::length : 0;
    const std::size_t header = (to_v4 ? header4 : header6) + fragment;
    const Bytes rest = quote.subspan(from->header);
    const std::size_t there = std::min(rest.size(), to.size() - header);
    std::ranges::copy(rest.first(there), to.begin() + static_cast<std::ptrdiff_t>(header));
    if (!put_transport(to.subspan(header, there), *from, as)) return {};
    HeadAcross head = head_across(quote, family,
                                  {.protocol = as.protocol,
                                   .payload = from->payload + fragment,
                                   .came_in_pieces = from->fragment,
                                   .id = from->id});
    if (fragment != 0) {
        put_fragment_header(&to[header6], as.protocol, from->id);
        head.protocol = protocol::fragment;
    }
    put_header(to.data(), head, as.family, as.source, as.destination);
    if (to_v4 && from->fragment) {
        store_be16(&to[6], wire::Ipv4View::more_fragments);
        store_be16(&to[10], 0);
        store_be16(&to[10], checksum::finish(checksum::add(to.first(header4))));
    }
    return header + there;
}

}  // namespace gatehouse::nat

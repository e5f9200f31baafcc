#include "nat/quote.h"

#include "base/checksum.h"
#include "nat/icmp_query.h"
#include "track/tuple_of.h"
#include "wire/crc32c.h"
#include "wire/ipv6.h"
#include "wire/protocol.h"

namespace gatehouse::nat {

namespace {

namespace protocol = wire::protocol;

struct Change {
    std::uint64_t from = 0, to = 0;

    void add(std::uint32_t before, std::uint32_t after) {
        from += before;
        to += after;
    }
    std::uint16_t applied(std::uint16_t field) const {
        return checksum::finish((field ^ 0xffffu) + std::uint64_t{checksum::fold(to)} +
                                static_cast<std::uint16_t>(~checksum::fold(from)));
    }
};

// Where the checksum is, and what becomes of it.
struct Sum {
    std::size_t at = 0;
    std::size_t needs = 0;  // bytes of the header that must be there for it to be kept
    bool pseudo = true;
    bool zero_is_none = false;
};
Sum sum_of(std::uint8_t number) {
    switch (number) {
        case protocol::tcp: return {.at = 16, .needs = 20};
        case protocol::udp:
        case protocol::udplite: return {.at = 6, .needs = 8, .zero_is_none = true};
        case protocol::dccp: return {.at = 6, .needs = 12};
        case protocol::icmp: return {.at = 2, .needs = 8, .pseudo = false};
        case protocol::icmpv6: return {.at = 2, .needs = 8};
        default: return {};
    }
}

bool has_number(std::uint8_t number) {
    return track::has_ports(number) || protocol::is_icmp(number) || number == protocol::gre;
}

// Where the number stands that is to change; nothing: this packet has none.
std::size_t number_at(MutableBytes l4, std::uint8_t number, Manip manip) {
    constexpr std::size_t none = 0xffff, id = 4, call = 6;
    switch (number) {
        case protocol::tcp:
        case protocol::udp:
        case protocol::udplite:
        case protocol::dccp:
        case protocol::sctp: return manip == Manip::source ? 0 : 2;
        case protocol::icmp:
        case protocol::icmpv6: return l4.size() > id + 1 && has_id(l4[0], number) ? id : none;
        case protocol::gre:
            return manip == Manip::destination && l4.size() > call + 1 && (l4[1] & 7) == 1 ? call : none;
        default: return none;
    }
}

void put_number(MutableBytes l4, std::uint8_t number, Manip manip, std::uint16_t to, Change change) {
    if (const std::size_t at = number_at(l4, number, manip); at + 2 <= l4.size()) {
        const std::uint16_t before = load_be16(&l4[at]);
        store_be16(&l4[at], to);
        change.add(before, to);
        if (!sum_of(number).pseudo) change = {before, to};
    } else if (!sum_of(number).pseudo) {
        return;
    }
    const Sum sum = sum_of(number);
    if (sum.needs != 0 && l4.size() >= sum.needs) {
        const std::uint16_t old = load_be16(&l4[sum.at]);
        if (sum.zero_is_none && old == 0) return;
        const std::uint16_t now = change.applied(old);
        store_be16(&l4[sum.at], now == 0 && sum.zero_is_none ? std::uint16_t{0xffff} : now);
    } else if (constexpr std::size_t header = 12; number == protocol::sctp && l4.size() >= header) {
        store_be32(&l4[8], wire::sctp_checksum(l4));
    }
}

}  // namespace

bool rewrite_quote(MutableBytes network, Family family, Manip manip, const End& to) {
    const bool v4 = is_v4(family), source = manip == Manip::source;
    std::uint8_t number = 0;
    std::size_t header = 0;
    if (v4) {
        number = network[9];
        header = (network[0] & 15u) * 4u;
    } else {
        const auto place = wire::find_transport(network);
        number = place.protocol;
        header = place.offset;
    }
    // What every sender of errors quotes at least (RFC 792).
    constexpr std::size_t least = 8;
    if (has_number(number) && header + least > network.size()) return false;
    std::uint8_t* const address = &network[v4 ? (source ? 12 : 16) : (source ? 8 : 24)];
    Change change;
    const Address before = Address::load(address, family);
    for (unsigned i = 0; i < 4; ++i) change.add(0, to.address.words[i]);
    for (unsigned i = 0; i < 4; ++i) change.add(before.words[i], 0);
    put_number(network.subspan(header), number, manip, to.port, change);
    to.address.store(address, family);
    if (v4) store_be16(&network[10], change.applied(load_be16(&network[10])));
    return true;
}

}  // namespace gatehouse::nat

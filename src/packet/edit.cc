#include "packet/edit.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/checksum.h"
#include "packet/transport_sum.h"
#include "wire/crc32c.h"

namespace gatehouse::edit {

namespace {

namespace protocol = wire::protocol;

// What a sum gains when covered bytes that summed to `from` become bytes that sum to `to`.
std::uint64_t change(std::uint64_t from, std::uint64_t to) {
    return std::uint64_t{checksum::fold(to)} + static_cast<std::uint16_t>(~checksum::fold(from));
}

// `field` is a finished checksum; the sum under it gains `gain`.
std::uint16_t shifted(std::uint16_t field, std::uint64_t gain) {
    return checksum::finish(static_cast<std::uint16_t>(~field) + gain);
}

void shift_header_sum(Packet& packet, std::uint64_t gain) {
    std::uint8_t* const field = packet.l3() + 10;
    store_be16(field, shifted(load_be16(field), gain));
}

// The pseudo-header's sum gains `pseudo`, the covered header and payload `body`.
void shift_transport_sum(Packet& packet, std::uint64_t pseudo, std::uint64_t body) {
    if (packet.checksum == ChecksumState::partial) {
        if (pseudo == 0) return;
        std::uint8_t* const field = packet.data + packet.checksum_start + packet.checksum_offset;
        store_be16(field, checksum::fold(load_be16(field) + pseudo));
        return;
    }
    const auto kind = transport_sum::kind_of(packet);
    if (!kind) return;
    std::uint8_t* const field = packet.l4() + kind->field;
    const std::uint16_t old = load_be16(field);
    if (kind->zero_is_none && old == 0) return;
    const std::uint16_t now = shifted(old, body + (kind->pseudo ? pseudo : 0));
    store_be16(field, now == 0 && kind->zero_is_none ? std::uint16_t{0xffff} : now);
}

// CRC32c isn't kept incrementally; of a fragment it can't be known.
void renew_crc(Packet& packet) {
    if (packet.checksum == ChecksumState::partial || packet.flat.fragmented) return;
    store_be32(packet.l4() + 8, wire::sctp_checksum(packet.transport()));
}

void set_address(Packet& packet, Address& flat, std::size_t offset, const Address& to) {
    if (flat == to) return;
    std::uint64_t from_sum = 0, to_sum = 0;
    for (const std::uint32_t word : flat.words) from_sum += word;
    for (const std::uint32_t word : to.words) to_sum += word;
    const std::uint64_t gain = change(from_sum, to_sum);
    to.store(packet.l3() + offset, packet.flat.family);
    if (is_v4(packet.flat.family)) shift_header_sum(packet, gain);
    shift_transport_sum(packet, gain, 0);
    flat = to;
    packet.changed = true;
}

// A word of the IPv4 header.
inline void set_header16(Packet& packet, std::size_t offset, std::uint16_t to) {
    std::uint8_t* const at = packet.l3() + offset;
    std::uint8_t* const field = packet.l3() + 10;
    store_be16(field, checksum::update16(load_be16(field), load_be16(at), to));
    store_be16(at, to);
}

bool has_ports(const Flat& flat) {
    return flat.transport == Transport::whole && flat.protocol != protocol::icmp &&
           flat.protocol != protocol::icmpv6;
}

// Where the payload begins, from the transport header; nothing if the header's length can't be.
std::optional<std::size_t> payload_offset(const Packet& packet) {
    const Bytes l4 = packet.transport();
    std::size_t header = 8;  // UDP, UDP-Lite, ICMP, ICMPv6
    std::size_t least = 8;
    if (packet.flat.protocol == protocol::tcp) {
        header = (l4[12] >> 4) * 4u;
        least = 20;
    } else if (packet.flat.protocol == protocol::dccp) {
        header = l4[4] * 4u;
        least = 12;
    } else if (packet.flat.protocol == protocol::sctp) {
        header = least = 12;
    }
    if (header < least || header > l4.size()) return {};
    return header;
}

// Sets the IP header's length, and UDP's; returns what UDP's or UDP-Lite's own field adds to the sum.
std::uint64_t set_lengths(Packet& packet, std::int32_t delta) {
    if (is_v4(packet.flat.family)) {
        set_header16(packet, 2, packet.flat.l3_length);
    } else {
        store_be16(packet.l3() + 4, static_cast<std::uint16_t>(packet.flat.l3_length - 40));
    }
    std::uint8_t* const field = packet.l4() + 4;
    const std::uint32_t old = load_be16(field);
    const auto size = static_cast<std::uint32_t>(packet.transport().size());
    std::uint32_t now = old;
    if (packet.flat.protocol == protocol::udp) {
        now = old + delta;
    } else if (packet.flat.protocol == protocol::udplite && old != 0) {
        // A coverage of the whole stays the whole; a part stays that part, if so much is left.
        now = old == size - delta || old > size ? size : old;
    }
    if (now == old) return 0;
    store_be16(field, static_cast<std::uint16_t>(now));
    return change(old, now);
}

// Whether bytes behind the replaced ones keep their parity and stay covered: they needn't be summed again.
bool in_step(std::int32_t delta, const Packet& packet, std::size_t covered) {
    if (delta == 0) return true;
    if (delta % 2 != 0) return false;
    if (packet.flat.protocol == protocol::udp) return true;
    // DCCP's coverage of a part stays that part, also where it reached the old end.
    const bool part = packet.flat.protocol == protocol::dccp && (packet.l4()[5] & 0x0f) != 0;
    return !part && covered == packet.transport().size();
}

// The sum of the covered bytes in [from, to) of the transport segment; `from` is even.
std::uint64_t sum_between(const Packet& packet, std::size_t from, std::size_t to, std::size_t covered) {
    const Bytes l4 = packet.transport();
    to = std::min(to, covered);
    return from < to ? checksum::add(l4.subspan(from, to - from)) : 0;
}

}  // namespace

void set_source(Packet& packet, const Address& to) {
    set_address(packet, packet.flat.source, is_v4(packet.flat.family) ? 12 : 8, to);
}

void set_destination(Packet& packet, const Address& to) {
    set_address(packet, packet.flat.destination, is_v4(packet.flat.family) ? 16 : 24, to);
}

void set_ttl(Packet& packet, std::uint8_t to) {
    if (packet.flat.ttl == to) return;
    if (is_v4(packet.flat.family)) {
        set_header16(packet, 8, static_cast<std::uint16_t>(to << 8 | packet.l3()[9]));
    } else {
        packet.l3()[7] = to;
    }
    packet.flat.ttl = to;
    packet.changed = true;
}

void set_tos(Packet& packet, std::uint8_t to) {
    if (packet.flat.tos == to) return;
    if (is_v4(packet.flat.family)) {
        set_header16(packet, 0, static_cast<std::uint16_t>(packet.l3()[0] << 8 | to));
    } else {
        const std::uint16_t word = load_be16(packet.l3());
        store_be16(packet.l3(), static_cast<std::uint16_t>((word & 0xf00f) | to << 4));
    }
    packet.flat.tos = to;
    packet.changed = true;
}

void set_source_port(Packet& packet, std::uint16_t to) {
    if (has_ports(packet.flat)) set_transport16(packet, 0, to);
}

void set_destination_port(Packet& packet, std::uint16_t to) {
    if (has_ports(packet.flat)) set_transport16(packet, 2, to);
}

void set_transport16(Packet& packet, std::uint16_t offset, std::uint16_t to) {
    const std::size_t size = packet.transport().size();
    if (packet.flat.transport != Transport::whole || offset + 2u > size) return;
    std::uint8_t* const at = packet.l4() + offset;
    const std::uint16_t from = load_be16(at);
    if (from == to) return;
    store_be16(at, to);
    packet.changed = true;
    const std::size_t covered = transport_sum::covered(packet).value_or(size);
    // The last byte that is covered may be a word's first.
    const std::uint16_t mask = offset + 1u < covered ? 0xffff : offset < covered ? 0xff00 : 0;
    shift_transport_sum(packet, 0, change(from & mask, to & mask));
    if (transport_sum::has_crc(packet)) renew_crc(packet);
    Flat& flat = packet.flat;
    if (has_ports(flat)) {
        if (offset == 0) flat.sport = to;
        if (offset == 2) flat.dport = to;
        if (offset == 12 && flat.protocol == protocol::tcp) flat.tcp_flags = static_cast<std::uint8_t>(to);
    } else if (offset == 0) {
        flat.sport = to >> 8;
        flat.dport = to & 0xff;
    }
}

void set_transport32(Packet& packet, std::uint16_t offset, std::uint32_t to) {
    if (packet.flat.transport != Transport::whole || offset + 4u > packet.transport().size()) return;
    // In whole words: at an odd offset the bytes before and behind stay.
    const auto first = static_cast<std::uint16_t>(offset & ~1u);
    const std::size_t length = offset == first ? 4 : 6;
    std::uint8_t bytes[6]{};
    const std::size_t there = std::min(length, packet.transport().size() - first);
    std::memcpy(bytes, packet.l4() + first, there);
    store_be32(bytes + (offset - first), to);
    for (std::size_t i = 0; i + 1 < there; i += 2)
        set_transport16(packet, static_cast<std::uint16_t>(first + i), load_be16(bytes + i));
}

void set_mark(Packet& packet, Mark to) {
    packet.changed = packet.changed || packet.mark != to;
    packet.mark = to;
}

bool replace_payload(Packet& packet, std::uint32_t offset, std::uint32_t length, Bytes with) {
    if (packet.flat.transport != Transport::whole) return false;
    const auto header = payload_offset(packet);
    const auto covered = transport_sum::covered(packet);
    const std::size_t size = packet.transport().size();
    if (!header || !covered) return false;
    const std::size_t end = packet.flat.protocol == protocol::udp ? *covered : size;
    const std::size_t at = *header + offset;
    if (at + length > end || with.size() > max_frame) return false;
    const auto delta = static_cast<std::int32_t>(with.size()) - static_cast<std::int32_t>(length);
    if (delta != 0 && packet.flat.fragmented) return false;

    const bool local = in_step(delta, packet, *covered);
    const std::size_t start = at & ~std::size_t{1};
    const auto region_end = [&](std::size_t l) { return local ? (at + l + 1) & ~std::size_t{1} : max_frame; };
    const std::uint64_t before = sum_between(packet, start, region_end(length), *covered);
    if (delta != 0) {
        const auto gap = static_cast<std::uint32_t>(packet.flat.l4 - packet.flat.l3 + at);
        if (!resize_at(packet, delta > 0 ? gap + length : gap, delta)) return false;
    }
    if (!with.empty()) std::memcpy(packet.l4() + at, with.data(), with.size());
    packet.changed = true;
    const std::uint64_t own_field = delta != 0 ? set_lengths(packet, delta) : 0;
    const std::size_t now_covered = transport_sum::covered(packet).value_or(packet.transport().size());
    const std::uint64_t after = sum_between(packet, start, region_end(with.size()), now_covered);
    const std::uint64_t pseudo = delta == 0 ? 0
                                            : change(transport_sum::pseudo_length(packet) - delta,
                                                     transport_sum::pseudo_length(packet));
    shift_transport_sum(packet, pseudo, change(before, after) + own_field);
    if (transport_sum::has_crc(packet)) renew_crc(packet);
    return true;
}

bool resize_at(Packet& packet, std::uint32_t offset, std::int32_t delta) {
    Flat& flat = packet.flat;
    const std::uint32_t at = flat.l3 + offset;
    const auto amount = static_cast<std::uint32_t>(delta < 0 ? -delta : delta);
    const std::uint32_t removed = delta < 0 ? amount : 0;
    if (offset > flat.l3_length || removed > flat.l3_length - offset) return false;
    if (delta > 0 && (flat.l3_length + amount > max_frame || packet.length + amount > max_frame))
        return false;
    const std::uint32_t behind = packet.length - at - removed;
    bool move_front = at < behind;
    if (delta > 0) {
        if (move_front && packet.headroom() < amount) move_front = false;
        if (!move_front && packet.tailroom() < amount) {
            if (packet.headroom() < amount) return false;
            move_front = true;
        }
    }
    if (move_front) {
        std::memmove(packet.data - delta, packet.data, at);
        packet.data -= delta;
    } else {
        std::memmove(packet.data + at + removed + delta, packet.data + at + removed, behind);
    }
    packet.length += delta;
    if (delta > 0) std::memset(packet.data + at, 0, amount);
    const auto follow = [&](std::uint16_t& place) {
        if (place >= at + removed) {
            place = static_cast<std::uint16_t>(place + delta);
        } else if (place > at) {
            place = static_cast<std::uint16_t>(at);
        }
    };
    follow(flat.l4);
    if (packet.checksum == ChecksumState::partial) follow(packet.checksum_start);
    flat.l3_length = static_cast<std::uint16_t>(flat.l3_length + delta);
    packet.changed = true;
    return true;
}

void count_resize(Packet& packet, std::int32_t delta) {
    if (is_v4(packet.flat.family)) {
        set_header16(packet, 2, packet.flat.l3_length);
    } else {
        store_be16(packet.l3() + 4, static_cast<std::uint16_t>(packet.flat.l3_length - 40));
    }
    const auto now = static_cast<std::int64_t>(packet.transport().size());
    shift_transport_sum(packet,
                        change(static_cast<std::uint64_t>(now - delta), static_cast<std::uint64_t>(now)), 0);
    packet.changed = true;
}

void renew_network_checksum(Packet& packet) {
    if (!is_v4(packet.flat.family)) return;
    const Bytes header{packet.l3(), (packet.l3()[0] & 0x0fu) * 4u};
    store_be16(packet.l3() + 10,
               checksum::finish(checksum::add(header.subspan(12), checksum::add(header.first(10)))));
    packet.changed = true;
}

void renew_transport_checksum(Packet& packet) {
    if (transport_sum::has_crc(packet)) {
        renew_crc(packet);
    } else if (const auto kind = transport_sum::kind_of(packet); kind && !packet.flat.fragmented) {
        const bool partial = packet.checksum == ChecksumState::partial;
        store_be16(packet.l4() + kind->field, partial ? checksum::fold(transport_sum::pseudo_sum(packet))
                                                      : transport_sum::right(packet, *kind));
    } else {
        return;
    }
    packet.changed = true;
}

bool transport_checksum_ok(const Packet& packet) {
    return packet.flat.fragmented || transport_sums_up(packet);
}

bool transport_sums_up(const Packet& packet) {
    if (packet.checksum != ChecksumState::unknown) return true;
    if (packet.flat.transport == Transport::truncated) return false;
    if (transport_sum::has_crc(packet)) {
        return load_be32(packet.l4() + 8) == wire::sctp_checksum(packet.transport());
    }
    const auto kind = transport_sum::kind_of(packet);
    if (!kind) return true;
    const std::uint16_t found = load_be16(packet.l4() + kind->field);
    if (packet.flat.protocol == protocol::udp && found == 0) return true;
    const auto covered = transport_sum::covered(packet);
    if (!covered || (packet.flat.protocol == protocol::udplite && found == 0)) return false;
    // Summed with the field in it, so that both forms of zero pass.
    const std::uint64_t pseudo = kind->pseudo ? transport_sum::pseudo_sum(packet) : 0;
    return checksum::fold(checksum::add(packet.transport().first(*covered), pseudo)) == 0xffff;
}

void complete_checksum(Packet& packet) {
    if (packet.checksum != ChecksumState::partial) return;
    const std::uint32_t end = packet.flat.network ? packet.flat.l3 + packet.flat.l3_length : packet.length;
    std::uint8_t* const start = packet.data + packet.checksum_start;
    const Bytes summed{start, end - packet.checksum_start};
    if (transport_sum::has_crc(packet)) {
        store_be32(packet.l4() + 8, wire::sctp_checksum(packet.transport()));
    } else {
        const std::uint16_t value = checksum::finish(checksum::add(summed));
        const bool udp = packet.flat.protocol == protocol::udp || packet.flat.protocol == protocol::udplite;
        store_be16(start + packet.checksum_offset, value == 0 && udp ? std::uint16_t{0xffff} : value);
    }
    packet.checksum = ChecksumState::good;
    packet.changed = true;
}

}  // namespace gatehouse::edit

#include "datagram.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/checksum.h"
#include "wire/builder.h"

namespace gatehouse::nat_generator {

namespace {

namespace protocol = wire::protocol;
constexpr std::size_t ethernet = 14;
constexpr Mac station{{2, 0, 0, 0, 9, 9}};

bool is_icmp(std::uint8_t number) { return number == protocol::icmp || number == protocol::icmpv6; }

wire::PacketBuilder begin(Family family, const Address& from, const Address& to, const Mac& station_to) {
    wire::PacketBuilder b;
    b.ethernet({.destination = station_to, .source = station});
    if (is_v4(family)) {
        b.ipv4({.source = from, .destination = to});
    } else {
        b.ipv6({.source = from, .destination = to});
    }
    return b;
}

void add_transport(wire::PacketBuilder& b, const Datagram& d) {
    if (d.protocol == protocol::tcp) {
        b.tcp({.source = d.from.port,
               .destination = d.to.port,
               .sequence = d.sequence,
               .acknowledgment = d.acknowledgment,
               .flags = d.flags});
    } else if (d.protocol == protocol::udp) {
        b.udp({.source = d.from.port, .destination = d.to.port});
    } else if (d.protocol == protocol::icmp) {
        b.icmp(
            {.type = static_cast<std::uint8_t>(d.answer ? 0 : 8), .rest = wire::Icmp::echo(d.from.port, 1)});
    } else {
        b.icmpv6({.type = static_cast<std::uint8_t>(d.answer ? 129 : 128),
                  .rest = wire::Icmp::echo(d.from.port, 1)});
    }
}

std::uint64_t pseudo(const Read& read, std::size_t length) {
    const Datagram& d = read.datagram;
    const bool v4 = is_v4(d.family);
    return checksum::add(Bytes(read.ip).subspan(v4 ? 12 : 8, v4 ? 8 : 32)) + d.protocol + length;
}

// Fills in what the transport header says. False: it isn't there.
bool read_transport(Datagram& d, Bytes l4) {
    constexpr std::size_t least = 8;
    if (l4.size() < least) return false;
    if (is_icmp(d.protocol)) {
        d.from.port = d.to.port = load_be16(&l4[4]);
        d.answer = l4[0] == (d.protocol == protocol::icmp ? 0 : 129);
        d.payload.assign(l4.begin() + least, l4.end());
        return true;
    }
    d.from.port = load_be16(&l4[0]);
    d.to.port = load_be16(&l4[2]);
    std::size_t header = least;
    if (constexpr std::size_t tcp = 20; d.protocol == protocol::tcp && l4.size() >= tcp) {
        d.sequence = load_be32(&l4[4]);
        d.acknowledgment = load_be32(&l4[8]);
        d.flags = l4[13];
        header = std::min<std::size_t>((l4[12] >> 4) * 4u, l4.size());
    }
    d.payload.assign(l4.begin() + static_cast<std::ptrdiff_t>(header), l4.end());
    return true;
}

bool transport_is_sound(const Read& read, Bytes l4) {
    const std::uint8_t number = read.datagram.protocol;
    if (number == protocol::udp && load_be16(&l4[6]) == 0) return is_v4(read.datagram.family);
    const std::uint64_t start = number == protocol::icmp ? 0 : pseudo(read, l4.size());
    return checksum::finish(checksum::add(l4, start)) == 0;
}

// The network header: where the transport's begins; nothing if it isn't whole.
std::optional<std::size_t> read_network(Read& read, bool whole) {
    const Bytes ip = read.ip;
    Datagram& d = read.datagram;
    constexpr std::size_t v4_header = 20, v6_header = 40;
    if (ip.size() < v4_header) return {};
    d.family = ip[0] >> 4 == 4 ? Family::ipv4 : Family::ipv6;
    if (is_v4(d.family)) {
        const std::size_t total = load_be16(&ip[2]);
        if (whole && (total > ip.size() || total < v4_header)) return {};
        if (whole) read.ip.resize(total);
        d.from.address = Address::load(&read.ip[12], d.family);
        d.to.address = Address::load(&read.ip[16], d.family);
        d.protocol = read.ip[9];
        const std::uint16_t place = load_be16(&read.ip[6]);
        read.fragment = (place & 0x3fff) != 0;
        read.first = (place & 0x1fff) == 0;
        const std::size_t header = (read.ip[0] & 15u) * 4u;
        read.sound = checksum::finish(checksum::add(Bytes(read.ip).first(header))) == 0;
        return header;
    }
    if (ip.size() < v6_header) return {};
    const std::size_t total = v6_header + load_be16(&ip[4]);
    if (whole && total > ip.size()) return {};
    if (whole) read.ip.resize(total);
    d.from.address = Address::load(&read.ip[8], d.family);
    d.to.address = Address::load(&read.ip[24], d.family);
    d.protocol = read.ip[6];
    read.sound = true;
    if (d.protocol != protocol::fragment) return v6_header;
    constexpr std::size_t fragment_header = 8;
    if (read.ip.size() < v6_header + fragment_header) return {};
    d.protocol = read.ip[v6_header];
    read.fragment = true;
    read.first = (load_be16(&read.ip[v6_header + 2]) & 0xfff8) == 0;
    return v6_header + fragment_header;
}

bool is_error(const Datagram& d, Bytes l4) {
    if (d.protocol == protocol::icmp) return l4[0] == 3;
    return d.protocol == protocol::icmpv6 && l4[0] == 1;
}

}  // namespace

std::vector<std::uint8_t> frame_of(const Datagram& datagram, const Mac& to) {
    auto b = begin(datagram.family, datagram.from.address, datagram.to.address, to);
    add_transport(b, datagram);
    return b.payload(datagram.payload).build();
}

std::vector<std::vector<std::uint8_t>> fragments_of(const Datagram& datagram, const Mac& to,
                                                    std::uint16_t id) {
    const auto whole = frame_of(datagram, to);
    const bool v4 = is_v4(datagram.family);
    const std::size_t header = ethernet + (v4 ? 20 : 40);
    const Bytes l4 = Bytes(whole).subspan(header);
    const std::size_t cut = l4.size() / 2 / 8 * 8;
    std::vector<std::vector<std::uint8_t>> frames;
    for (const bool first : {true, false}) {
        wire::PacketBuilder b;
        b.ethernet({.destination = to, .source = station});
        const auto offset = static_cast<std::uint16_t>(first ? 0 : cut / 8);
        if (v4) {
            b.ipv4({.source = datagram.from.address,
                    .destination = datagram.to.address,
                    .id = id,
                    .more_fragments = first,
                    .fragment_offset = offset,
                    .protocol = datagram.protocol});
        } else {
            b.ipv6({.source = datagram.from.address, .destination = datagram.to.address})
                .fragment({.id = id, .offset = offset, .more = first, .next = datagram.protocol});
        }
        frames.push_back(b.payload(first ? l4.first(cut) : l4.subspan(cut)).build());
    }
    return frames;
}

std::vector<std::uint8_t> error_frame(Family family, const Address& from, const Address& to, Bytes quoted,
                                      const Mac& to_station) {
    auto b = begin(family, from, to, to_station);
    if (is_v4(family)) {
        b.icmp({.type = 3, .code = 3});
    } else {
        b.icmpv6({.type = 1, .code = 4});
    }
    return b.payload(quoted).build();
}

std::optional<Read> read_frame(Bytes frame) {
    if (frame.size() <= ethernet) return {};
    Read read;
    const Bytes ip = frame.subspan(ethernet);
    read.ip.assign(ip.begin(), ip.end());
    const auto header = read_network(read, true);
    if (!header || *header > read.ip.size()) return {};
    if (!read.first) return read;
    const Bytes l4 = Bytes(read.ip).subspan(*header);
    if (!read_transport(read.datagram, l4)) return {};
    if (!read.fragment) read.sound &= transport_is_sound(read, l4);
    if (!is_error(read.datagram, l4)) return read;
    Read inner;
    inner.ip.assign(l4.begin() + 8, l4.end());
    const auto inner_header = read_network(inner, false);
    if (!inner_header || *inner_header > inner.ip.size()) return {};
    if (!read_transport(inner.datagram, Bytes(inner.ip).subspan(*inner_header))) return {};
    read.sound &= inner.sound;
    read.quoted.push_back(inner.datagram);
    return read;
}

std::optional<Read> put_together(const Read& first, const Read& second) {
    if (!first.fragment || !second.fragment || !first.first || second.first) return {};
    Read whole = first;
    const std::size_t header = is_v4(first.datagram.family) ? 20 : 48;
    whole.ip.insert(whole.ip.end(), second.ip.begin() + static_cast<std::ptrdiff_t>(header), second.ip.end());
    const Bytes l4 = Bytes(whole.ip).subspan(header);
    if (!read_transport(whole.datagram, l4)) return {};
    whole.sound = first.sound && second.sound && transport_is_sound(whole, l4) &&
                  first.datagram.from.address == second.datagram.from.address &&
                  first.datagram.to.address == second.datagram.to.address;
    return whole;
}

std::string text_of(const End& end, Family family) {
    return fmt::format("{}#{}", to_string(end.address, family), end.port);
}

}  // namespace gatehouse::nat_generator

#include "packet/transport_sum.h"

#include <algorithm>

#include "base/checksum.h"

namespace gatehouse::transport_sum {

namespace protocol = wire::protocol;

std::optional<std::size_t> covered(const Packet& packet) {
    const Bytes l4 = packet.transport();
    std::size_t bytes = l4.size();
    if (packet.flat.protocol == protocol::udp) {
        bytes = load_be16(&l4[4]);
        // Nought says that it has too much for its field (RFC 2675, 4); Linux believes it of any packet.
        if (bytes == 0 && !is_v4(packet.flat.family)) bytes = l4.size();
        if (bytes < 8) return {};
        // A first fragment has less than its length says.
        if (packet.flat.fragmented) bytes = std::min(bytes, l4.size());
    } else if (packet.flat.protocol == protocol::udplite) {
        const std::size_t coverage = load_be16(&l4[4]);
        if (coverage != 0) bytes = coverage;
        if (bytes < 8) return {};
    } else if (packet.flat.protocol == protocol::dccp) {
        // RFC 4340, 9.2: nought is all, one the header alone, each further one four bytes of data.
        const std::size_t header = l4[4] * 4u;
        const unsigned coverage = l4[5] & 0x0fu;
        if (header < 12) return {};
        if (coverage != 0) bytes = std::min(header + (coverage - 1) * 4u, std::max(header, l4.size()));
    }
    if (bytes > l4.size()) return {};
    return bytes;
}

std::size_t pseudo_length(const Packet& packet) {
    const Bytes l4 = packet.transport();
    if (packet.flat.protocol == protocol::udp) return covered(packet).value_or(l4.size());
    return l4.size();
}

std::uint64_t pseudo_sum(const Packet& packet) {
    return pseudo_sum(packet.flat, packet.flat.protocol, pseudo_length(packet));
}

std::uint64_t pseudo_sum(const Flat& flat, std::uint8_t number, std::size_t length) {
    std::uint64_t sum = length + number;
    for (const std::uint32_t word : flat.source.words) sum += word;
    for (const std::uint32_t word : flat.destination.words) sum += word;
    return sum;
}

std::uint16_t right(const Packet& packet, const Kind& kind) {
    const Bytes l4 = packet.transport();
    const Bytes bytes = l4.first(covered(packet).value_or(l4.size()));
    std::uint64_t sum = kind.pseudo ? pseudo_sum(packet) : 0;
    sum = checksum::add(bytes.first(kind.field), sum);
    sum = checksum::add(bytes.subspan(kind.field + 2u), sum);
    const std::uint16_t value = checksum::finish(sum);
    return value == 0 && kind.zero_is_none ? std::uint16_t{0xffff} : value;
}

}  // namespace gatehouse::transport_sum

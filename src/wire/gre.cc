#include "wire/gre.h"

#include "base/checksum.h"
#include "wire/protocol.h"

namespace gatehouse::wire {

namespace {

constexpr std::uint16_t has_checksum = 0x8000;
constexpr std::uint16_t has_routing = 0x4000;
constexpr std::uint16_t has_key = 0x2000;
constexpr std::uint16_t has_sequence = 0x1000;
constexpr std::uint16_t has_acknowledgment = 0x0080;  // version 1

}  // namespace

Checked<GreView> GreView::parse(Bytes packet) {
    if (packet.size() < 4) return fault(FaultKind::truncated, packet.size(), 4);
    const std::uint16_t flags = load_be16(packet.data());
    const unsigned version = flags & 7;
    if (version > 1) return fault(FaultKind::bad_version, version, 1);
    const bool one = version == 1;
    if ((flags & has_routing) != 0 || (one && (flags & (has_checksum | has_key)) != has_key)) {
        return fault(FaultKind::bad_header, flags, flags & ~(has_routing | (one ? has_checksum : 0)));
    }
    std::size_t header = 4;
    for (const std::uint16_t flag : {has_checksum, has_key, has_sequence}) {
        if ((flags & flag) != 0) header += 4;
    }
    if (one && (flags & has_acknowledgment) != 0) header += 4;
    if (packet.size() < header) return fault(FaultKind::truncated, packet.size(), header);
    if (one) {
        if (load_be16(&packet[2]) != ethertype::ppp) {
            return fault(FaultKind::bad_type, load_be16(&packet[2]), ethertype::ppp);
        }
        const std::size_t length = load_be16(&packet[4]);
        if (length > packet.size() - header) {
            return fault(FaultKind::bad_length, length, packet.size() - header);
        }
        packet = packet.first(header + length);
    }
    return GreView(packet, header);
}

std::optional<std::uint16_t> GreView::checksum() const {
    if (!has(has_checksum)) return {};
    return load_be16(&packet_[4]);
}

bool GreView::checksum_ok() const {
    return !has(has_checksum) || checksum::fold(checksum::add(packet_)) == 0xffff;
}

std::optional<std::uint32_t> GreView::key() const {
    if (!has(has_key)) return {};
    return load_be32(&packet_[has(has_checksum) ? 8 : 4]);
}

std::optional<std::uint32_t> GreView::sequence() const {
    if (!has(has_sequence)) return {};
    return load_be32(&packet_[4u + (has(has_checksum) ? 4 : 0) + (has(has_key) ? 4 : 0)]);
}

std::optional<std::uint32_t> GreView::acknowledgment() const {
    if (version() != 1 || !has(has_acknowledgment)) return {};
    return load_be32(&packet_[header_ - 4]);
}

}  // namespace gatehouse::wire

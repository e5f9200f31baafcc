// The end of PacketBuilder's work: lengths and checksums, from the innermost header to the outermost.
#include <algorithm>

#include "base/checksum.h"
#include "wire/builder.h"
#include "wire/crc32c.h"

namespace gatehouse::wire {

// The pseudo-header of the nearest IP header around `layer`, for `length` bytes of protocol `number`.
std::uint64_t PacketBuilder::pseudo_sum(std::size_t layer, std::uint8_t number, std::size_t length) {
    const Bytes all = out_.written();
    while (layer-- > 0) {
        const Layer& around = layers_[layer];
        const std::uint64_t sum = number + length;
        if (around.kind == Kind::ipv4) return checksum::add(all.subspan(around.offset + 12, 8), sum);
        if (around.kind == Kind::ipv6) return checksum::add(all.subspan(around.offset + 8, 32), sum);
    }
    return 0;
}

// `covered`: how many bytes from the header on.
void PacketBuilder::fix_internet_checksum(std::size_t layer, std::size_t field, std::size_t covered,
                                          std::uint64_t sum, bool zero_is_none) {
    const std::size_t at = layers_[layer].offset;
    const MutableBytes all = out_.written();
    store_be16(&all[at + field], 0);
    const std::uint16_t value = checksum::finish(checksum::add(all.subspan(at, covered), sum));
    store_be16(&all[at + field], value == 0 && zero_is_none ? std::uint16_t{0xffff} : value);
}

// Fixes one header, everything inside it being right already. `end`: of the packet.
void PacketBuilder::fix(std::size_t index, std::size_t end) {
    const Layer& layer = layers_[index];
    std::uint8_t* const at = out_.written().data() + layer.offset;
    const std::size_t size = end - layer.offset;
    const auto length = [&](std::size_t field, std::size_t value) {
        if (layer.fix_length) store_be16(at + field, static_cast<std::uint16_t>(value));
    };
    const auto internet = [&](std::size_t field, std::size_t covered, std::uint8_t pseudo,
                              bool zero = false) {
        if (!layer.fix_checksum) return;
        const std::uint64_t sum = pseudo != 0 ? pseudo_sum(index, pseudo, size) : 0;
        fix_internet_checksum(index, field, std::min(covered, size), sum, zero);
    };
    switch (layer.kind) {
        case Kind::ethernet:
        case Kind::tag:
            if (layer.naming == Naming::by_length) {
                const std::size_t behind = end - layer.name_at - 2;
                store_be16(out_.written().data() + layer.name_at, static_cast<std::uint16_t>(behind));
            }
            break;
        case Kind::pppoe: length(4, size - 6); break;
        case Kind::ipv4:
            length(2, size);
            internet(10, std::max<std::size_t>(20, (at[0] & 0x0fu) * 4u), 0);
            break;
        case Kind::ipv6: length(4, size - 40); break;
        case Kind::tcp: internet(16, size, protocol::tcp); break;
        case Kind::udp:
            length(4, size);
            internet(6, size, protocol::udp, true);
            break;
        case Kind::udplite: {
            const std::size_t coverage = load_be16(at + 4);
            internet(6, coverage == 0 ? size : std::max<std::size_t>(coverage, 8), protocol::udplite, true);
            break;
        }
        case Kind::icmp: internet(2, size, 0); break;
        case Kind::icmpv6: internet(2, size, protocol::icmpv6); break;
        case Kind::sctp:
            if (layer.fix_checksum) store_be32(at + 8, sctp_checksum({at, size}));
            break;
        case Kind::dccp: {
            const unsigned coverage = at[5] & 0x0fu;
            internet(6, coverage == 0 ? size : at[4] * 4u + (coverage - 1) * 4u, protocol::dccp);
            break;
        }
        case Kind::gre: internet(4, size, 0); break;
        case Kind::pptp: {
            const std::size_t header = 8u + ((at[0] & 0x10) != 0 ? 4 : 0) + ((at[1] & 0x80) != 0 ? 4 : 0);
            length(4, size - header);
            break;
        }
        case Kind::llc:
        case Kind::arp:
        case Kind::extension:
        case Kind::fragment:
        case Kind::ah:
        case Kind::esp:
        case Kind::unknown: break;
    }
}

Bytes PacketBuilder::finish() {
    if (out_.overflowed() || too_many_) return {};
    if (!finished_) {
        const std::size_t end = out_.size();
        for (std::size_t i = count_; i-- > 0;) fix(i, end);
        if (end < minimum_) out_.zeros(minimum_ - end);
        finished_ = true;
    }
    return out_.overflowed() ? Bytes{} : out_.written();
}

std::vector<std::uint8_t> PacketBuilder::build() {
    const Bytes bytes = finish();
    return {bytes.begin(), bytes.end()};
}

}  // namespace gatehouse::wire

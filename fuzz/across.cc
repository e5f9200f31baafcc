// Fuzzes the translator between the families (nat/across.h): whatever tracking would let pass either becomes
// a good packet of the other family, whose checksum is as right as it was, or is refused by name; and what
// went there and back is what it was, but for what a header can't keep.
//
// The input's first byte says what the device knows of the checksum; the rest is a network packet.
#include "nat/across.h"

#include <cstdio>
#include <cstdlib>
#include <vector>

#include "defrag/whole.h"
#include "nat/embedding.h"
#include "packet/edit.h"
#include "packet/parse.h"
#include "packet/reason.h"
#include "packet/test_frame.h"
#include "track/trackers.h"
#include "track/tuple_of.h"

namespace {

using namespace gatehouse;
using track::Tuple;

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "doesn't hold: %s\n", what);
    std::abort();
}

const Address client6{{0xfd000001, 0, 0, 2}};

Tuple other_side(const Packet& packet, const Tuple& tuple) {
    const bool v4 = is_v4(packet.flat.family);
    const Family family = v4 ? Family::ipv6 : Family::ipv4;
    Tuple as = tuple;
    as.family = family;
    as.protocol = track::protocol_in(family, tuple.protocol);
    as.source = v4 ? nat::Embedding{}.embed(tuple.source) : Address::v4(0xc000024d);
    as.destination = v4 ? client6 : Address::v4(0xc6336409);
    as.ends = {static_cast<std::uint16_t>(tuple.ends.source + 1), tuple.ends.destination};
    return as;
}

bool is_icmp(const Packet& packet) {
    return packet.flat.protocol == wire::protocol::icmp || packet.flat.protocol == wire::protocol::icmpv6;
}

void require_good(const Packet& packet, bool sum_was_right) {
    TestFrame again(packet.bytes());
    again.packet.flat.l3 = packet.flat.l3;
    require(!parse_network(again.packet), "the new packet can be parsed");
    require(again.packet.flat.l3_length == packet.flat.l3_length && again.packet.flat.l4 == packet.flat.l4 &&
                again.packet.flat.protocol == packet.flat.protocol &&
                again.packet.flat.source == packet.flat.source &&
                again.packet.flat.destination == packet.flat.destination &&
                again.packet.flat.sport == packet.flat.sport,
            "the flat view is that of the new packet");
    if (sum_was_right) require(edit::transport_checksum_ok(packet), "a right checksum stays right");
}

void cross_error(Packet& packet) {
    constexpr std::size_t icmp_header = 8;
    const auto quoted = track::quoted_tuple(packet.transport().subspan(icmp_header), packet.flat.family);
    if (!quoted) return;
    const Tuple as = other_side(packet, *quoted);
    const Finding finding = nat::cross_error(packet, {.source = as.destination, .quoted = as, .id = 7});
    if (!finding) require_good(packet, true);
}

void there_and_back(Packet& packet, const Tuple& tuple) {
    const std::vector<std::uint8_t> before(packet.transport().begin(), packet.transport().end());
    const bool v6 = !is_v4(packet.flat.family);
    const bool right = edit::transport_checksum_ok(packet);
    const bool unsummed = packet.flat.protocol == wire::protocol::udp && load_be16(packet.l4() + 6) == 0;
    if (nat::cross(packet, other_side(packet, tuple), 7)) return;
    require_good(packet, right && !(unsummed && v6));
    Tuple back = tuple;
    if (nat::unfit_to_cross(packet) || nat::cross(packet, back, 7)) return;
    if (unsummed) return;
    require(before.size() == packet.transport().size(), "there and back nothing is lost");
    // A sum of zero is written as 0xffff, or the other way round.
    if (right) require(edit::transport_checksum_ok(packet), "there and back the checksum is right");
    const std::size_t header = 8;
    if (before.size() > header && packet.flat.protocol == wire::protocol::udp) {
        require(std::equal(before.begin() + header, before.end(), packet.transport().begin() + header),
                "there and back the payload is the same");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2 || size > 3000) return 0;
    TestFrame frame(Bytes(data + 1, size - 1));
    Packet& packet = frame.packet;
    if (parse_network(packet)) return 0;
    if (packet.flat.fragmented || track::unfit(packet, false)) return 0;
    const auto of = track::tuple_of(packet);
    if (of.finding) return 0;
    const std::uint8_t number = packet.flat.protocol;
    if (is_icmp(packet)) {
        const bool v4 = number == wire::protocol::icmp;
        if (v4 != is_v4(packet.flat.family)) return 0;
        const std::uint8_t type = packet.transport()[0];
        if (v4 ? wire::icmp::is_error(type) : wire::icmpv6::is_error(type)) {
            cross_error(packet);
            return 0;
        }
    } else if (number != wire::protocol::tcp && number != wire::protocol::udp) {
        return 0;
    }
    if (data[0] % 2 != 0) packet.checksum = ChecksumState::good;
    if (nat::unfit_to_cross(packet)) return 0;
    there_and_back(packet, of.tuple);
    return 0;
}

#include "defrag/fragment.h"

#include <algorithm>
#include <array>

#include "base/checksum.h"
#include "packet/parse.h"
#include "wire/protocol.h"

namespace gatehouse::defrag {

namespace {

constexpr std::uint16_t dont_fragment = 0x4000, more_fragments = 0x2000;

// Options that only the first fragment carries become no-operations in the others (RFC 791: the copied flag).
void blank_uncopied(MutableBytes options) {
    for (std::size_t at = 0; at < options.size();) {
        const std::uint8_t kind = options[at];
        if (kind == wire::ipv4_option::end) return;
        if (kind == wire::ipv4_option::nop) {
            ++at;
            continue;
        }
        if (at + 1 >= options.size()) return;
        const std::size_t length = options[at + 1];
        if (length < 2 || at + length > options.size()) return;
        if ((kind & 0x80) == 0)
            std::fill_n(options.begin() + static_cast<std::ptrdiff_t>(at), length, wire::ipv4_option::nop);
        at += length;
    }
}

}  // namespace

bool fragment(const Packet& packet, std::uint32_t mtu, const std::function<Packet*(std::uint32_t)>& make,
              const std::function<void(Packet&)>& leave) {
    if (!is_v4(packet.flat.family)) return false;
    const std::uint8_t* const ip = packet.l3();
    const std::uint32_t header = (ip[0] & 15u) * 4;
    const std::uint16_t field = load_be16(ip + 6);
    if ((field & dont_fragment) != 0 || mtu < header + 8) return false;
    const std::uint32_t link = packet.flat.l3;
    const std::uint32_t piece = (mtu - header) & ~7u;
    const std::uint32_t data = packet.flat.l3_length - header;
    std::array<std::uint8_t, 60> fresh{};
    std::copy_n(ip, header, fresh.begin());
    for (std::uint32_t at = 0; at < data; at += piece) {
        const std::uint32_t length = std::min(piece, data - at);
        const bool last = at + length == data;
        // What the last piece says of more to come is what the whole said: it may have been a fragment
        // itself.
        const std::uint16_t more = last ? field & more_fragments : more_fragments;
        Packet* const out = make(link + header + length);
        if (out == nullptr) return at > 0;
        std::copy_n(packet.data, link, out->data);
        std::uint8_t* const to = out->data + link;
        std::copy_n(fresh.begin(), header, to);
        std::copy_n(ip + header + at, length, to + header);
        store_be16(to + 2, static_cast<std::uint16_t>(header + length));
        store_be16(to + 6, static_cast<std::uint16_t>(((field & 0x1fff) + at / 8) | more));
        store_be16(to + 10, 0);
        store_be16(to + 10, checksum::finish(checksum::add({to, header})));
        out->flat.l3 = static_cast<std::uint16_t>(link);
        (void)parse_network(*out);
        out->time = packet.time;
        out->cookie = packet.cookie;
        out->mark = packet.mark;
        out->traced = packet.traced;
        leave(*out);
        if (at == 0) blank_uncopied(MutableBytes(fresh).subspan(20, header - 20));
    }
    return true;
}

}  // namespace gatehouse::defrag

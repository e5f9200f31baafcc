#include "defrag/fragment.h"

#include <algorithm>
#include <array>

#include "base/checksum.h"
#include "packet/parse.h"
#include "wire/ipv6.h"

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

constexpr std::uint32_t ipv6_minimum_mtu = 1280;  // RFC 8200, 5

// Where to cut.
class Pieces {
  public:
    // `header`: bytes before the data in each piece; `data`: how much there is to cut.
    Pieces(const Cut& cut, std::uint32_t limit, std::uint32_t header, std::uint32_t data)
        : data_(data), room_(limit - header) {
        if (cut.whole != nullptr && cut.whole->sizes_return() && cut.whole->data == data) whole_ = cut.whole;
        for (std::uint32_t at = 0; whole_ != nullptr && at < data; at += next(at)) {
            if (next(at) > room_) whole_ = nullptr;
        }
    }
    // The length of the piece that begins at `at`. Only the last may have one that eight doesn't divide.
    std::uint32_t next(std::uint32_t at) const {
        if (whole_ != nullptr) return whole_->piece_end(at) - at;
        return data_ - at <= room_ ? data_ - at : room_ & ~7u;
    }

    bool as_they_came() const { return whole_ != nullptr; }

  private:
    std::uint32_t data_, room_;
    const Whole* whole_ = nullptr;  // whose pieces return
};

struct Means {
    const Packet& packet;
    const std::function<Packet*(std::uint32_t)>& make;
    const std::function<void(Packet&)>& leave;
};

// A piece with the packet's link header and `header` bytes of network header to fill in; nullptr if there is
// no buffer.
Packet* begin_piece(const Means& means, std::uint32_t header, Bytes data) {
    const Packet& packet = means.packet;
    const std::uint32_t link = packet.flat.l3;
    Packet* const out = means.make(link + header + static_cast<std::uint32_t>(data.size()));
    if (out == nullptr) return nullptr;
    std::copy_n(packet.data, link, out->data);
    std::ranges::copy(data, out->data + link + header);
    out->flat.l3 = static_cast<std::uint16_t>(link);
    out->time = packet.time;
    out->cookie = packet.cookie;
    out->mark = packet.mark;
    out->traced = packet.traced;
    return out;
}

bool fragment4(const Means& means, const Cut& cut) {
    const Packet& packet = means.packet;
    const std::uint8_t* const ip = packet.l3();
    const std::uint32_t header = (ip[0] & 15u) * 4;
    const std::uint16_t field = load_be16(ip + 6);
    const bool keep = (field & dont_fragment) != 0;
    const std::uint32_t limit =
        cut.whole == nullptr ? cut.mtu : std::min<std::uint32_t>(cut.mtu, cut.whole->largest);
    if (keep && (cut.whole == nullptr || cut.whole->largest > cut.mtu)) return false;
    if (limit < header + 8) return false;
    const std::uint32_t data = packet.flat.l3_length - header;
    const Pieces pieces(cut, limit, header, data);
    // Linux doesn't say "don't fragment" again in pieces that it sends on as they came.
    const std::uint16_t kept = pieces.as_they_came() ? 0 : field & dont_fragment;
    std::array<std::uint8_t, 60> fresh{};
    std::copy_n(ip, header, fresh.begin());
    std::uint32_t length = 0;
    for (std::uint32_t at = 0; at < data; at += length) {
        length = pieces.next(at);
        const bool last = at + length == data;
        // What the last piece says of more to come is what the whole said: it may have been a fragment
        // itself.
        const std::uint16_t more = last ? field & more_fragments : more_fragments;
        Packet* const out = begin_piece(means, header, {ip + header + at, length});
        if (out == nullptr) return at > 0;
        std::uint8_t* const to = out->l3();
        std::copy_n(fresh.begin(), header, to);
        store_be16(to + 2, static_cast<std::uint16_t>(header + length));
        store_be16(to + 6, static_cast<std::uint16_t>(((field & 0x1fff) + at / 8) | more | kept));
        store_be16(to + 10, 0);
        store_be16(to + 10, checksum::finish(checksum::add({to, header})));
        (void)parse_network(*out);
        means.leave(*out);
        if (at == 0) blank_uncopied(MutableBytes(fresh).subspan(20, header - 20));
    }
    return true;
}

// How far the headers reach that each fragment must have: up to a routing header, and what else stands before
// the fragmentable part. `named_at`: where the number of the header behind them stands.
std::uint32_t unfragmentable(const Packet& packet, std::uint32_t& named_at) {
    std::uint32_t end = wire::Ipv6View::length;
    named_at = 6;
    const auto ip = wire::Ipv6View::parse(packet.network());
    if (!ip) return end;
    wire::Ipv6Extensions extensions(*ip);
    bool routed = false;
    while (const auto extension = extensions.next()) {
        const std::uint8_t number = extension->number;
        const bool options = number == wire::protocol::destination_options && !routed;
        if (number != wire::protocol::hop_by_hop && number != wire::protocol::routing && !options) break;
        routed |= number == wire::protocol::routing;
        named_at = extension->offset;
        end = extension->offset + static_cast<std::uint32_t>(extension->bytes.size());
    }
    return end;
}

bool fragment6(const Means& means, const Cut& cut) {
    const Packet& packet = means.packet;
    std::uint32_t limit = cut.mtu;
    if (cut.whole != nullptr) {
        if (cut.whole->largest > cut.mtu) return false;
        limit = std::max<std::uint32_t>(cut.whole->largest, ipv6_minimum_mtu);
    }
    std::uint32_t named_at = 0;
    const std::uint32_t repeated = unfragmentable(packet, named_at);
    const std::uint32_t header = repeated + wire::FragmentView::length;
    if (limit < header + 8) return false;
    const std::uint8_t* const ip = packet.l3();
    const std::uint32_t data = packet.flat.l3_length - repeated;
    const Pieces pieces(cut, limit, header, data);
    std::uint32_t length = 0;
    for (std::uint32_t at = 0; at < data; at += length) {
        length = pieces.next(at);
        Packet* const out = begin_piece(means, header, {ip + repeated + at, length});
        if (out == nullptr) return at > 0;
        std::uint8_t* const to = out->l3();
        std::copy_n(ip, repeated, to);
        store_be16(to + 4, static_cast<std::uint16_t>(header + length - wire::Ipv6View::length));
        to[named_at] = wire::protocol::fragment;
        to[repeated] = ip[named_at];
        to[repeated + 1] = 0;
        store_be16(to + repeated + 2, static_cast<std::uint16_t>(at | (at + length < data ? 1u : 0u)));
        store_be32(to + repeated + 4, cut.id);
        (void)parse_network(*out);
        means.leave(*out);
    }
    return true;
}

}  // namespace

bool fragment(const Packet& packet, const Cut& cut, const std::function<Packet*(std::uint32_t)>& make,
              const std::function<void(Packet&)>& leave) {
    const Means means{packet, make, leave};
    return is_v4(packet.flat.family) ? fragment4(means, cut) : fragment6(means, cut);
}

}  // namespace gatehouse::defrag

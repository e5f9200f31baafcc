// The transport headers of PacketBuilder, and their TCP options.
#include "wire/builder.h"

namespace gatehouse::wire {

namespace {

constexpr std::size_t up_to_words(std::size_t size) { return (size + 3) / 4 * 4; }

}  // namespace

TcpOptionList& TcpOptionList::raw(Bytes bytes) {
    if (bytes.size() > bytes_.size() - size_) {
        overflowed_ = true;
    } else if (!bytes.empty()) {
        std::memcpy(bytes_.data() + size_, bytes.data(), bytes.size());
        size_ = static_cast<std::uint8_t>(size_ + bytes.size());
    }
    return *this;
}

TcpOptionList& TcpOptionList::mss(std::uint16_t value) {
    std::array<std::uint8_t, 4> option{tcp_option::mss, 4};
    store_be16(&option[2], value);
    return raw(option);
}

TcpOptionList& TcpOptionList::window_scale(std::uint8_t shift) {
    return raw(std::array<std::uint8_t, 3>{tcp_option::window_scale, 3, shift});
}

TcpOptionList& TcpOptionList::sack_permitted() {
    return raw(std::array<std::uint8_t, 2>{tcp_option::sack_permitted, 2});
}

TcpOptionList& TcpOptionList::sack(std::initializer_list<Sack> blocks) {
    std::array<std::uint8_t, 34> option{tcp_option::sack};  // four blocks are the most that forty bytes hold
    if (blocks.size() > 4) {
        overflowed_ = true;
        return *this;
    }
    std::size_t size = 2;
    for (const Sack& block : blocks) {
        store_be32(&option[size], block.left);
        store_be32(&option[size + 4], block.right);
        size += 8;
    }
    option[1] = static_cast<std::uint8_t>(size);
    return raw({option.data(), size});
}

TcpOptionList& TcpOptionList::timestamps(std::uint32_t value, std::uint32_t echo) {
    std::array<std::uint8_t, 10> option{tcp_option::timestamps, 10};
    store_be32(&option[2], value);
    store_be32(&option[6], echo);
    return raw(option);
}

TcpOptionList& TcpOptionList::nop() { return raw(std::array<std::uint8_t, 1>{tcp_option::nop}); }
TcpOptionList& TcpOptionList::end() { return raw(std::array<std::uint8_t, 1>{tcp_option::end}); }

PacketBuilder& PacketBuilder::tcp(const Tcp& fields) {
    Layer& layer = open(Kind::tcp, {.protocol = protocol::tcp});
    layer.fix_checksum = !fields.checksum;
    const Bytes options = fields.options.bytes();
    const std::size_t header = 20 + up_to_words(options.size());
    const std::size_t words = fields.header_words.value_or(static_cast<std::uint8_t>(header / 4));
    out_.u16(fields.source);
    out_.u16(fields.destination);
    out_.u32(fields.sequence);
    out_.u32(fields.acknowledgment);
    out_.u8(static_cast<std::uint8_t>(words << 4));
    out_.u8(fields.flags);
    out_.u16(fields.window);
    out_.u16(fields.checksum.value_or(0));
    out_.u16(fields.urgent);
    out_.bytes(options);
    out_.zeros(header - 20 - options.size());
    return *this;
}

PacketBuilder& PacketBuilder::udp(const Udp& fields) {
    Layer& layer = open(Kind::udp, {.protocol = protocol::udp});
    layer.fix_length = !fields.length;
    layer.fix_checksum = !fields.checksum;
    out_.u16(fields.source);
    out_.u16(fields.destination);
    out_.u16(fields.length.value_or(0));
    out_.u16(fields.checksum.value_or(0));
    return *this;
}

PacketBuilder& PacketBuilder::udplite(const UdpLite& fields) {
    Layer& layer = open(Kind::udplite, {.protocol = protocol::udplite});
    layer.fix_checksum = !fields.checksum;
    out_.u16(fields.source);
    out_.u16(fields.destination);
    out_.u16(fields.coverage);
    out_.u16(fields.checksum.value_or(0));
    return *this;
}

PacketBuilder& PacketBuilder::icmp(const Icmp& fields) {
    Layer& layer = open(Kind::icmp, {.protocol = protocol::icmp});
    layer.fix_checksum = !fields.checksum;
    out_.u8(fields.type);
    out_.u8(fields.code);
    out_.u16(fields.checksum.value_or(0));
    out_.u32(fields.rest);
    return *this;
}

PacketBuilder& PacketBuilder::icmpv6(const Icmp& fields) {
    Layer& layer = open(Kind::icmpv6, {.protocol = protocol::icmpv6});
    layer.fix_checksum = !fields.checksum;
    out_.u8(fields.type);
    out_.u8(fields.code);
    out_.u16(fields.checksum.value_or(0));
    out_.u32(fields.rest);
    return *this;
}

PacketBuilder& PacketBuilder::sctp(const Sctp& fields) {
    Layer& layer = open(Kind::sctp, {.protocol = protocol::sctp});
    layer.fix_checksum = !fields.checksum;
    out_.u16(fields.source);
    out_.u16(fields.destination);
    out_.u32(fields.tag);
    out_.u32(fields.checksum.value_or(0));
    return *this;
}

PacketBuilder& PacketBuilder::chunk(const SctpChunk& fields) {
    out_.u8(fields.type);
    out_.u8(fields.flags);
    out_.u16(static_cast<std::uint16_t>(4 + fields.body.size()));
    out_.bytes(fields.body);
    out_.zeros(up_to_words(fields.body.size()) - fields.body.size());
    return *this;
}

PacketBuilder& PacketBuilder::dccp(const Dccp& fields) {
    Layer& layer = open(Kind::dccp, {.protocol = protocol::dccp});
    layer.fix_checksum = !fields.checksum;
    const std::size_t header = 16 + up_to_words(fields.rest.size());
    out_.u16(fields.source);
    out_.u16(fields.destination);
    out_.u8(static_cast<std::uint8_t>(header / 4));
    out_.u8(fields.coverage & 0x0f);
    out_.u16(fields.checksum.value_or(0));
    out_.u8(static_cast<std::uint8_t>(fields.type << 1 | 1));  // extended sequence numbers
    out_.u8(0);
    out_.u16(static_cast<std::uint16_t>(fields.sequence >> 32));
    out_.u32(static_cast<std::uint32_t>(fields.sequence));
    out_.bytes(fields.rest);
    out_.zeros(header - 16 - fields.rest.size());
    return *this;
}

PacketBuilder& PacketBuilder::gre(const Gre& fields) {
    Layer& layer = open(Kind::gre, {.protocol = protocol::gre});
    name_next(layer, Naming::by_ethertype, 2, fields.type.has_value());
    layer.fix_checksum = fields.has_checksum;
    out_.u16(static_cast<std::uint16_t>((fields.has_checksum ? 0x8000 : 0) | (fields.key ? 0x2000 : 0) |
                                        (fields.sequence ? 0x1000 : 0)));
    out_.u16(fields.type.value_or(0));
    if (fields.has_checksum) out_.u32(0);  // checksum and reserved
    if (fields.key) out_.u32(*fields.key);
    if (fields.sequence) out_.u32(*fields.sequence);
    return *this;
}

PacketBuilder& PacketBuilder::pptp_gre(const PptpGre& fields) {
    Layer& layer = open(Kind::pptp, {.protocol = protocol::gre});
    layer.fix_length = !fields.length;
    out_.u16(static_cast<std::uint16_t>(0x2001 | (fields.sequence ? 0x1000 : 0) |
                                        (fields.acknowledgment ? 0x0080 : 0)));
    out_.u16(ethertype::ppp);
    out_.u16(fields.length.value_or(0));
    out_.u16(fields.call);
    if (fields.sequence) out_.u32(*fields.sequence);
    if (fields.acknowledgment) out_.u32(*fields.acknowledgment);
    return *this;
}

}  // namespace gatehouse::wire

#include "wire/builder.h"

#include "wire/ipv6.h"

namespace gatehouse::wire {

namespace {

constexpr std::uint16_t ppp_ipv4 = 0x0021;
constexpr std::uint16_t ppp_ipv6 = 0x0057;

constexpr std::size_t up_to_multiple(std::size_t size, std::size_t of) { return (size + of - 1) / of * of; }

void write_mac(Writer& out, const Mac& mac) { out.bytes(mac.bytes); }

void write_address(Writer& out, const Address& address, Family family) {
    std::uint8_t bytes[16];
    address.store(bytes, family);
    out.bytes({bytes, address_bits(family) / 8});
}

}  // namespace

// Begins a header, and gives its number to the one before, if that leaves it open.
PacketBuilder::Layer& PacketBuilder::open(Kind kind, Names names) {
    if (count_ == most_layers) {
        too_many_ = true;
        count_ = most_layers - 1;  // the last is overwritten; the packet fails anyway
    }
    if (count_ > 0 && !out_.overflowed()) {
        Layer& before = layers_[count_ - 1];
        std::uint8_t* const at = out_.written().data() + before.name_at;
        switch (before.naming) {
            case Naming::nothing: break;
            case Naming::by_length:
            case Naming::by_ethertype:
                if (names.ethertype != 0) {
                    store_be16(at, names.ethertype);
                    before.naming = Naming::nothing;
                } else if (kind != Kind::llc) {
                    before.naming = Naming::nothing;
                }
                break;
            case Naming::by_protocol:
                *at = names.protocol;
                before.naming = Naming::nothing;
                break;
            case Naming::by_ppp:
                store_be16(at, kind == Kind::ipv6 ? ppp_ipv6 : ppp_ipv4);
                before.naming = Naming::nothing;
                break;
        }
    }
    Layer& layer = layers_[count_++];
    layer = Layer{.kind = kind, .offset = static_cast<std::uint32_t>(out_.size())};
    return layer;
}

void PacketBuilder::name_next(Layer& layer, Naming naming, std::uint32_t name_at, bool given) {
    layer.naming = given ? Naming::nothing : naming;
    layer.name_at = layer.offset + name_at;
}

PacketBuilder& PacketBuilder::ethernet(const Ethernet& fields) {
    Layer& layer = open(Kind::ethernet, {.ethertype = ethertype::transparent_ethernet});
    name_next(layer, Naming::by_length, 12, fields.type.has_value());
    write_mac(out_, fields.destination);
    write_mac(out_, fields.source);
    out_.u16(fields.type.value_or(0));
    return *this;
}

PacketBuilder& PacketBuilder::vlan(const Vlan& fields) {
    Layer& layer = open(Kind::tag, {.ethertype = fields.protocol});
    name_next(layer, Naming::by_length, 2, fields.type.has_value());
    out_.u16(static_cast<std::uint16_t>(fields.priority << 13 | (fields.drop_eligible ? 0x1000 : 0) |
                                        (fields.id & 0x0fff)));
    out_.u16(fields.type.value_or(0));
    return *this;
}

PacketBuilder& PacketBuilder::llc(const Llc& fields) {
    Layer& layer = open(Kind::llc, {});
    out_.u8(fields.destination_sap);
    out_.u8(fields.source_sap);
    out_.u8(fields.control);
    if (fields.destination_sap != 0xaa || fields.source_sap != 0xaa) return *this;
    name_next(layer, Naming::by_ethertype, 6, fields.type.has_value());
    out_.u24(fields.organisation);
    out_.u16(fields.type.value_or(0));
    return *this;
}

PacketBuilder& PacketBuilder::arp(const Arp& fields) {
    open(Kind::arp, {.ethertype = ethertype::arp});
    out_.u16(1);  // Ethernet
    out_.u16(ethertype::ipv4);
    out_.u8(6);
    out_.u8(4);
    out_.u16(fields.operation);
    write_mac(out_, fields.sender_mac);
    write_address(out_, fields.sender, Family::ipv4);
    write_mac(out_, fields.target_mac);
    write_address(out_, fields.target, Family::ipv4);
    return *this;
}

PacketBuilder& PacketBuilder::pppoe(const Pppoe& fields) {
    const bool session = fields.code == 0;
    Layer& layer =
        open(Kind::pppoe, {.ethertype = session ? ethertype::pppoe_session : ethertype::pppoe_discovery});
    layer.fix_length = !fields.length;
    out_.u8(0x11);  // version 1, type 1
    out_.u8(fields.code);
    out_.u16(fields.session);
    out_.u16(fields.length.value_or(0));
    if (!session) return *this;
    name_next(layer, Naming::by_ppp, 6, fields.ppp.has_value());
    out_.u16(fields.ppp.value_or(0));
    return *this;
}

PacketBuilder& PacketBuilder::ipv4(const Ipv4& fields) {
    Layer& layer = open(Kind::ipv4, {.ethertype = ethertype::ipv4, .protocol = protocol::ipip});
    name_next(layer, Naming::by_protocol, 9, fields.protocol.has_value());
    layer.fix_length = !fields.total_length;
    layer.fix_checksum = !fields.checksum;
    const std::size_t header = 20 + up_to_multiple(fields.options.size(), 4);
    const std::size_t words = fields.header_words.value_or(static_cast<std::uint8_t>(header / 4));
    out_.u8(static_cast<std::uint8_t>(fields.version << 4 | (words & 0x0f)));
    out_.u8(fields.tos);
    out_.u16(fields.total_length.value_or(0));
    out_.u16(fields.id);
    out_.u16(
        static_cast<std::uint16_t>((fields.reserved_bit ? 0x8000 : 0) | (fields.dont_fragment ? 0x4000 : 0) |
                                   (fields.more_fragments ? 0x2000 : 0) | (fields.fragment_offset & 0x1fff)));
    out_.u8(fields.ttl);
    out_.u8(fields.protocol.value_or(protocol::none));
    out_.u16(fields.checksum.value_or(0));
    write_address(out_, fields.source, Family::ipv4);
    write_address(out_, fields.destination, Family::ipv4);
    out_.bytes(fields.options);
    out_.zeros(header - 20 - fields.options.size());
    return *this;
}

PacketBuilder& PacketBuilder::ipv6(const Ipv6& fields) {
    Layer& layer = open(Kind::ipv6, {.ethertype = ethertype::ipv6, .protocol = protocol::ipv6});
    name_next(layer, Naming::by_protocol, 6, fields.next.has_value());
    layer.fix_length = !fields.payload_length;
    out_.u32(std::uint32_t{fields.version} << 28 | std::uint32_t{fields.traffic_class} << 20 |
             (fields.flow_label & 0xfffff));
    out_.u16(fields.payload_length.value_or(0));
    out_.u8(fields.next.value_or(protocol::none));
    out_.u8(fields.hop_limit);
    write_address(out_, fields.source, Family::ipv6);
    write_address(out_, fields.destination, Family::ipv6);
    return *this;
}

void PacketBuilder::extension(std::uint8_t number, const Ipv6ExtensionFields& fields, bool options) {
    Layer& layer = open(Kind::extension, {.protocol = number});
    name_next(layer, Naming::by_protocol, 0, fields.next.has_value());
    const std::size_t size = up_to_multiple(2 + fields.body.size(), 8);
    const std::size_t padding = size - 2 - fields.body.size();
    out_.u8(fields.next.value_or(protocol::none));
    out_.u8(fields.length.value_or(static_cast<std::uint8_t>(size / 8 - 1)));
    out_.bytes(fields.body);
    if (options && padding > 1) {
        out_.u8(ipv6_option::padn);
        out_.u8(static_cast<std::uint8_t>(padding - 2));
        out_.zeros(padding - 2);
    } else {
        out_.zeros(padding);
    }
}

PacketBuilder& PacketBuilder::hop_by_hop(const Ipv6ExtensionFields& fields) {
    extension(protocol::hop_by_hop, fields, true);
    return *this;
}

PacketBuilder& PacketBuilder::routing(const Ipv6ExtensionFields& fields) {
    extension(protocol::routing, fields, false);
    return *this;
}

PacketBuilder& PacketBuilder::destination_options(const Ipv6ExtensionFields& fields) {
    extension(protocol::destination_options, fields, true);
    return *this;
}

PacketBuilder& PacketBuilder::mobility(const Ipv6ExtensionFields& fields) {
    extension(protocol::mobility, fields, false);
    return *this;
}

PacketBuilder& PacketBuilder::fragment(const Ipv6Fragment& fields) {
    Layer& layer = open(Kind::fragment, {.protocol = protocol::fragment});
    name_next(layer, Naming::by_protocol, 0, fields.next.has_value());
    out_.u8(fields.next.value_or(protocol::none));
    out_.u8(0);
    out_.u16(static_cast<std::uint16_t>(fields.offset << 3 | (fields.more ? 1 : 0)));
    out_.u32(fields.id);
    return *this;
}

PacketBuilder& PacketBuilder::ah(const Ah& fields) {
    Layer& layer = open(Kind::ah, {.protocol = protocol::ah});
    name_next(layer, Naming::by_protocol, 0, fields.next.has_value());
    const std::size_t size = 12 + up_to_multiple(fields.check_value.size(), 4);
    out_.u8(fields.next.value_or(protocol::none));
    out_.u8(fields.length.value_or(static_cast<std::uint8_t>(size / 4 - 2)));
    out_.u16(0);
    out_.u32(fields.spi);
    out_.u32(fields.sequence);
    out_.bytes(fields.check_value);
    out_.zeros(size - 12 - fields.check_value.size());
    return *this;
}

PacketBuilder& PacketBuilder::esp(const Esp& fields) {
    open(Kind::esp, {.protocol = protocol::esp});
    out_.u32(fields.spi);
    out_.u32(fields.sequence);
    return *this;
}

PacketBuilder& PacketBuilder::unknown(std::uint8_t number) {
    open(Kind::unknown, {.protocol = number});
    return *this;
}

PacketBuilder& PacketBuilder::payload(Bytes data) {
    out_.bytes(data);
    return *this;
}

PacketBuilder& PacketBuilder::payload(std::string_view text) {
    return payload(Bytes{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

PacketBuilder& PacketBuilder::pad_to(std::size_t length) {
    minimum_ = length;
    return *this;
}

}  // namespace gatehouse::wire

// -m pkttype: whom the frame was sent to.
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

constexpr std::uint32_t number(PacketType type) { return static_cast<std::uint32_t>(type); }

constexpr value::Name types[] = {
    {"unicast", number(PacketType::host), "to us"},
    {"broadcast", number(PacketType::broadcast), "to all"},
    {"multicast", number(PacketType::multicast), "to a group"},
    {"otherhost", number(PacketType::other_host), "to someone else"},
    {"bcast", number(PacketType::broadcast)},
    {"mcast", number(PacketType::multicast)},
    {"host", number(PacketType::host)},
};
constexpr value::OneOf packet_type{.names = types, .metavar = "packet type", .any_case = true};

bool to_group(const Flat& flat) {
    const std::uint32_t first = flat.destination.words[0];
    return is_v4(flat.family) ? first >> 28 == 0xe : first >> 24 == 0xff;
}

struct PktType {
    Opt<std::uint32_t> type;
    friend bool operator==(const PktType&, const PktType&) = default;

    static constexpr std::tuple options{
        option<&PktType::type>("pkt-type", packet_type,
                               {.help = "the frame was sent to us, to all, to a group, to someone else",
                                .invertible = true,
                                .required = true}),
    };

    bool test(const Context& context) const {
        const Packet& packet = context.packet;
        PacketType actual = packet.type;
        // What this host sent to many and got back itself.
        if (actual == PacketType::loopback)
            actual = to_group(packet.flat) ? PacketType::multicast : PacketType::broadcast;
        return type.passes(number(actual) == *type);
    }

    void list(std::string& out, Family family, bool) const {
        out += type.inverted ? "PKTTYPE != " : "PKTTYPE = ";
        packet_type.print(out, *type, family);
    }
};

}  // namespace

extern constinit const Declaration match_pkttype =
    declare_match<PktType>({.name = "pkttype", .help = "whom the frame was sent to", .reads = reads_header});

}  // namespace gatehouse::rules

// ip6tables -m eui64: the source address was made of the frame's hardware address (RFC 4291, appendix A).
#include "hook/interfaces.h"
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

constexpr std::size_t ethernet_header = 14;

struct Eui64 {
    static constexpr std::tuple<> options{};
    friend bool operator==(const Eui64&, const Eui64&) = default;

    bool test(const Context& context) const {
        const Packet& packet = context.packet;
        if (packet.generated || packet.flat.l3 < ethernet_header || context.in == InterfaceId::none)
            return false;
        const Interfaces* const interfaces = context.services.interfaces;
        if (interfaces != nullptr && (*interfaces)[context.in].loopback) return false;
        const std::uint8_t* const mac = packet.data + 6;
        const auto& source = packet.flat.source.words;
        const auto word = [](std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
            return a << 24 | b << 16 | c << 8 | d;
        };
        constexpr std::uint32_t universal = 0x02;
        return source[2] == word(mac[0] ^ universal, mac[1], mac[2], 0xff) &&
               source[3] == word(0xfe, mac[3], mac[4], mac[5]);
    }

    void list(std::string& out, Family, bool) const { out += "eui64 "; }
};

}  // namespace

extern constinit const Declaration match_eui64 =
    declare_match<Eui64>({.name = "eui64",
                          .families = v6_only,
                          .hooks = bit(Hook::prerouting) | bit(Hook::input) | bit(Hook::forward),
                          .help = "the source address was made of the frame's hardware address",
                          .reads = reads_header});

}  // namespace gatehouse::rules

// Builds a packet, outermost header first; finish() then fixes what depends on the rest: numbers of the next
// header, lengths, and checksums, from the inside out.
//
//     PacketBuilder b;
//     b.ethernet({.destination = router, .source = host})
//         .ipv4({.source = a, .destination = b})
//         .udp({.source = 4000, .destination = 53})
//         .payload("query");
//     const Bytes frame = b.finish();
//
// One thread's. With lent room it never allocates, so that stages can make packets in pool buffers.
#pragma once
#include <array>
#include <string_view>
#include <vector>

#include "wire/fields.h"
#include "wire/writer.h"

namespace gatehouse::wire {

class PacketBuilder {
  public:
    // The most headers of one packet; a further one makes the packet fail as too long does.
    static constexpr std::size_t most_layers = 24;

    PacketBuilder() = default;
    explicit PacketBuilder(MutableBytes room) : out_(room) {}

    PacketBuilder& ethernet(const Ethernet& fields);
    PacketBuilder& vlan(const Vlan& fields);
    PacketBuilder& llc(const Llc& fields);
    PacketBuilder& arp(const Arp& fields);
    PacketBuilder& pppoe(const Pppoe& fields);

    PacketBuilder& ipv4(const Ipv4& fields);
    PacketBuilder& ipv6(const Ipv6& fields);
    PacketBuilder& hop_by_hop(const Ipv6ExtensionFields& fields);
    PacketBuilder& routing(const Ipv6ExtensionFields& fields);
    PacketBuilder& destination_options(const Ipv6ExtensionFields& fields);
    PacketBuilder& mobility(const Ipv6ExtensionFields& fields);
    PacketBuilder& fragment(const Ipv6Fragment& fields);
    PacketBuilder& ah(const Ah& fields);
    PacketBuilder& esp(const Esp& fields);

    PacketBuilder& tcp(const Tcp& fields);
    PacketBuilder& udp(const Udp& fields);
    PacketBuilder& udplite(const UdpLite& fields);
    PacketBuilder& icmp(const Icmp& fields);
    PacketBuilder& icmpv6(const Icmp& fields);
    PacketBuilder& sctp(const Sctp& fields);
    PacketBuilder& chunk(const SctpChunk& fields);
    PacketBuilder& dccp(const Dccp& fields);
    PacketBuilder& gre(const Gre& fields);
    PacketBuilder& pptp_gre(const PptpGre& fields);

    // No header, but what the IP header names: the payload is that protocol's.
    PacketBuilder& unknown(std::uint8_t number);
    PacketBuilder& payload(Bytes data);
    PacketBuilder& payload(std::string_view text);
    // Zeros behind the packet up to `length` bytes in all, in no header's length: an Ethernet frame's 60.
    PacketBuilder& pad_to(std::size_t length);

    // The packet; empty if it didn't fit its room or had too many headers. Good until the builder goes; no
    // header may be added afterwards. The checksum of a transport header behind a fragment header covers what
    // is there; give the field for the fragments of one datagram.
    Bytes finish();
    // The same as a vector of its own.
    std::vector<std::uint8_t> build();

  private:
    enum class Kind : std::uint8_t {
        ethernet,
        tag,  // VLAN
        llc,
        arp,
        pppoe,
        ipv4,
        ipv6,
        extension,
        fragment,
        ah,
        esp,
        tcp,
        udp,
        udplite,
        icmp,
        icmpv6,
        sctp,
        dccp,
        gre,
        pptp,
        unknown,
    };
    // What a header calls the one behind it.
    enum class Naming : std::uint8_t { nothing, by_ethertype, by_protocol, by_ppp, by_length };
    struct Layer {
        Kind kind{};
        Naming naming = Naming::nothing;  // `nothing`, too, once it is named
        std::uint32_t offset = 0;
        std::uint32_t name_at = 0;
        bool fix_length = true;
        bool fix_checksum = true;
    };
    // The numbers by which a header may be called.
    struct Names {
        std::uint16_t ethertype = 0;
        std::uint8_t protocol = protocol::none;
    };

    Layer& open(Kind kind, Names names);
    void name_next(Layer& layer, Naming naming, std::uint32_t name_at, bool given);
    void extension(std::uint8_t number, const Ipv6ExtensionFields& fields, bool options);
    void fix(std::size_t layer, std::size_t end);
    std::uint64_t pseudo_sum(std::size_t layer, std::uint8_t number, std::size_t length);
    void fix_internet_checksum(std::size_t layer, std::size_t field, std::size_t covered, std::uint64_t sum,
                               bool zero_is_none);

    Writer out_;
    std::array<Layer, most_layers + 1> layers_{};
    std::size_t count_ = 0;
    std::size_t minimum_ = 0;
    bool too_many_ = false;
    bool finished_ = false;
};

}  // namespace gatehouse::wire

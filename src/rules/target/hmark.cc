// -j HMARK: marks the packet by a hash of its addresses, ports and protocol, the same for both directions.
//
// Linux's hash (net/netfilter/xt_HMARK.c), to the bit.
#include <algorithm>
#include <fmt/format.h>

#include "base/jenkins_hash.h"
#include "base/text.h"
#include "packet/edit.h"
#include "rules/declaration.h"
#include "rules/seen.h"
#include "rules/value/address.h"
#include "wire/protocol.h"

namespace gatehouse::rules {

namespace {

namespace protocol = wire::protocol;

// What a packet is hashed by. An SPI stands in the place of both ports.
struct Flow {
    Address source{}, destination{};
    std::uint8_t protocol = 0;
    std::uint16_t sport = 0, dport = 0;
    bool has_ports = false;
};

// A header behind which there are ports: its number, and where it begins.
struct Place {
    std::uint8_t number = 0;
    std::size_t at = 0;
    bool piece = false;  // of a fragmented packet
};

void read_ports(Flow& flow, Bytes network, std::size_t at) {
    switch (flow.protocol) {
        case protocol::tcp:
        case protocol::udp:
        case protocol::udplite:
        case protocol::sctp:
        case protocol::dccp:
        case protocol::esp: break;
        case protocol::ah: at += 4; break;
        default: return;
    }
    if (at + 4 > network.size()) return;
    flow.sport = load_be16(&network[at]);
    flow.dport = load_be16(&network[at + 2]);
    flow.has_ports = true;
}

// An error is hashed as what it quotes. Nothing: what it quotes isn't whole.
std::optional<Flow> flow_of4(Bytes network) {
    const auto header = [](Bytes ip) { return (ip[0] & 0x0fu) * 4u; };
    if (network[9] == protocol::icmp) {
        const std::size_t at = header(network);
        if (at + 8 <= network.size() && wire::icmp::is_error(network[at])) {
            network = network.subspan(at + 8);
            if (network.size() < 20) return {};
        }
    }
    Flow flow{.source = Address::load(&network[12], Family::ipv4),
              .destination = Address::load(&network[16], Family::ipv4),
              .protocol = network[9]};
    const bool piece = (load_be16(&network[6]) & 0x3fff) != 0;
    if (flow.protocol != protocol::icmp && !piece) read_ports(flow, network, header(network));
    return flow;
}

// The header behind the extension headers, of which AH is one that has an SPI to offer.
std::optional<Place> last_header(Bytes network) {
    Place place{.number = network[6], .at = 40};
    while (wire::is_skipped_extension(place.number) && place.number != protocol::none &&
           place.number != protocol::ah) {
        const std::size_t at = place.at;
        if (at + 4 > network.size()) return {};
        const std::uint8_t next = network[at];
        if (place.number == protocol::fragment) {
            place.piece = true;
            if ((load_be16(&network[at + 2]) & 0xfff8) != 0) {
                if (wire::is_skipped_extension(next) && next != protocol::none) return {};
                place.number = next;
                return place;
            }
        }
        place.at += place.number == protocol::fragment ? 8 : (network[at + 1] + 1u) * 8u;
        place.number = next;
    }
    return place;
}

std::optional<Flow> flow_of6(Bytes network) {
    auto place = last_header(network);
    if (!place) return Flow{};
    if (!place->piece && place->number == protocol::icmpv6 && place->at + 8 <= network.size() &&
        network[place->at] != 0 && wire::icmpv6::is_error(network[place->at])) {
        network = network.subspan(place->at + 8);
        if (network.size() < 40 || network[0] >> 4 != 6) return {};
        place = last_header(network);
        if (!place) return {};
    }
    Flow flow{.source = Address::load(&network[8], Family::ipv6),
              .destination = Address::load(&network[24], Family::ipv6),
              .protocol = place->number};
    if (flow.protocol != protocol::icmpv6 && !place->piece) read_ports(flow, network, place->at);
    return flow;
}

// "src,dst,sport,dport,spi,proto,ct": all of each.
enum Part : std::uint32_t { src = 1, dst = 2, sport = 4, dport = 8, spi = 16, proto = 32, ct = 64 };
constexpr value::Name parts[] = {{"src", src}, {"dst", dst},     {"sport", sport}, {"dport", dport},
                                 {"spi", spi}, {"proto", proto}, {"ct", ct}};

struct PartsValue {
    using type = std::uint32_t;
    static constexpr int word_count = 1;
    static constexpr std::span<const value::Name> names = parts;
    std::string_view metavar = "part[,part...]";
    Result<type> read(Words words, Family) const {
        type all = 0;
        for (const auto piece : split(words[0], ',')) {
            const auto* const found = std::ranges::find(parts, piece, &value::Name::name);
            if (found == std::end(parts))
                return fail(
                    fmt::format("expected src, dst, sport, dport, spi, proto or ct, got `{}`", piece));
            all |= found->number;
        }
        return all;
    }
    void print(std::string&, const type&, Family) const {}
};

// A prefix's length, or a mask that is one.
struct PrefixLength {
    using type = std::uint32_t;
    static constexpr int word_count = 1;
    std::string_view metavar = "length";
    Result<type> read(Words words, Family family) const {
        if (const auto mask = parse_address(words[0], family)) {
            for (std::uint32_t length = 0; length <= address_bits(family); ++length) {
                if ((prefix_mask(length) & prefix_mask(address_bits(family))) == *mask) return length;
            }
        }
        return value::LengthValue{}.read(words, family);
    }
    void print(std::string& out, const type& v, Family) const { out += fmt::format("{}", v); }
};

constexpr value::Number port_value{.max = 0xffff, .metavar = "port", .hexadecimal = true, .digits = 4};
constexpr value::Number spi_value{.metavar = "spi", .hexadecimal = true, .digits = 8};

struct HMark {
    Opt<std::uint32_t> source_length, destination_length, sport_mask, dport_mask, spi_mask, source_port,
        destination_port, index, protocol_mask, seed, modulus, offset, tuple;
    bool by_connection = false;  // derived
    friend bool operator==(const HMark&, const HMark&) = default;

    static constexpr std::tuple options{
        option<&HMark::source_length>("hmark-src-prefix", PrefixLength{},
                                      {.help = "so much of the source address"}),
        option<&HMark::destination_length>("hmark-dst-prefix", PrefixLength{},
                                           {.help = "so much of the destination address"}),
        option<&HMark::sport_mask>("hmark-sport-mask", port_value,
                                   {.help = "these bits of the source port", .group = 1}),
        option<&HMark::dport_mask>("hmark-dport-mask", port_value, {.help = "of the destination port"}),
        option<&HMark::spi_mask>(
            "hmark-spi-mask", spi_value,
            {.help = "these bits of ESP's or AH's index, in the ports' place", .group = 1}),
        option<&HMark::source_port>("hmark-sport", port_value,
                                    {.help = "bits that are set in the source port", .group = 2}),
        option<&HMark::destination_port>("hmark-dport", port_value, {.help = "in the destination port"}),
        option<&HMark::index>("hmark-spi", spi_value, {.help = "in the index", .group = 2}),
        option<&HMark::protocol_mask>("hmark-proto-mask",
                                      value::Number{.max = 0xffff, .hexadecimal = true, .digits = 2},
                                      {.help = "these bits of the protocol's number"}),
        option<&HMark::seed>("hmark-rnd", spi_value, {.help = "what the hash begins with", .required = true}),
        option<&HMark::modulus>("hmark-mod", value::Number{.min = 1, .metavar = "number"},
                                {.help = "so many marks", .required = true}),
        option<&HMark::offset>("hmark-offset", value::Number{.metavar = "number"},
                               {.help = "the first of them; 0 if not given"}),
        option<&HMark::tuple>(
            "hmark-tuple", PartsValue{},
            {.help = "all of these: src, dst, sport, dport, spi, proto; ct: as the connection has them"}),
    };

    Result<void> check(const Facts& facts) {
        if (tuple) {
            if (auto spread = give_parts(facts); !spread) return spread;
        }
        if ((spi_mask && (sport_mask || dport_mask)) || (index && (source_port || destination_port)))
            return fail("an index stands in the ports' place: it doesn't go with them");
        const bool any = source_length || destination_length || sport_mask || dport_mask || spi_mask ||
                         source_port || destination_port || index || protocol_mask || by_connection;
        if (!any) return fail("something must be hashed: `--hmark-tuple`, a prefix or a mask is missing");
        return {};
    }

    Outcome act(Context& context) const {
        const auto flow = by_connection             ? flow_of_connection(context)
                          : is_v4(context.family()) ? flow_of4(context.packet.network())
                                                    : flow_of6(context.packet.network());
        if (!flow) return Outcome::next;
        const Mark before = context.packet.mark;
        edit::set_mark(context.packet, {hash(*flow, context.family())});
        context.trace({.kind = TraceKind::altered,
                       .text = "mark",
                       .before = before.value,
                       .after = context.packet.mark.value});
        return Outcome::next;
    }

    void save(std::string& out, Family family) const {
        for (const auto& o : detail::options_of<HMark>) {
            if (!o.shown(this) || o.name == "hmark-tuple") continue;
            out += fmt::format(" --{} ", o.name);
            o.print(this, out, family);
        }
        if (by_connection) out += " --hmark-tuple ct";
    }

    void list(std::string& out, Family, bool) const {
        out += fmt::format("HMARK mod {}", *modulus);
        if (offset && *offset != 0) out += fmt::format(" + {:#x}", *offset);
        if (by_connection) out += " ct,";
        const auto number = [&](std::string_view word, const Opt<std::uint32_t>& given) {
            if (given) out += fmt::format(" {} {:#x}", word, *given);
        };
        if (source_length) out += fmt::format(" src-prefix {}", *source_length);
        if (destination_length) out += fmt::format(" dst-prefix {}", *destination_length);
        number("sport-mask", sport_mask);
        number("dport-mask", dport_mask);
        number("spi-mask", spi_mask);
        number("sport", source_port);
        number("dport", destination_port);
        number("spi", index);
        number("proto-mask", protocol_mask);
        number("rnd", seed);
        out += ' ';
    }

  private:
    // What `--hmark-tuple` says, said by the other options in its stead.
    // As iptables has it, a part that the tuple names can't be given behind it; one before it is lost.
    Result<void> give_parts(const Facts& facts) {
        const auto& given = *facts.given;
        const auto at = std::ranges::find(given, "hmark-tuple", &OptionInfo::name);
        const auto give = [&](std::uint32_t part, Opt<std::uint32_t>& to, std::uint32_t all,
                              std::string_view name) {
            if ((*tuple & part) == 0) return true;
            if (std::find_if(at, given.end(), [&](const auto* o) { return o->name == name; }) != given.end())
                return false;
            to = {.value = all, .set = true};
            return true;
        };
        const std::uint32_t bits = address_bits(facts.family);
        const bool fits = give(src, source_length, bits, "hmark-src-prefix") &&
                          give(dst, destination_length, bits, "hmark-dst-prefix") &&
                          give(sport, sport_mask, 0xffff, "hmark-sport-mask") &&
                          give(dport, dport_mask, 0xffff, "hmark-dport-mask") &&
                          give(spi, spi_mask, 0xffffffff, "hmark-spi-mask") &&
                          give(proto, protocol_mask, 0xffff, "hmark-proto-mask");
        if (!fits) return fail("`--hmark-tuple` names a part that is given behind it");
        by_connection = (*tuple & ct) != 0;
        tuple = {};
        return {};
    }

    std::optional<Flow> flow_of_connection(const Context& context) const {
        const auto at = seen(context);
        if (at.entry == nullptr) return {};
        const auto there = at.entry->tuple(track::Direction::original);
        const auto back = at.entry->tuple(track::Direction::reply);
        Flow flow{.source = there.source, .destination = back.source, .protocol = there.protocol};
        if (flow.protocol == protocol::icmp) return flow;
        flow.sport = there.ends.source;
        flow.dport = back.ends.source;
        flow.has_ports = true;
        return flow;
    }

    // Of an IPv6 address, its four words as one.
    static std::uint32_t one_word(const Address& address, std::uint32_t length, Family family) {
        const auto words = (address & prefix_mask(length)).words;
        return is_v4(family) ? words[0] : words[0] ^ words[1] ^ words[2] ^ words[3];
    }

    std::uint32_t hash(const Flow& flow, Family family) const {
        std::uint32_t a = one_word(flow.source, *source_length, family);
        std::uint32_t b = one_word(flow.destination, *destination_length, family);
        if (b < a) std::swap(a, b);
        std::uint32_t ports = 0;
        if (flow.has_ports) {
            const std::uint32_t mask = (*sport_mask << 16 | *dport_mask) | *spi_mask;
            const std::uint32_t set = (*source_port << 16 | *destination_port) | *index;
            const std::uint32_t both = ((std::uint32_t{flow.sport} << 16 | flow.dport) & mask) | set;
            const std::uint32_t high = both >> 16, low = both & 0xffff;
            ports = low > high ? low << 16 | high : both;
        }
        const std::uint32_t words[] = {a, b, ports};
        const std::uint32_t mixed = jenkins_hash(words, *seed) ^ (flow.protocol & *protocol_mask);
        return static_cast<std::uint32_t>(std::uint64_t{mixed} * *modulus >> 32) + *offset;
    }
};

}  // namespace

extern constinit const Declaration target_hmark =
    declare_target<HMark>({.name = "HMARK",
                           .help = "marks the packet by a hash of its addresses, ports and protocol",
                           .reads = reads_tuple | reads_connection | reads_payload,
                           .does = does_alter_packet});

}  // namespace gatehouse::rules

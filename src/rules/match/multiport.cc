// -m multiport: up to fifteen ports, ranges counting as two.
#include <fmt/format.h>
#include <netinet/in.h>

#include "base/text.h"
#include "rules/declaration.h"
#include "rules/packed.h"

namespace gatehouse::rules {

namespace {

struct PortList {
    std::array<PortRange, 15> ranges{};
    std::uint8_t count = 0;
    friend constexpr bool operator==(const PortList&, const PortList&) = default;

    constexpr bool contains(std::uint16_t port) const {
        for (unsigned i = 0; i < count; ++i) {
            if (ranges[i].contains(port)) return true;
        }
        return false;
    }
};

struct PortListValue {
    using type = PortList;
    static constexpr int word_count = 1;
    std::string_view metavar = "port[,port:port...]";
    Result<type> read(Words words, Family family) const {
        PortList list;
        unsigned slots = 0;
        for (const auto piece : split(words[0], ',')) {
            const auto colon = piece.find(':');
            const bool is_range = colon != std::string_view::npos;
            slots += is_range ? 2 : 1;
            if (slots > list.ranges.size())
                return fail("too many ports: fifteen at most, a range counts as two");
            if (piece.empty() || piece.front() == ':' || piece.back() == ':')
                return fail(fmt::format("expected a port or port:port, got `{}`", piece));
            const auto range = value::Ports{}.read(std::span(&piece, 1), family);
            if (!range) return std::unexpected(range.error());
            if (is_range && range->low == range->high)
                return fail(fmt::format("the range `{}` holds a single port", piece));
            list.ranges[list.count++] = *range;
        }
        return list;
    }
    static void print(std::string& out, const type& list, std::string_view protocol, bool numeric) {
        for (unsigned i = 0; i < list.count; ++i) {
            if (i != 0) out += ',';
            const auto [low, high] = list.ranges[i];
            value::list_port(out, low, protocol, numeric);
            if (low == high) continue;
            out += ':';
            value::list_port(out, high, protocol, numeric);
        }
    }
    void print(std::string& out, const type& list, Family) const { print(out, list, {}, true); }
};

std::string_view protocol_name(std::uint8_t protocol) {
    switch (protocol) {
        case IPPROTO_TCP: return "tcp";
        case IPPROTO_UDP: return "udp";
        case IPPROTO_UDPLITE: return "udplite";
        case IPPROTO_SCTP: return "sctp";
        default: return "dccp";
    }
}

struct Multiport {
    Opt<PortList> source, destination, either;
    std::uint8_t protocol = 0;  // of the rule, for the names of services
    friend bool operator==(const Multiport&, const Multiport&) = default;

    static constexpr std::tuple options{
        option<&Multiport::source>("sports", PortListValue{},
                                   {.alias = "source-ports",
                                    .help = "the source port is one of these",
                                    .invertible = true,
                                    .group = 1}),
        option<&Multiport::destination>("dports", PortListValue{},
                                        {.alias = "destination-ports",
                                         .help = "the destination port is one of these",
                                         .invertible = true,
                                         .group = 1}),
        option<&Multiport::either>(
            "ports", PortListValue{},
            {.help = "one of the two ports is one of these", .invertible = true, .group = 1}),
    };

    Result<void> check(const Facts& facts) {
        protocol = facts.selectors != nullptr ? facts.selectors->protocol : 0;
        return {};
    }

    void pack(Packed& packed) const {
        if (source && !source.inverted && source->count == 1) packed.sport = source->ranges[0];
        if (destination && !destination.inverted && destination->count == 1)
            packed.dport = destination->ranges[0];
    }

    MatchResult test(const Context& context) const {
        const Flat& flat = context.packet.flat;
        if (flat.fragment_offset != 0) return MatchResult::no;
        if (context.packet.transport().size() < 4) return MatchResult::hotdrop;
        const bool hit = source.passes(source->contains(flat.sport)) &&
                         destination.passes(destination->contains(flat.dport)) &&
                         either.passes(either->contains(flat.sport) || either->contains(flat.dport));
        return hit ? MatchResult::yes : MatchResult::no;
    }

    void list(std::string& out, Family, bool numeric) const {
        const auto one = [&](const Opt<PortList>& ports, std::string_view word) {
            if (!ports) return;
            out += fmt::format("multiport {} {}", word, ports.inverted ? " !" : "");
            PortListValue::print(out, *ports, protocol_name(protocol), numeric);
        };
        one(source, "sports");
        one(destination, "dports");
        one(either, "ports");
    }
};

constexpr std::uint8_t protocols[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_SCTP, IPPROTO_DCCP};

}  // namespace

extern constinit const Declaration match_multiport =
    declare_match<Multiport>({.name = "multiport",
                              .protocols = protocols,
                              .help = "up to fifteen ports, ranges counting as two",
                              .reads = reads_tuple,
                              .required_groups = 1});

}  // namespace gatehouse::rules

// -m dccp: ports, types and options of a DCCP packet (RFC 4340).
#include <fmt/format.h>

#include "rules/declaration.h"
#include "rules/match/ports.h"
#include "rules/packed.h"
#include "rules/value/name_set.h"
#include "wire/protocol.h"

namespace gatehouse::rules {

namespace {

constexpr std::size_t least = 12;  // of the generic header, with short sequence numbers

enum Type : std::uint8_t {
    request,
    response,
    data,
    ack,
    data_ack,
    close_request,
    close,
    reset,
    sync,
    sync_ack
};
constexpr value::Name type_names[] = {
    {"REQUEST", 1u << request},  {"RESPONSE", 1u << response}, {"DATA", 1u << data},
    {"ACK", 1u << ack},          {"DATAACK", 1u << data_ack},  {"CLOSEREQ", 1u << close_request},
    {"CLOSE", 1u << close},      {"RESET", 1u << reset},       {"SYNC", 1u << sync},
    {"SYNCACK", 1u << sync_ack}, {"INVALID", 1u << 10},
};

struct Dccp {
    Opt<PortRange> sport, dport;
    Opt<std::uint32_t> types, option_kind;
    friend bool operator==(const Dccp&, const Dccp&) = default;

    static constexpr std::tuple options{
        source_ports<&Dccp::sport, NeverHide>("dccp"),
        destination_ports<&Dccp::dport, NeverHide>("dccp"),
        option<&Dccp::types>("dccp-types", value::NameSet{.names = type_names, .metavar = "type"},
                             {.help = "the packet is of one of these types: REQUEST, RESPONSE, DATA, ACK, "
                                      "DATAACK, CLOSEREQ, CLOSE, "
                                      "RESET, SYNC, SYNCACK, INVALID",
                              .invertible = true}),
        option<&Dccp::option_kind>("dccp-option", value::Number{.min = 1, .max = 255, .metavar = "number"},
                                   {.help = "the option is there", .invertible = true}),
    };

    void pack(Packed& packed) const {
        if (sport && !sport.inverted) packed.sport = *sport;
        if (dport && !dport.inverted) packed.dport = *dport;
    }

    MatchResult test(const Context& context) const {
        if (context.packet.flat.fragment_offset != 0) return MatchResult::no;
        const Bytes packet = context.packet.transport();
        if (packet.size() < least) return MatchResult::hotdrop;
        const auto type = static_cast<std::uint8_t>(packet[8] >> 1 & 0x0f);
        if (!sport.passes(sport->contains(load_be16(&packet[0]))) ||
            !dport.passes(dport->contains(load_be16(&packet[2]))) ||
            !types.passes((*types & 1u << type) != 0))
            return MatchResult::no;
        if (!option_kind) return MatchResult::yes;
        const MatchResult found = find_option(packet, type);
        if (found == MatchResult::hotdrop) return found;
        return option_kind.passes(found == MatchResult::yes) ? MatchResult::yes : MatchResult::no;
    }

    // Options stand behind the generic header and what the type adds to it.
    MatchResult find_option(Bytes packet, std::uint8_t type) const {
        const bool extended = (packet[8] & 1) != 0;
        const std::size_t begin = least + (extended ? 4 : 0) + added_by(type), end = packet[4] * 4u;
        if (end < begin) return MatchResult::hotdrop;
        if (end == begin) return MatchResult::no;
        if (end > packet.size()) return MatchResult::hotdrop;
        for (std::size_t at = begin; at < end;) {
            if (packet[at] == *option_kind) return MatchResult::yes;
            const bool single = packet[at] < 2 || at + 1 >= end || packet[at + 1] == 0;
            at += single ? 1 : packet[at + 1];
        }
        return MatchResult::no;
    }
    static std::size_t added_by(std::uint8_t type) {
        switch (type) {
            case data: return 0;
            case request: return 4;
            case data_ack:
            case ack:
            case sync:
            case sync_ack:
            case close:
            case close_request: return 8;
            default: return 12;  // also for types that there aren't
        }
    }

    void list(std::string& out, Family, bool numeric) const {
        out += "dccp";
        if (sport) value::list_ports(out, "spt", *sport, sport.inverted, "dccp", numeric);
        if (dport) value::list_ports(out, "dpt", *dport, dport.inverted, "dccp", numeric);
        if (types) {
            out += types.inverted ? " !" : " ";
            list_types(out, numeric);
        }
        if (option_kind) out += fmt::format(" option={}{}", option_kind.inverted ? "!" : "", *option_kind);
    }
    void list_types(std::string& out, bool numeric) const {
        if (!numeric) return value::NameSet{.names = type_names}.print(out, *types, ',');
        bool first = true;
        for (unsigned i = 0; i < 16; ++i) {
            if ((*types & 1u << i) == 0) continue;
            out += fmt::format("{}{}", first ? "" : ",", i);
            first = false;
        }
    }
};

constexpr std::uint8_t protocols[] = {wire::protocol::dccp};

}  // namespace

extern constinit const Declaration match_dccp =
    declare_match<Dccp>({.name = "dccp",
                         .protocols = protocols,
                         .help = "ports, types and options of a DCCP packet",
                         .reads = reads_tuple | reads_flags | reads_payload});

}  // namespace gatehouse::rules

#include "trace/narrator.h"

#include <fmt/format.h>

namespace gatehouse::trace {

namespace {

std::string packet_text(const Packet& packet) {
    const Flat& flat = packet.flat;
    if (!flat.network) return fmt::format("a frame of {} bytes", packet.length);
    const std::string ports =
        flat.transport == Transport::whole ? fmt::format(", {} to {}", flat.sport, flat.dport) : "";
    return fmt::format("{} to {}, protocol {}{}, {} bytes, TTL {}", to_string(flat.source, flat.family),
                       to_string(flat.destination, flat.family), flat.protocol, ports, flat.l3_length,
                       flat.ttl);
}

// Text that only means something with its numbers: a mark reads better in hexadecimal.
std::string value_text(std::string_view what, std::uint64_t value) {
    return what == "mark" || what == "tos" || what == "dscp" ? fmt::format("{:#x}", value)
                                                             : fmt::format("{}", value);
}

}  // namespace

std::string Narrator::rule_text(const TraceEvent& event) const {
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        if (event.packet == nullptr || event.packet->flat.family != family) continue;
        for (const auto& table : engine_.tables(family).all()) {
            if (table.info->name != event.table) continue;
            for (const auto& chain : table.chains) {
                if (chain.name != event.chain || event.rule == 0 || event.rule > chain.spine.size()) continue;
                const auto& draft = chain.spine.at(event.rule - 1).body->draft();
                if (draft.text.empty()) return {};
                return fmt::format("\n        {}:{}: {}", draft.place.file, draft.place.line, draft.text);
            }
        }
    }
    return {};
}

std::string Narrator::line(const TraceEvent& e) const {
    const auto& interfaces = engine_.router().interfaces();
    const auto hook = name(e.hook);
    switch (e.kind) {
        case TraceKind::arrival:
            return fmt::format("arrives by {}: {}", interfaces.name(e.in), packet_text(*e.packet));
        case TraceKind::chain: return fmt::format("  {}: table {}, chain {}", hook, e.table, e.chain);
        case TraceKind::rule:
            return fmt::format("    rule {} matches: {}{}", e.rule, e.verdict, rule_text(e));
        case TraceKind::policy: return fmt::format("    the end of {}: its policy is {}", e.chain, e.verdict);
        case TraceKind::returned: return fmt::format("    back in chain {}", e.chain);
        case TraceKind::altered:
            return fmt::format("      {} changes from {} to {}", e.text, value_text(e.text, e.before),
                               value_text(e.text, e.after));
        case TraceKind::route:
            return e.out == InterfaceId::none
                       ? fmt::format("  routing: {} (table {})", e.text, e.after)
                       : fmt::format("  routing: out by {} (table {})", interfaces.name(e.out), e.after);
        case TraceKind::neighbour:
            return fmt::format("  the next hop on {} is known", interfaces.name(e.out));
        case TraceKind::generated:
            return fmt::format("  the router answers: {} (type {}, code {})", e.text, e.before, e.after);
        case TraceKind::fragmented: return fmt::format("  its {} bytes are cut to fit {}", e.before, e.after);
        case TraceKind::suspended: return fmt::format("  {}: waits for somebody's word", hook);
        case TraceKind::resumed: return fmt::format("  {}: goes on", hook);
        case TraceKind::decision:
            return fmt::format("ends here: {} ({})", words(e.finding.reason, e.finding.numbers),
                               name(e.finding.reason));
        case TraceKind::departure:
            return fmt::format("leaves by {}: {}", interfaces.name(e.out), packet_text(*e.packet));
        case TraceKind::count: break;
    }
    return {};
}

void Narrator::trace(const TraceEvent& event) {
    text_ += line(event);
    text_ += '\n';
}

}  // namespace gatehouse::trace

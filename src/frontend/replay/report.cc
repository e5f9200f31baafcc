#include "frontend/replay/report.h"

#include <fmt/format.h>

#include "wire/protocol.h"

namespace gatehouse::frontend {

std::string_view name(Disposition disposition) {
    switch (disposition) {
        case Disposition::forwarded: return "forward";
        case Disposition::delivered: return "local";
        case Disposition::dropped: return "drop";
        case Disposition::consumed: return "consumed";
        case Disposition::replaced: return "fragment";
    }
    return "";
}

std::string decided_by(const PacketReport& report) {
    const Decision& d = report.completion.decision;
    if (d.table.empty()) return "the router itself";
    if (report.rule_number == 0) return fmt::format("{} {} policy", d.table, d.chain);
    return fmt::format("{} {} rule {}", d.table, d.chain, report.rule_number);
}

namespace {

std::string protocol_name(std::uint8_t protocol) {
    switch (protocol) {
        case wire::protocol::tcp: return "TCP";
        case wire::protocol::udp: return "UDP";
        case wire::protocol::icmp: return "ICMP";
        case wire::protocol::icmpv6: return "ICMPv6";
        case wire::protocol::sctp: return "SCTP";
        case wire::protocol::gre: return "GRE";
        case wire::protocol::esp: return "ESP";
        case wire::protocol::ah: return "AH";
        case wire::protocol::igmp: return "IGMP";
        default: return fmt::format("protocol {}", protocol);
    }
}

}  // namespace

std::string flow_text(const Flat& flat) {
    if (!flat.network) return "not an IP packet";
    const std::string source = to_string(flat.source, flat.family),
                      destination = to_string(flat.destination, flat.family);
    const std::string protocol = protocol_name(flat.protocol);
    const bool icmp = wire::protocol::is_icmp(flat.protocol);
    if (flat.transport != Transport::whole) return fmt::format("{} > {} {}", source, destination, protocol);
    if (icmp)
        return fmt::format("{} > {} {} type {} code {}", source, destination, protocol, flat.sport,
                           flat.dport);
    const char* form = is_v4(flat.family) ? "{}:{} > {}:{} {}" : "[{}]:{} > [{}]:{} {}";
    return fmt::format(fmt::runtime(form), source, flat.sport, destination, flat.dport, protocol);
}

}  // namespace gatehouse::frontend

// -j TCPMSS: lowers the maximum segment size that a SYN announces (RFC 9293, 3.7.1).
#include <algorithm>
#include <fmt/format.h>

#include "defrag/whole.h"
#include "packet/edit.h"
#include "route/router.h"
#include "rules/declaration.h"
#include "rules/extension.h"
#include "rules/tcp_header.h"

namespace gatehouse::rules {

namespace {

constexpr std::uint32_t no_limit = 0xffffffff;

// What an IP and a TCP header without options take.
constexpr std::uint32_t headers(Family family) { return is_v4(family) ? 40 : 60; }

struct MssValue {
    using type = std::uint32_t;
    static constexpr int word_count = 1;
    std::string_view metavar = "size";
    Result<type> read(Words words, Family family) const {
        return value::Number{.max = is_v4(family) ? 65515u : 65495u}.read(words, family);
    }
    void print(std::string& out, const type& v, Family) const { out += fmt::format("{}", v); }
};

struct TcpMss {
    Opt<std::uint32_t> to;
    Flag clamp;
    friend bool operator==(const TcpMss&, const TcpMss&) = default;

    static constexpr std::tuple options{
        option<&TcpMss::to>("set-mss", MssValue{}, {.help = "lowers it to this", .group = 1}),
        flag<&TcpMss::clamp>("clamp-mss-to-pmtu", {.help = "lowers it to what the path takes", .group = 1}),
    };

    Result<void> check(const Facts& facts) const {
        if (!asks_for_syn(facts))
            return fail("the rule must ask for SYN segments", "add `--tcp-flags SYN,RST SYN`");
        return {};
    }

    // The path is known to packets that leave.
    HookSet hooks() const {
        return clamp ? bit(Hook::forward) | bit(Hook::output) | bit(Hook::postrouting) : all_hooks;
    }

    Outcome act(Context& context) const;

    void list(std::string& out, Family, bool) const {
        out += clamp ? "TCPMSS clamp to PMTU" : fmt::format("TCPMSS set {}", *to);
    }

  private:
    static bool asks_for_syn(const Facts& facts);
    static std::uint32_t path_mtu(const Context& context);
    static bool add_option(Context& context, std::size_t header, std::uint32_t mss);
};

// Whether some `-m tcp --tcp-flags` lets only segments with SYN set pass.
bool TcpMss::asks_for_syn(const Facts& facts) {
    if (facts.matches == nullptr) return false;
    for (const auto& match : *facts.matches) {
        const OptionInfo* const flags = match.find("tcp-flags");
        if (match.declaration().name != "tcp" || !flags->present(match.parameters())) continue;
        if (flags->inverted(match.parameters())) continue;
        std::string text;
        flags->print(match.parameters(), text, match.family());
        if (text.find("SYN", text.find(' ')) != std::string::npos) return true;
    }
    return false;
}

std::uint32_t mtu_of(const Context& context, const route::Decision& decision) {
    if (decision.kind == route::Kind::drop || decision.interface == InterfaceId::none) return no_limit;
    if (decision.nexthop != nullptr && decision.nexthop->mtu != 0) return decision.nexthop->mtu;
    return (*context.services.interfaces)[decision.interface].mtu;
}

// The smaller of the MTUs on the packet's way and on the way back to its sender.
std::uint32_t TcpMss::path_mtu(const Context& context) {
    const route::Router& router = *context.services.router;
    const Flat& flat = context.packet.flat;
    route::Key key{.family = flat.family,
                   .source = flat.source,
                   .destination = flat.destination,
                   .tos = flat.tos,
                   .protocol = flat.protocol,
                   .mark = context.packet.mark,
                   .interface = context.in};
    const bool passing = context.in != InterfaceId::none;
    const std::uint32_t there = mtu_of(context, passing ? router.input(key) : router.output(key));
    const std::uint32_t back =
        mtu_of(context, router.output({.family = flat.family, .destination = flat.source}));
    return std::min(there, back);
}

// A segment without the option: a peer takes it as 536 (IPv6: 1220) bytes, so it is never announced larger.
bool TcpMss::add_option(Context& context, std::size_t header, std::uint32_t mss) {
    Packet& packet = context.packet;
    const bool v4 = is_v4(packet.flat.family);
    mss = std::min(mss, v4 ? 536u : 1220u);
    const auto at = static_cast<std::uint32_t>(packet.flat.l4 - packet.flat.l3 + tcp_header::fixed);
    if (!edit::resize_at(packet, at, 4)) return false;
    edit::count_resize(packet, 4);
    edit::set_transport16(packet, tcp_header::fixed, wire::tcp_option::mss << 8 | 4);
    edit::set_transport16(packet, tcp_header::fixed + 2, static_cast<std::uint16_t>(mss));
    const auto words = static_cast<std::uint16_t>((header + 4) / 4 << 12);
    edit::set_transport16(packet, 12,
                          static_cast<std::uint16_t>((load_be16(packet.l4() + 12) & 0x0fff) | words));
    context.trace({.kind = TraceKind::altered, .text = "maximum segment size option", .after = mss});
    return true;
}

Outcome TcpMss::act(Context& context) const {
    Packet& packet = context.packet;
    if (packet.flat.fragment_offset != 0) return Outcome::next;
    defrag::join_all_pieces(packet);
    const Bytes segment = packet.transport();
    const auto header = tcp_header::length(segment);
    if (!header) return Outcome::drop;
    std::uint32_t mss = 0;
    if (clamp) {
        const std::uint32_t mtu = path_mtu(context);
        if (mtu <= headers(packet.flat.family)) return Outcome::drop;
        mss = std::min(mtu - headers(packet.flat.family), 65535u);
    } else {
        mss = *to;
    }
    for (std::size_t at = tcp_header::fixed; at + 4 <= *header; at += tcp_header::step(segment, at)) {
        if (segment[at] != wire::tcp_option::mss || segment[at + 1] != 4) continue;
        const std::uint32_t before = load_be16(&segment[at + 2]);
        if (before <= mss) return Outcome::next;
        tcp_header::set_bytes(packet, at + 2, static_cast<std::uint16_t>(mss));
        context.trace(
            {.kind = TraceKind::altered, .text = "maximum segment size", .before = before, .after = mss});
        return Outcome::next;
    }
    // Data behind the header would have to move, and the SYN might not fit its path any more.
    if (segment.size() > *header || *header >= tcp_header::longest) return Outcome::next;
    return add_option(context, *header, mss) ? Outcome::next : Outcome::drop;
}

constexpr std::uint8_t protocols[] = {wire::protocol::tcp};

}  // namespace

extern constinit const Declaration target_tcpmss =
    declare_target<TcpMss>({.name = "TCPMSS",
                            .protocols = protocols,
                            .help = "lowers the maximum segment size that a SYN announces",
                            .reads = reads_payload | reads_flags,
                            .does = does_alter_packet,
                            .required_groups = 1});

}  // namespace gatehouse::rules

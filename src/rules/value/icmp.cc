#include "rules/value/icmp.h"

#include <fmt/format.h>

#include "base/text.h"
#include "wire/protocol.h"

namespace gatehouse::rules::value {

namespace {

namespace icmp = wire::icmp;
namespace icmpv6 = wire::icmpv6;

struct Row {
    std::string_view name;
    std::uint8_t type;
    std::uint8_t low = 0;
    std::uint8_t high = 255;
};

constexpr Row code(std::string_view name, std::uint8_t type, std::uint8_t number) {
    return {name, type, number, number};
}

constexpr Row names_v4[] = {
    {"any", any_icmp_type},
    {"echo-reply", icmp::echo_reply},
    {"pong", icmp::echo_reply},
    {"destination-unreachable", icmp::unreachable},
    code("network-unreachable", icmp::unreachable, icmp::net_unreachable),
    code("host-unreachable", icmp::unreachable, icmp::host_unreachable),
    code("protocol-unreachable", icmp::unreachable, icmp::protocol_unreachable),
    code("port-unreachable", icmp::unreachable, icmp::port_unreachable),
    code("fragmentation-needed", icmp::unreachable, icmp::fragmentation_needed),
    code("source-route-failed", icmp::unreachable, icmp::source_route_failed),
    code("network-unknown", icmp::unreachable, icmp::net_unknown),
    code("host-unknown", icmp::unreachable, icmp::host_unknown),
    code("network-prohibited", icmp::unreachable, icmp::net_prohibited),
    code("host-prohibited", icmp::unreachable, icmp::host_prohibited),
    code("TOS-network-unreachable", icmp::unreachable, icmp::net_unreachable_for_tos),
    code("TOS-host-unreachable", icmp::unreachable, icmp::host_unreachable_for_tos),
    code("communication-prohibited", icmp::unreachable, icmp::admin_prohibited),
    code("host-precedence-violation", icmp::unreachable, icmp::precedence_violation),
    code("precedence-cutoff", icmp::unreachable, icmp::precedence_cutoff),
    {"source-quench", icmp::source_quench},
    {"redirect", icmp::redirect},
    code("network-redirect", icmp::redirect, icmp::redirect_net),
    code("host-redirect", icmp::redirect, icmp::redirect_host),
    code("TOS-network-redirect", icmp::redirect, icmp::redirect_tos_net),
    code("TOS-host-redirect", icmp::redirect, icmp::redirect_tos_host),
    {"echo-request", icmp::echo_request},
    {"ping", icmp::echo_request},
    {"router-advertisement", icmp::router_advertisement},
    {"router-solicitation", icmp::router_solicitation},
    {"time-exceeded", icmp::time_exceeded},
    {"ttl-exceeded", icmp::time_exceeded},
    code("ttl-zero-during-transit", icmp::time_exceeded, icmp::ttl_exceeded),
    code("ttl-zero-during-reassembly", icmp::time_exceeded, icmp::reassembly_exceeded),
    {"parameter-problem", icmp::parameter_problem},
    code("ip-header-bad", icmp::parameter_problem, icmp::pointer_problem),
    code("required-option-missing", icmp::parameter_problem, icmp::missing_option),
    {"timestamp-request", icmp::timestamp_request},
    {"timestamp-reply", icmp::timestamp_reply},
    {"address-mask-request", icmp::address_mask_request},
    {"address-mask-reply", icmp::address_mask_reply},
};

constexpr Row names_v6[] = {
    {"destination-unreachable", icmpv6::unreachable},
    code("no-route", icmpv6::unreachable, icmpv6::no_route),
    code("communication-prohibited", icmpv6::unreachable, icmpv6::admin_prohibited),
    code("beyond-scope", icmpv6::unreachable, icmpv6::beyond_scope),
    code("address-unreachable", icmpv6::unreachable, icmpv6::address_unreachable),
    code("port-unreachable", icmpv6::unreachable, icmpv6::port_unreachable),
    code("failed-policy", icmpv6::unreachable, icmpv6::policy_fail),
    code("reject-route", icmpv6::unreachable, icmpv6::reject_route),
    {"packet-too-big", icmpv6::packet_too_big},
    {"time-exceeded", icmpv6::time_exceeded},
    {"ttl-exceeded", icmpv6::time_exceeded},
    code("ttl-zero-during-transit", icmpv6::time_exceeded, icmpv6::hop_limit_exceeded),
    code("ttl-zero-during-reassembly", icmpv6::time_exceeded, icmpv6::reassembly_exceeded),
    {"parameter-problem", icmpv6::parameter_problem},
    code("bad-header", icmpv6::parameter_problem, icmpv6::bad_header_field),
    code("unknown-header-type", icmpv6::parameter_problem, icmpv6::unknown_next_header),
    code("unknown-option", icmpv6::parameter_problem, icmpv6::unknown_option),
    {"echo-request", icmpv6::echo_request},
    {"ping", icmpv6::echo_request},
    {"echo-reply", icmpv6::echo_reply},
    {"pong", icmpv6::echo_reply},
    {"mld-listener-query", icmpv6::listener_query},
    {"mld-listener-report", icmpv6::listener_report},
    {"mld-listener-done", icmpv6::listener_done},
    {"mld-listener-reduction", icmpv6::listener_done},
    {"router-solicitation", icmpv6::router_solicitation},
    {"router-advertisement", icmpv6::router_advertisement},
    {"neighbour-solicitation", icmpv6::neighbour_solicitation},
    {"neighbor-solicitation", icmpv6::neighbour_solicitation},
    {"neighbour-advertisement", icmpv6::neighbour_advertisement},
    {"neighbor-advertisement", icmpv6::neighbour_advertisement},
    {"redirect", icmpv6::redirect},
};

std::span<const Row> rows(Family family) {
    return is_v4(family) ? std::span<const Row>(names_v4) : std::span<const Row>(names_v6);
}

std::unexpected<Error> refuse(std::string_view text, Family family) {
    std::vector<std::string_view> names;
    for (const auto& row : rows(family)) names.push_back(row.name);
    return fail(fmt::format("expected an {} type (a name, or type[/code]), got `{}`",
                            is_v4(family) ? "ICMP" : "ICMPv6", text),
                did_you_mean(text, names));
}

}  // namespace

Result<IcmpType> IcmpTypeValue::read(Words words, Family family) const {
    const std::string_view text = words[0];
    const Row* found = nullptr;
    for (const auto& row : rows(family)) {
        if (!begins_with(row.name, text)) continue;
        if (found != nullptr)
            return fail(fmt::format("`{}` may be `{}` or `{}`", text, found->name, row.name));
        found = &row;
    }
    if (found != nullptr) return IcmpType{found->type, {found->low, found->high}};

    const auto slash = text.find('/');
    const auto number = parse_number(text.substr(0, slash), 255);
    if (!number) return refuse(text, family);
    IcmpType read{.type = static_cast<std::uint8_t>(*number)};
    if (slash == std::string_view::npos) return read;
    const auto codes = text.substr(slash + 1);
    const auto colon = codes.find(':');
    const auto low = parse_number(codes.substr(0, colon), 255);
    const auto high = colon == std::string_view::npos ? low : parse_number(codes.substr(colon + 1), 255);
    if (!low || !high) return refuse(text, family);
    read.codes = {static_cast<std::uint8_t>(*low), static_cast<std::uint8_t>(*high)};
    return read;
}

void IcmpTypeValue::print(std::string& out, const type& value, Family family) const {
    if (is_v4(family) && value == IcmpType{.type = any_icmp_type}) {
        out += "any";
        return;
    }
    out += fmt::format("{}", value.type);
    if (value.codes != IcmpType{}.codes) out += fmt::format("/{}", value.codes.low);
}

void IcmpTypeValue::list(std::string& out, const type& value, bool inverted, Family family,
                         bool numeric) const {
    if (!numeric) {
        for (const auto& row : rows(family)) {
            if (value != IcmpType{row.type, {row.low, row.high}}) continue;
            out += fmt::format(" {}{}", inverted ? "!" : "", row.name);
            return;
        }
    }
    out += fmt::format("{}type {}", inverted ? " !" : "", value.type);
    if (value.codes.low == value.codes.high) {
        out += fmt::format(" code {}", value.codes.low);
    } else if (value.codes != IcmpType{}.codes) {
        out += fmt::format(" codes {}-{}", value.codes.low, value.codes.high);
    }
}

}  // namespace gatehouse::rules::value

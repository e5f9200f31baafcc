// -j REJECT, IPv6: drops the packet and says so to its sender.
#include "rules/reject_answer.h"
#include "wire/protocol.h"

namespace gatehouse::rules {

namespace {

constexpr std::uint32_t tcp_reset = 256;  // past every code

constexpr value::Name types[] = {
    {"icmp6-no-route", wire::icmpv6::no_route},
    {"icmp6-adm-prohibited", wire::icmpv6::admin_prohibited},
    {"icmp6-addr-unreachable", wire::icmpv6::address_unreachable},
    {"icmp6-port-unreachable", wire::icmpv6::port_unreachable},
    {"tcp-reset", tcp_reset},
    {"icmp6-policy-fail", wire::icmpv6::policy_fail},
    {"icmp6-reject-route", wire::icmpv6::reject_route},
    // Short forms, printed by their long ones above.
    {"no-route", wire::icmpv6::no_route},
    {"adm-prohibited", wire::icmpv6::admin_prohibited},
    {"addr-unreach", wire::icmpv6::address_unreachable},
    {"port-unreach", wire::icmpv6::port_unreachable},
    {"policy-fail", wire::icmpv6::policy_fail},
    {"reject-route", wire::icmpv6::reject_route},
};

struct Reject6 {
    Opt<std::uint32_t> type{.value = wire::icmpv6::port_unreachable};
    friend bool operator==(const Reject6&, const Reject6&) = default;

    static constexpr RejectType types_of{{.names = types, .metavar = "type"}};
    static constexpr std::tuple options{
        option<&Reject6::type>("reject-with", types_of,
                               {.help = "the answer to send; a port unreachable otherwise"}),
    };

    Result<void> check(const Facts& facts) {
        type.set = true;  // the default is saved, too
        return *type == tcp_reset ? check_reset(facts) : Result<void>{};
    }

    Outcome act(Context& context) const {
        if (*type == tcp_reset) {
            send_reset(context);
        } else {
            send_unreachable(context, static_cast<std::uint8_t>(*type));
        }
        return rejected(context);
    }

    void list(std::string& out, Family family, bool) const {
        out += "reject-with ";
        types_of.print(out, *type, family);
    }
};

}  // namespace

extern constinit const Declaration target_reject6 =
    declare_target<Reject6>({.name = "REJECT",
                             .families = v6_only,
                             .tables = table_filter,
                             .hooks = bit(Hook::input) | bit(Hook::forward) | bit(Hook::output),
                             .help = "drops the packet and answers its sender",
                             .reads = reads_payload,
                             .does = does_emit});

}  // namespace gatehouse::rules

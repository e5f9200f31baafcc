// -j REJECT, IPv4: drops the packet and says so to its sender.
#include "rules/reject_answer.h"
#include "wire/protocol.h"

namespace gatehouse::rules {

namespace {

constexpr std::uint32_t tcp_reset = 256;  // past every code

constexpr value::Name types[] = {
    {"icmp-net-unreachable", wire::icmp::net_unreachable},
    {"icmp-host-unreachable", wire::icmp::host_unreachable},
    {"icmp-proto-unreachable", wire::icmp::protocol_unreachable},
    {"icmp-port-unreachable", wire::icmp::port_unreachable},
    {"icmp-net-prohibited", wire::icmp::net_prohibited},
    {"icmp-host-prohibited", wire::icmp::host_prohibited},
    {"tcp-reset", tcp_reset},
    {"icmp-admin-prohibited", wire::icmp::admin_prohibited},
    // Short forms, printed by their long ones above.
    {"net-unreach", wire::icmp::net_unreachable},
    {"host-unreach", wire::icmp::host_unreachable},
    {"proto-unreach", wire::icmp::protocol_unreachable},
    {"port-unreach", wire::icmp::port_unreachable},
    {"net-prohib", wire::icmp::net_prohibited},
    {"host-prohib", wire::icmp::host_prohibited},
    {"tcp-rst", tcp_reset},
    {"admin-prohib", wire::icmp::admin_prohibited},
};

struct Reject {
    Opt<std::uint32_t> type{.value = wire::icmp::port_unreachable};
    friend bool operator==(const Reject&, const Reject&) = default;

    static constexpr RejectType types_of{{.names = types, .metavar = "type"}};
    static constexpr std::tuple options{
        option<&Reject::type>("reject-with", types_of,
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

extern constinit const Declaration target_reject =
    declare_target<Reject>({.name = "REJECT",
                            .families = v4_only,
                            .tables = table_filter,
                            .hooks = bit(Hook::input) | bit(Hook::forward) | bit(Hook::output),
                            .help = "drops the packet and answers its sender",
                            .reads = reads_payload,
                            .does = does_emit});

}  // namespace gatehouse::rules

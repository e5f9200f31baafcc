// -m addrtype: what kind of addresses a packet has, as routing sees them.
#include <fmt/format.h>

#include "route/router.h"
#include "rules/declaration.h"
#include "rules/value/name_set.h"

namespace gatehouse::rules {

namespace {

using route::bit;
using route::RouteType;

constexpr value::Name types[] = {
    {"UNSPEC", bit(RouteType::unspec)},
    {"UNICAST", bit(RouteType::unicast)},
    {"LOCAL", bit(RouteType::local)},
    {"BROADCAST", bit(RouteType::broadcast)},
    {"ANYCAST", bit(RouteType::anycast)},
    {"MULTICAST", bit(RouteType::multicast)},
    {"BLACKHOLE", bit(RouteType::blackhole)},
    {"UNREACHABLE", bit(RouteType::unreachable)},
    {"PROHIBIT", bit(RouteType::prohibit)},
    {"THROW", bit(RouteType::throw_)},
    {"NAT", bit(RouteType::nat)},
    {"XRESOLVE", bit(RouteType::xresolve)},
};
// What Linux can't tell of IPv6 addresses.
constexpr std::uint32_t not_v6 = bit(RouteType::broadcast) | bit(RouteType::blackhole) |
                                 bit(RouteType::prohibit) | bit(RouteType::throw_) | bit(RouteType::nat) |
                                 bit(RouteType::xresolve);

struct TypeList : value::NameSet {
    Result<type> read(Words words, Family family) const {
        const auto set = NameSet::read(words, family);
        if (set && !is_v4(family) && (*set & not_v6) != 0)
            return fail(fmt::format("Linux doesn't tell these types of IPv6 addresses: `{}`", words[0]));
        return set;
    }
};
constexpr TypeList type_list{{.names = types, .metavar = "address type", .beginning = true}};

struct AddrType {
    Opt<std::uint32_t> source, destination;
    Flag limit_in, limit_out;
    friend bool operator==(const AddrType&, const AddrType&) = default;

    static constexpr std::tuple options{
        option<&AddrType::source>(
            "src-type", type_list,
            {.help = "the source address is of one of these types", .invertible = true}),
        option<&AddrType::destination>(
            "dst-type", type_list,
            {.help = "the destination address is of one of these types", .invertible = true}),
        flag<&AddrType::limit_in>("limit-iface-in",
                                  {.help = "look only at the input interface's addresses", .group = 1}),
        flag<&AddrType::limit_out>("limit-iface-out",
                                   {.help = "look only at the output interface's addresses", .group = 1}),
    };

    Result<void> check(const Facts&) const {
        if (!source && !destination) return fail("one of `--src-type`, `--dst-type` must be given");
        return {};
    }

    // Only where there is such an interface.
    HookSet hooks() const {
        constexpr HookSet forward = gatehouse::bit(Hook::forward);
        if (limit_in) return forward | gatehouse::bit(Hook::prerouting) | gatehouse::bit(Hook::input);
        if (limit_out) return forward | gatehouse::bit(Hook::output) | gatehouse::bit(Hook::postrouting);
        return all_hooks;
    }

    bool test(const Context& context) const {
        const Flat& flat = context.packet.flat;
        const route::Router& router = *context.services.router;
        const InterfaceId only = limit_in ? context.in : limit_out ? context.out : InterfaceId::none;
        const auto passes = [&](const Opt<std::uint32_t>& wanted, const Address& address) {
            return !wanted || wanted.passes(router.address_matches(
                                  address, flat.family, static_cast<route::RouteTypeSet>(*wanted), only));
        };
        return passes(source, flat.source) && passes(destination, flat.destination);
    }

    void list(std::string& out, Family family, bool) const {
        out += "ADDRTYPE match";
        const auto one = [&](const Opt<std::uint32_t>& listed, std::string_view word) {
            if (!listed) return;
            out += fmt::format(" {} {}", word, listed.inverted ? "!" : "");
            type_list.print(out, *listed, family);
        };
        one(source, "src-type");
        one(destination, "dst-type");
        if (limit_in) out += " limit-in";
        if (limit_out) out += " limit-out";
    }
};

}  // namespace

extern constinit const Declaration match_addrtype =
    declare_match<AddrType>({.name = "addrtype",
                             .help = "what kind of addresses a packet has, as routing sees them",
                             .reads = reads_tuple | reads_interfaces});

}  // namespace gatehouse::rules

// -m icmp6: type and code of an ICMPv6 message.
#include <netinet/in.h>

#include "rules/declaration.h"
#include "rules/packed.h"
#include "rules/value/icmp.h"

namespace gatehouse::rules {

namespace {

struct Icmp6 {
    Opt<IcmpType> type;
    friend bool operator==(const Icmp6&, const Icmp6&) = default;

    static constexpr std::tuple options{
        option<&Icmp6::type>(
            "icmpv6-type", value::IcmpTypeValue{},
            {.help = "the message's type and code: names or numbers", .invertible = true, .required = true}),
    };

    void pack(Packed& packed) const {
        if (type.inverted) return;
        packed.sport = {type->type, type->type};
        packed.dport = {type->codes.low, type->codes.high};
    }

    MatchResult test(const Context& context) const {
        const Flat& flat = context.packet.flat;
        if (flat.transport == Transport::fragment) return MatchResult::no;
        if (flat.transport != Transport::whole) return MatchResult::hotdrop;
        const bool hit =
            flat.sport == type->type && type->codes.contains(static_cast<std::uint8_t>(flat.dport));
        return type.passes(hit) ? MatchResult::yes : MatchResult::no;
    }

    void list(std::string& out, Family family, bool numeric) const {
        out += "ipv6-icmp";
        value::IcmpTypeValue{}.list(out, *type, type.inverted, family, numeric);
    }
};

constexpr std::uint8_t protocols[] = {IPPROTO_ICMPV6};

}  // namespace

extern constinit const Declaration match_icmp6 =
    declare_match<Icmp6>({.name = "icmp6",
                          .families = v6_only,
                          .protocols = protocols,
                          .help = "type and code of an ICMPv6 message",
                          .reads = reads_tuple});

}  // namespace gatehouse::rules

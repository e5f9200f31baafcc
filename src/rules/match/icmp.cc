// -m icmp: type and code of an ICMP message.
#include "rules/value/icmp.h"

#include <netinet/in.h>

#include "rules/declaration.h"
#include "rules/packed.h"

namespace gatehouse::rules {

namespace {

struct Icmp {
    Opt<IcmpType> type;
    friend bool operator==(const Icmp&, const Icmp&) = default;

    static constexpr std::tuple options{
        option<&Icmp::type>("icmp-type", value::IcmpTypeValue{},
                            {.help = "the message's type and code: names, numbers, or `any`",
                             .invertible = true,
                             .required = true}),
    };

    // Type 255 is any message, whatever codes go with it.
    bool is_any() const { return type->type == value::any_icmp_type; }

    void pack(Packed& packed) const {
        if (type.inverted || is_any()) return;
        packed.sport = {type->type, type->type};
        packed.dport = {type->codes.low, type->codes.high};
    }

    MatchResult test(const Context& context) const {
        const Flat& flat = context.packet.flat;
        if (flat.transport == Transport::fragment) return MatchResult::no;
        if (flat.transport != Transport::whole) return MatchResult::hotdrop;
        const bool hit = is_any() || (flat.sport == type->type &&
                                      type->codes.contains(static_cast<std::uint8_t>(flat.dport)));
        return type.passes(hit) ? MatchResult::yes : MatchResult::no;
    }

    void list(std::string& out, Family family, bool numeric) const {
        out += "icmp";
        value::IcmpTypeValue{}.list(out, *type, type.inverted, family, numeric);
    }
};

constexpr std::uint8_t protocols[] = {IPPROTO_ICMP};

}  // namespace

extern constinit const Declaration match_icmp =
    declare_match<Icmp>({.name = "icmp",
                         .families = v4_only,
                         .protocols = protocols,
                         .help = "type and code of an ICMP message",
                         .reads = reads_tuple});

}  // namespace gatehouse::rules

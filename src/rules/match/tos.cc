// -m tos: the TOS octet (IPv6: traffic class) under a mask.
#include "rules/value/tos.h"

#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

struct Tos {
    Opt<Masked> tos;
    friend bool operator==(const Tos&, const Tos&) = default;

    static constexpr std::tuple options{
        option<&Tos::tos>(
            "tos", value::TosValue{},
            {.help = "the octet, under the mask, is the value", .invertible = true, .required = true}),
    };

    bool test(const Context& context) const {
        return tos.passes((context.packet.flat.tos & tos->mask) == tos->value);
    }

    void list(std::string& out, Family family, bool numeric) const {
        out += tos.inverted ? "tos match!" : "tos match";
        const auto name = value::tos_name(*tos);
        if (numeric || name.empty()) {
            value::TosValue{}.print(out, *tos, family);
        } else {
            out += ' ';
            out += name;
        }
    }
};

}  // namespace

extern constinit const Declaration match_tos = declare_match<Tos>(
    {.name = "tos", .help = "the TOS octet or traffic class under a mask", .reads = reads_header});

}  // namespace gatehouse::rules

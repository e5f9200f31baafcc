// -j TOS: sets, clears or toggles bits of the TOS octet or traffic class.
#include "rules/value/tos.h"

#include "packet/edit.h"
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

// Every spelling stands for a --set-tos: the octet becomes (octet & ~mask) ^ value.
enum class Bits : std::uint8_t { keep, set, toggle };
template <Bits What>
struct TosBits : value::TosValue {
    Result<Masked> read(Words words, Family family) const {
        const auto bits = value::Number{.max = 255}.read(words, family);
        if (!bits) return std::unexpected(bits.error());
        if (What == Bits::keep) return Masked{0, ~*bits & 0xff};
        return Masked{*bits, What == Bits::set ? *bits : 0};
    }
};

struct Tos {
    Opt<Masked> tos;
    friend bool operator==(const Tos&, const Tos&) = default;

    static constexpr std::tuple options{
        option<&Tos::tos>(
            "set-tos", value::TosValue{},
            {.help = "clears the bits of the mask, then toggles those of the value", .group = 1}),
        option<&Tos::tos>("and-tos", TosBits<Bits::keep>{{.metavar = "bits"}},
                          {.help = "keeps these bits", .input_only = true, .group = 1}),
        option<&Tos::tos>("or-tos", TosBits<Bits::set>{{.metavar = "bits"}},
                          {.help = "sets these bits", .input_only = true, .group = 1}),
        option<&Tos::tos>("xor-tos", TosBits<Bits::toggle>{{.metavar = "bits"}},
                          {.help = "toggles these bits", .input_only = true, .group = 1}),
    };

    Outcome act(Context& context) const {
        const std::uint32_t before = context.packet.flat.tos;
        const std::uint32_t after = ((before & ~tos->mask) ^ tos->value) & 0xff;
        if (after == before) return Outcome::next;
        edit::set_tos(context.packet, static_cast<std::uint8_t>(after));
        if (context.traced()) [[unlikely]]
            context.trace({.kind = TraceKind::altered, .text = "tos", .before = before, .after = after});
        return Outcome::next;
    }

    void list(std::string& out, Family family, bool) const {
        out += "TOS set ";
        value::TosValue{}.print(out, *tos, family);
    }
};

}  // namespace

extern constinit const Declaration target_tos =
    declare_target<Tos>({.name = "TOS",
                         .tables = table_mangle,
                         .help = "changes the TOS octet or traffic class",
                         .reads = reads_header,
                         .does = does_alter_packet,
                         .required_groups = 1});

}  // namespace gatehouse::rules

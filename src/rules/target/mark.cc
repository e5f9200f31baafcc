// -j MARK: sets the packet's mark.
#include <fmt/format.h>

#include "packet/edit.h"
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

// Every spelling stands for a --set-xmark: the mark becomes (mark & ~mask) ^ value.
struct XmarkValue : value::MaskedNumber {
    void print(std::string& out, const Masked& v, Family) const {
        out += fmt::format("{:#x}/{:#x}", v.value, v.mask);
    }
};
struct SetMarkValue : XmarkValue {
    Result<Masked> read(Words words, Family family) const {
        auto masked = MaskedNumber::read(words, family);
        if (masked) masked->mask |= masked->value;
        return masked;
    }
};
enum class Bits : std::uint8_t { keep, set, toggle };
template <Bits What>
struct BitsValue : XmarkValue {
    Result<Masked> read(Words words, Family family) const {
        const auto bits = value::Number{}.read(words, family);
        if (!bits) return std::unexpected(bits.error());
        if (What == Bits::keep) return Masked{0, ~*bits};
        return Masked{*bits, What == Bits::set ? *bits : 0};
    }
};

struct MarkTarget {
    Opt<Masked> xmark;
    friend bool operator==(const MarkTarget&, const MarkTarget&) = default;

    static constexpr std::tuple options{
        option<&MarkTarget::xmark>(
            "set-xmark", XmarkValue{},
            {.help = "clears the bits of the mask, then toggles those of the value", .group = 1}),
        option<&MarkTarget::xmark>(
            "set-mark", SetMarkValue{},
            {.help = "sets the bits of the mask to the value's", .input_only = true, .group = 1}),
        option<&MarkTarget::xmark>("and-mark", BitsValue<Bits::keep>{},
                                   {.help = "keeps these bits", .input_only = true, .group = 1}),
        option<&MarkTarget::xmark>("or-mark", BitsValue<Bits::set>{},
                                   {.help = "sets these bits", .input_only = true, .group = 1}),
        option<&MarkTarget::xmark>("xor-mark", BitsValue<Bits::toggle>{},
                                   {.help = "toggles these bits", .input_only = true, .group = 1}),
    };

    Outcome act(Context& context) const {
        const Mark before = context.packet.mark;
        edit::set_mark(context.packet, {(before.value & ~xmark->mask) ^ xmark->value});
        context.trace({.kind = TraceKind::altered,
                       .text = "mark",
                       .before = before.value,
                       .after = context.packet.mark.value});
        return Outcome::next;
    }

    void list(std::string& out, Family, bool) const {
        const auto [value, mask] = *xmark;
        if (value == 0) {
            out += fmt::format("MARK and {:#x}", ~mask);
        } else if (value == mask) {
            out += fmt::format("MARK or {:#x}", value);
        } else if (mask == 0) {
            out += fmt::format("MARK xor {:#x}", value);
        } else if (mask == 0xffffffff) {
            out += fmt::format("MARK set {:#x}", value);
        } else {
            out += fmt::format("MARK xset {:#x}/{:#x}", value, mask);
        }
    }
};

}  // namespace

extern constinit const Declaration target_mark = declare_target<MarkTarget>({.name = "MARK",
                                                                             .tables = any_table,
                                                                             .help = "sets the packet's mark",
                                                                             .reads = reads_mark,
                                                                             .does = does_alter_packet,
                                                                             .required_groups = 1});

}  // namespace gatehouse::rules

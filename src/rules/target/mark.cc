// -j MARK: sets the packet's mark.
#include "packet/edit.h"
#include "rules/declaration.h"
#include "rules/value/xmark.h"

namespace gatehouse::rules {

namespace {

struct MarkTarget {
    Opt<Masked> xmark;
    friend bool operator==(const MarkTarget&, const MarkTarget&) = default;

    static constexpr std::tuple options{
        option<&MarkTarget::xmark>(
            "set-xmark", value::XmarkValue{},
            {.help = "clears the bits of the mask, then toggles those of the value", .group = 1}),
        option<&MarkTarget::xmark>(
            "set-mark", value::SetMarkValue{},
            {.help = "sets the bits of the mask to the value's", .input_only = true, .group = 1}),
        option<&MarkTarget::xmark>("and-mark", value::MarkBits<value::Bits::keep>{},
                                   {.help = "keeps these bits", .input_only = true, .group = 1}),
        option<&MarkTarget::xmark>("or-mark", value::MarkBits<value::Bits::set>{},
                                   {.help = "sets these bits", .input_only = true, .group = 1}),
        option<&MarkTarget::xmark>("xor-mark", value::MarkBits<value::Bits::toggle>{},
                                   {.help = "toggles these bits", .input_only = true, .group = 1}),
    };

    Outcome act(Context& context) const {
        const Mark before = context.packet.mark;
        edit::set_mark(context.packet, {(before.value & ~xmark->mask) ^ xmark->value});
        if (context.traced()) [[unlikely]]
            context.trace({.kind = TraceKind::altered,
                           .text = "mark",
                           .before = before.value,
                           .after = context.packet.mark.value});
        return Outcome::next;
    }

    void list(std::string& out, Family, bool) const { value::list_xmark(out, "MARK", *xmark); }
};

}  // namespace

extern constinit const Declaration target_mark = declare_target<MarkTarget>({.name = "MARK",
                                                                             .tables = any_table,
                                                                             .help = "sets the packet's mark",
                                                                             .reads = reads_mark,
                                                                             .does = does_alter_packet,
                                                                             .required_groups = 1});

}  // namespace gatehouse::rules

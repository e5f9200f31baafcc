// -m mark: the packet's mark.
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

struct MarkMatch {
    Opt<Masked> mark;
    friend bool operator==(const MarkMatch&, const MarkMatch&) = default;

    static constexpr std::tuple options{
        option<&MarkMatch::mark>(
            "mark", value::MaskedNumber{},
            {.help = "the mark, under the mask, is the value", .invertible = true, .required = true}),
    };

    bool test(const Context& context) const {
        return mark.passes((context.packet.mark.value & mark->mask) == mark->value);
    }

    void list(std::string& out, Family family, bool) const {
        out += mark.inverted ? "mark match ! " : "mark match ";
        value::MaskedNumber{}.print(out, *mark, family);
    }
};

}  // namespace

extern constinit const Declaration match_mark =
    declare_match<MarkMatch>({.name = "mark", .help = "the packet's mark", .reads = reads_mark});

}  // namespace gatehouse::rules

// -m connmark: the mark of the packet's connection.
#include "rules/declaration.h"
#include "rules/seen.h"

namespace gatehouse::rules {

namespace {

struct ConnmarkMatch {
    Opt<Masked> mark;
    friend bool operator==(const ConnmarkMatch&, const ConnmarkMatch&) = default;

    static constexpr std::tuple options{
        option<&ConnmarkMatch::mark>("mark", value::MaskedNumber{},
                                     {.help = "the connection's mark, under the mask, is the value",
                                      .invertible = true,
                                      .required = true}),
    };

    bool test(const Context& context) const {
        const auto at = seen(context);
        return at.entry != nullptr && mark.passes((at.entry->mark & mark->mask) == mark->value);
    }

    void list(std::string& out, Family family, bool) const {
        out += mark.inverted ? "connmark match ! " : "connmark match  ";
        value::MaskedNumber{}.print(out, *mark, family);
    }
};

}  // namespace

extern constinit const Declaration match_connmark =
    declare_match<ConnmarkMatch>({.name = "connmark",
                                  .help = "the mark of the packet's connection",
                                  .reads = reads_connection,
                                  .need = Need::tracking});

}  // namespace gatehouse::rules

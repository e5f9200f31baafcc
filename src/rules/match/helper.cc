// -m helper: the helper that watches the packet's connection.
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

struct HelperMatch {
    Opt<std::string> name;
    friend bool operator==(const HelperMatch&, const HelperMatch&) = default;

    static constexpr std::tuple options{
        option<&HelperMatch::name>("helper", value::Text{.max = 29, .metavar = "name"},
                                   {.help = "the connection, or that which it belongs to, has this helper",
                                    .invertible = true,
                                    .required = true}),
    };

    // A helper's own connection isn't meant, but those that one made expected; none is as yet.
    bool test(const Context&) const { return name.passes(false); }

    void list(std::string& out, Family, bool) const {
        out += name.inverted ? "helper match ! \"" : "helper match \"";
        out += *name + '"';
    }
};

}  // namespace

extern constinit const Declaration match_helper =
    declare_match<HelperMatch>({.name = "helper",
                                .help = "the helper that watches the packet's connection",
                                .reads = reads_connection,
                                .need = Need::tracking});

}  // namespace gatehouse::rules

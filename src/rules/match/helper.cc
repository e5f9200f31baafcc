// -m helper: the helper that watches the packet's connection.
#include "rules/declaration.h"
#include "rules/seen.h"

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

    // A helper's own connection isn't meant, but those that it expected. The name may go on behind that of
    // their helper (`ftp-21`), as in Linux.
    bool test(const Context& context) const {
        const track::Seen at = seen(context);
        if (at.entry == nullptr) return name.inverted;
        const std::string_view by = context.services.tracking->expected_by(*at.entry);
        if (by.empty()) return name.inverted;
        return name->empty() ? !name.inverted : name.passes(name->starts_with(by));
    }

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

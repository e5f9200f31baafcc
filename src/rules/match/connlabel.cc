// -m connlabel: a label of the packet's connection.
#include <fmt/format.h>

#include "rules/declaration.h"
#include "rules/seen.h"

namespace gatehouse::rules {

namespace {

struct LabelValue : value::Number {
    void print(std::string& out, const type& value, Family) const { out += fmt::format("\"{}\"", value); }
};

struct Connlabel {
    Opt<std::uint32_t> label;
    Flag set;
    friend bool operator==(const Connlabel&, const Connlabel&) = default;

    static constexpr std::tuple options{
        option<&Connlabel::label>(
            "label", LabelValue{{.max = 127, .metavar = "label"}},
            {.help = "the connection has this label", .invertible = true, .required = true}),
        flag<&Connlabel::set>("set", {.help = "give it the label first"}),
    };

    bool test(const Context& context) const {
        const auto at = seen(context);
        if (at.entry == nullptr) return label.passes(false);
        track::Tracking& tracking = *context.services.tracking;
        return label.passes(tracking.has_label(*at.entry, *label) || (set && tracking.set_label(at, *label)));
    }

    void list(std::string& out, Family, bool) const {
        out += fmt::format("connlabel {}{}{}", label.inverted ? "! " : "", *label, set ? " set" : "");
    }
};

}  // namespace

extern constinit const Declaration match_connlabel =
    declare_match<Connlabel>({.name = "connlabel",
                              .help = "a label of the packet's connection",
                              .reads = reads_connection,
                              .does = does_alter_connection,
                              .need = Need::tracking});

}  // namespace gatehouse::rules

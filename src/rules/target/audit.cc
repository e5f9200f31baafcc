// -j AUDIT: a record of the packet for the audit system.
//
// There is no such system here: as in a Linux whose auditing is off, the packet just goes on.
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

constexpr value::Name types[] = {{"accept", 0}, {"drop", 1}, {"reject", 2}};

struct Audit {
    Opt<std::uint32_t> type;
    friend bool operator==(const Audit&, const Audit&) = default;

    static constexpr std::tuple options{
        option<&Audit::type>("type", value::OneOf{.names = types, .metavar = "type", .any_case = true},
                             {.help = "what will become of it: accept, drop or reject", .required = true}),
    };

    Outcome act(Context&) const { return Outcome::next; }

    void list(std::string& out, Family, bool) const {
        out += "AUDIT ";
        out += types[*type].name;
    }
};

}  // namespace

extern constinit const Declaration target_audit = declare_target<Audit>(
    {.name = "AUDIT", .help = "a record for the audit system, which isn't there: nothing happens"});

}  // namespace gatehouse::rules

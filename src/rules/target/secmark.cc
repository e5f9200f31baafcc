// -j SECMARK: gives the packet a security module's label.
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

struct SecMark {
    Opt<std::string> label;
    friend bool operator==(const SecMark&, const SecMark&) = default;

    static constexpr std::tuple options{
        option<&SecMark::label>("selctx", value::Word{.max = 255, .metavar = "context"},
                                {.help = "SELinux's name of it", .required = true}),
    };

    void list(std::string& out, Family, bool) const { out += "SECMARK selctx " + *label; }
};

}  // namespace

extern constinit const Declaration target_secmark =
    declare_target<SecMark>({.name = "SECMARK",
                             .tables = table_mangle | table_security,
                             .help = "gives the packet a security module's label",
                             .does = does_alter_packet,
                             .need = Need::labels});

}  // namespace gatehouse::rules

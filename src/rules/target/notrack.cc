// -j NOTRACK: keeps the packet out of connection tracking; `CT --notrack` by its old name.
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

struct NoTrack {
    static constexpr std::tuple<> options{};
    friend bool operator==(const NoTrack&, const NoTrack&) = default;
    void list(std::string& out, Family, bool) const { out += "NOTRACK"; }
};

}  // namespace

extern constinit const Declaration target_notrack =
    declare_target<NoTrack>({.name = "NOTRACK",
                             .tables = table_raw,
                             .help = "keeps the packet out of connection tracking",
                             .does = does_alter_connection,
                             .need = Need::tracking});

}  // namespace gatehouse::rules

// -j NOTRACK: keeps the packet out of connection tracking; `CT --notrack` by its old name.
#include "rules/declaration.h"
#include "track/tracking.h"

namespace gatehouse::rules {

namespace {

struct NoTrack {
    static constexpr std::tuple<> options{};
    friend bool operator==(const NoTrack&, const NoTrack&) = default;
    Outcome act(Context& context) const {
        track::Tracking::leave_out(context.packet);
        return Outcome::next;
    }

    void list(std::string& out, Family, bool) const { out += "NOTRACK"; }
};

}  // namespace

extern constinit const Declaration target_notrack =
    declare_target<NoTrack>({.name = "NOTRACK",
                             .tables = table_raw,
                             .help = "keeps the packet out of connection tracking",
                             .does = does_alter_connection});

}  // namespace gatehouse::rules

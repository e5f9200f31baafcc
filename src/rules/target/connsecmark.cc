// -j CONNSECMARK: copies the security mark from a packet to its connection, or back, where the other has one.
#include "rules/declaration.h"
#include "rules/seen.h"

namespace gatehouse::rules {

namespace {

struct ConnSecMark {
    Flag save_mark, restore_mark;
    friend bool operator==(const ConnSecMark&, const ConnSecMark&) = default;

    static constexpr std::tuple options{
        flag<&ConnSecMark::save_mark>("save", {.help = "copies the packet's to the connection", .group = 1}),
        flag<&ConnSecMark::restore_mark>("restore",
                                         {.help = "copies the connection's to the packet", .group = 1}),
    };

    Outcome act(Context& context) const {
        const auto at = seen(context);
        if (!at.is_connection()) return Outcome::next;
        track::Tracking& tracking = *context.services.tracking;
        const std::uint32_t connections = tracking.security_mark(*at.entry);
        std::uint32_t& mine = context.packet.security_mark;
        if (save_mark) {
            if (mine != 0 && connections == 0) tracking.set_security_mark(at.connection, mine);
        } else if (mine == 0) {
            mine = connections;
        }
        return Outcome::next;
    }

    void list(std::string& out, Family, bool) const {
        out += save_mark ? "CONNSECMARK save" : "CONNSECMARK restore";
    }
};

}  // namespace

extern constinit const Declaration target_connsecmark =
    declare_target<ConnSecMark>({.name = "CONNSECMARK",
                                 .tables = table_mangle | table_security,
                                 .help = "copies the security mark between packet and connection",
                                 .reads = reads_connection,
                                 .does = does_alter_packet | does_alter_connection,
                                 .need = Need::tracking,
                                 .required_groups = 1});

}  // namespace gatehouse::rules

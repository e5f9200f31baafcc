// -m socket: a local program's socket takes the packet.
//
// Whether there is one, the World knows. As in Linux, datagrams are put together before it is asked.
#include "hook/world.h"
#include "packet/edit.h"
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

struct SocketMatch {
    Flag transparent, no_wildcard, restore_mark;
    friend bool operator==(const SocketMatch&, const SocketMatch&) = default;

    static constexpr std::tuple options{
        flag<&SocketMatch::transparent>("transparent",
                                        {.help = "the socket takes packets for other hosts, too"}),
        flag<&SocketMatch::no_wildcard>(
            "nowildcard", {.help = "also one that listens on every address; such don't count otherwise"}),
        flag<&SocketMatch::restore_mark>("restore-skmark", {.help = "the packet gets the socket's mark"}),
    };

    bool test(Context& context) const {
        const auto socket = context.services.world->receiver(context.packet);
        if (!socket) return false;
        if (socket->any_address && !no_wildcard) return false;
        if (transparent && !socket->transparent) return false;
        if (restore_mark) {
            const Mark before = context.packet.mark;
            edit::set_mark(context.packet, socket->mark);
            context.trace({.kind = TraceKind::altered,
                           .text = "mark",
                           .before = before.value,
                           .after = socket->mark.value});
        }
        return true;
    }

    void list(std::string& out, Family, bool) const {
        out += "socket";
        if (transparent) out += " --transparent";
        if (no_wildcard) out += " --nowildcard";
        if (restore_mark) out += " --restore-skmark";
    }
};

}  // namespace

extern constinit const Declaration match_socket =
    declare_match<SocketMatch>({.name = "socket",
                                .hooks = bit(Hook::prerouting) | bit(Hook::input),
                                .help = "a local program's socket takes the packet",
                                .reads = reads_tuple | reads_shared_state,
                                .does = does_alter_packet,
                                .need = Need::datagrams});

}  // namespace gatehouse::rules

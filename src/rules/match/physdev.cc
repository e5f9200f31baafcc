// -m physdev: the bridge ports that a packet came in and leaves by.
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

constexpr value::Word port_name{.max = 15, .metavar = "port[+]"};

struct Physdev {
    Opt<std::string> in, out;
    Flag is_in, is_out, is_bridged;
    friend bool operator==(const Physdev&, const Physdev&) = default;

    static constexpr std::tuple options{
        flag<&Physdev::is_in>("physdev-is-in", {.help = "it came in by a bridge port", .invertible = true}),
        option<&Physdev::in>("physdev-in", port_name,
                             {.help = "it came in by this bridge port", .invertible = true}),
        flag<&Physdev::is_out>("physdev-is-out", {.help = "it leaves by a bridge port", .invertible = true}),
        option<&Physdev::out>("physdev-out", port_name,
                              {.help = "it leaves by this bridge port", .invertible = true}),
        flag<&Physdev::is_bridged>("physdev-is-bridged",
                                   {.help = "it is bridged, not routed", .invertible = true}),
    };

    Result<void> check(const Facts&) const {
        if (!in && !out && !is_in && !is_out && !is_bridged) return fail("an option must be given");
        return {};
    }

    // A packet at OUTPUT has no port to leave by yet, but for bridged ones.
    HookSet hooks() const {
        const bool bridged = is_bridged && !is_bridged.inverted;
        return (out || is_out) && !bridged ? all_hooks & ~bit(Hook::output) : all_hooks;
    }

    // A routed packet has no bridge ports: what is asked of them fails, and holds when inverted.
    bool test(const Context&) const {
        return in.passes(false) && out.passes(false) && is_in.passes(false) && is_out.passes(false) &&
               is_bridged.passes(false);
    }

    void list(std::string& text, Family, bool) const {
        text += "PHYSDEV match";
        for (const auto& o : detail::options_of<Physdev>) {
            if (!o.shown(this)) continue;
            text += o.inverted(this) ? " ! --" : " --";
            text += o.name;
            if (o.words > 0) text += ' ';
            o.print(this, text, Family::ipv4);
        }
    }
};

}  // namespace

extern constinit const Declaration match_physdev =
    declare_match<Physdev>({.name = "physdev",
                            .help = "the bridge ports that a packet came in and leaves by",
                            .reads = reads_interfaces});

}  // namespace gatehouse::rules

// -m state: the state of the packet's connection.
#include "rules/declaration.h"
#include "rules/value/connection.h"

namespace gatehouse::rules {

namespace {

struct State {
    Opt<std::uint32_t> state;
    friend bool operator==(const State&, const State&) = default;

    static constexpr std::tuple options{
        option<&State::state>("state", value::plain_states,
                              {.help = "the connection is in one of these states: INVALID, NEW, RELATED, "
                                       "ESTABLISHED, UNTRACKED",
                               .invertible = true,
                               .required = true}),
    };

    bool test(const Context& context) const {
        return state.passes((*state & value::state_of(context.packet)) != 0);
    }

    void list(std::string& out, Family family, bool) const {
        out += state.inverted ? "! state " : "state ";
        value::plain_states.print(out, *state, family);
    }
};

}  // namespace

extern constinit const Declaration match_state =
    declare_match<State>({.name = "state",
                          .help = "the state of the packet's connection",
                          .reads = reads_connection,
                          .need = Need::tracking});

}  // namespace gatehouse::rules

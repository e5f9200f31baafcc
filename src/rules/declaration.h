// The declaration of an extension: one in each file of match/ and target/, from which parsing, checking,
// help, saving, listing and JSON derive.
//
//     namespace {
//     struct Ttl {
//         Opt<std::uint32_t> eq, lt, gt;
//         static constexpr std::tuple options{
//             option<&Ttl::eq>("ttl-eq", value::Number{.max = 255}, {.invertible = true, .group = 1, .help =
//             "…"}), …};
//         bool test(const Context& context) const { … }
//     };
//     }  // namespace
//     extern constinit const Declaration match_ttl = declare_match<Ttl>({.name = "ttl", .families = v4_only,
//     …});
//
// Optional members of the parameter struct:
//     struct State {…};                                  one for each rule, made with the rule; must be safe
//                                                        for `state` (below)
//     std::shared_ptr<State> share(NamedStates&) const;  the state of a name that the options say, in place
//                                                        of one for each rule
//     Result<void> fits(const NamedStates&) const;       before that: whether what the name has suits it
//     bool/MatchResult test(Context&) const;             a match; with a State: test(State&, Context&) const
//     Outcome act(Context&) const;                       a target; with a State: act(State&, Context&) const
//     Result<void> check(const Facts&);                  relations between options, and with the rule; may
//                                                        fill in what is derived
//     Need needs() const;                                what it needs with these options, in place of
//                                                        Traits::need
//     std::string_view timeout_policy() const;           the timeout policy that the engine must have; "" for
//                                                        none
//     HookSet hooks() const;                             the hooks from which it may be reached with these
//                                                        options, within Traits::hooks
//     void save(std::string&, Family) const;             overrides the derived text (begins with a space when
//                                                        not empty)
//     void list(std::string&, Family, bool numeric) const;  the text of `iptables -L`; derived from save
//                                                        otherwise
//     void pack(Packed&) const;                          narrows the rule's packed selectors (rules/packed.h)
#pragma once
#include <concepts>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hook/context.h"
#include "rules/named_states.h"
#include "rules/option.h"

namespace gatehouse::rules {

struct Selectors;
class Extension;
struct Packed;

using FamilySet = std::uint8_t;
constexpr FamilySet v4_only = 1, v6_only = 2, any_family = 3;
constexpr FamilySet bit(Family family) { return is_v4(family) ? v4_only : v6_only; }

// Tables, as sets.
using TableSet = std::uint8_t;
enum Table : TableSet {
    table_raw = 1,
    table_mangle = 2,
    table_nat = 4,
    table_filter = 8,
    table_security = 16,
    table_debug = 32,
    table_other = 64,  // one that iptables doesn't know
};
constexpr TableSet any_table = 0x7f;

// What a test or action looks at: a verdict cache or classifier asks.
enum Reads : std::uint16_t {
    reads_nothing = 0,
    reads_tuple = 1,  // addresses, ports, protocol
    reads_interfaces = 2,
    reads_connection = 4,
    reads_mark = 8,
    reads_flags = 16,  // of the transport header
    reads_length = 32,
    reads_header = 64,  // other network header fields: TTL, TOS, options, MAC
    reads_payload = 128,
    reads_time = 256,
    reads_shared_state = 512,
    reads_random = 1024,
};

enum Does : std::uint8_t {
    does_nothing = 0,
    does_count = 1,
    does_consume = 2,  // a token, a quota
    does_draw = 4,     // randomness
    does_alter_packet = 8,
    does_alter_connection = 16,
    does_report = 32,  // logs or traces
    does_emit = 64,    // makes packets
};

// Who shares the State: nobody, the rules of one engine, or all engines (then it is exact over all workers).
enum class StateKind : std::uint8_t { none, engine, shared };

// What the engine must have for the extension to act. Connection tracking, and putting datagrams together,
// which tracking does, too, run for a family while a rule of that family needs it. A rule that needs what
// isn't there yet is kept, shown and saved, but refused by name when packets are to be evaluated.
enum class Need : std::uint8_t {
    nothing,
    datagrams,
    tracking,
    nat,
    nat64,
    helpers,
    proxies,
    fingerprints,
    labels
};
constexpr bool is_there(Need need) { return need <= Need::helpers; }
// What runs on connections runs where they are tracked.
constexpr bool implies_tracking(Need need) { return need >= Need::tracking && is_there(need); }
std::string_view words(Need need);  // "connection tracking"

enum class MatchResult : std::uint8_t { no, yes, hotdrop };

// What a target says.
enum class Outcome : std::uint8_t { next, accept, drop, leave, queue, stolen, suspend };

// What a step says: `next` goes on with the rule's next step.
enum class StepResult : std::uint8_t { next, no_match, accept, drop, leave, queue, stolen, suspend };

// The rule that an extension is used in, as its check may ask.
struct Facts {
    Family family{};
    std::string_view table{};
    const Selectors* selectors = nullptr;
    const std::vector<Extension>* matches = nullptr;
    // The extension's own options, in the order in which they are written.
    const std::vector<const OptionInfo*>* given = nullptr;
};

struct Traits {
    std::string_view name;
    std::string_view alias = {};  // another name for the same declaration
    FamilySet families = any_family;
    TableSet tables = any_table;
    HookSet hooks = all_hooks;
    // The protocols (`-p`) it asks for, any when empty. A match whose name is that of its protocol is
    // loaded by `-p NAME` without a `-m`.
    std::span<const std::uint8_t> protocols = {};
    std::string_view help;
    std::uint16_t reads = reads_nothing;
    std::uint8_t does = does_nothing;
    StateKind state = StateKind::none;
    Need need = Need::nothing;
    std::uint32_t required_groups = 0;  // of each of these option groups, one must be given
};

using StepFn = StepResult (*)(const void* parameters, void* state, Context& context);

struct Declaration : Traits {
    std::span<const OptionInfo> options;
    // How the parameter struct is made, copied, compared and destroyed, and the state that goes with it.
    std::shared_ptr<void> (*make)() = nullptr;
    std::shared_ptr<void> (*copy)(const void*) = nullptr;
    bool (*equal)(const void*, const void*) = nullptr;
    std::shared_ptr<void> (*make_state)(const void*, NamedStates&) = nullptr;  // null: stateless
    // Null where the struct doesn't have the member.
    Result<void> (*fits)(const void*, const NamedStates&) = nullptr;
    Result<void> (*check)(void*, const Facts&) = nullptr;
    void (*save)(const void*, std::string&, Family) = nullptr;
    void (*list)(const void*, std::string&, Family, bool) = nullptr;
    void (*pack)(const void*, Packed&) = nullptr;
    Need (*needs)(const void*) = nullptr;
    std::string_view (*timeout_policy)(const void*) = nullptr;
    HookSet (*narrow)(const void*) = nullptr;  // the hooks that the options given leave
    StepFn step = nullptr;                     // null: declared in full, but it doesn't act yet (see `need`)
    bool may_drop = false;                     // a match that can answer `hotdrop`
};

namespace detail {

template <class P>
concept HasState = requires { typename P::State; };
template <class P>
concept SharesState = HasState<P> && requires(const P& p, NamedStates& named) {
    { p.share(named) } -> std::same_as<std::shared_ptr<typename P::State>>;
};
template <class P>
concept Tests = requires(const P& p, Context& c) { p.test(c); };
template <class P>
concept TestsWithState =
    HasState<P> && requires(const P& p, Context& c) { p.test(std::declval<typename P::State&>(), c); };
template <class P>
concept Acts = requires(const P& p, Context& c) {
    { p.act(c) } -> std::same_as<Outcome>;
};
template <class P>
concept ActsWithState = HasState<P> && requires(const P& p, Context& c) {
    { p.act(std::declval<typename P::State&>(), c) } -> std::same_as<Outcome>;
};

template <class P>
concept MayDrop = requires(const P& p, Context& c) {
    { p.test(c) } -> std::same_as<MatchResult>;
} || (HasState<P> && requires(const P& p, Context& c) {
                      { p.test(std::declval<typename P::State&>(), c) } -> std::same_as<MatchResult>;
                  });

constexpr StepResult step_result(bool hit) { return hit ? StepResult::next : StepResult::no_match; }
constexpr StepResult step_result(MatchResult r) {
    return r == MatchResult::yes  ? StepResult::next
           : r == MatchResult::no ? StepResult::no_match
                                  : StepResult::drop;
}
constexpr StepResult step_result(Outcome o) {
    switch (o) {
        case Outcome::next: return StepResult::next;
        case Outcome::accept: return StepResult::accept;
        case Outcome::drop: return StepResult::drop;
        case Outcome::leave: return StepResult::leave;
        case Outcome::queue: return StepResult::queue;
        case Outcome::stolen: return StepResult::stolen;
        case Outcome::suspend: return StepResult::suspend;
    }
    return StepResult::drop;
}

template <class P>
constexpr StepFn step_of() {
    if constexpr (TestsWithState<P>) {
        return [](const void* p, void* s, Context& c) {
            return step_result(static_cast<const P*>(p)->test(*static_cast<typename P::State*>(s), c));
        };
    } else if constexpr (Tests<P>) {
        return
            [](const void* p, void*, Context& c) { return step_result(static_cast<const P*>(p)->test(c)); };
    } else if constexpr (ActsWithState<P>) {
        return [](const void* p, void* s, Context& c) {
            return step_result(static_cast<const P*>(p)->act(*static_cast<typename P::State*>(s), c));
        };
    } else if constexpr (Acts<P>) {
        return [](const void* p, void*, Context& c) { return step_result(static_cast<const P*>(p)->act(c)); };
    } else {
        return nullptr;
    }
}

template <class P>
constexpr Declaration declare(const Traits& traits) {
    Declaration d{traits};
    d.options = options_of<P>;
    d.make = [] { return std::shared_ptr<void>(std::make_shared<P>()); };
    d.copy = [](const void* p) {
        return std::shared_ptr<void>(std::make_shared<P>(*static_cast<const P*>(p)));
    };
    d.equal = [](const void* a, const void* b) {
        return *static_cast<const P*>(a) == *static_cast<const P*>(b);
    };
    if constexpr (HasState<P>) {
        d.make_state = []([[maybe_unused]] const void* p, [[maybe_unused]] NamedStates& named) {
            if constexpr (SharesState<P>) {
                return std::shared_ptr<void>(static_cast<const P*>(p)->share(named));
            } else if constexpr (std::constructible_from<typename P::State, const P&>) {
                return std::shared_ptr<void>(std::make_shared<typename P::State>(*static_cast<const P*>(p)));
            } else {
                return std::shared_ptr<void>(std::make_shared<typename P::State>());
            }
        };
    }
    if constexpr (requires(const P& p, const NamedStates& n) { p.fits(n); }) {
        d.fits = [](const void* p, const NamedStates& n) { return static_cast<const P*>(p)->fits(n); };
    }
    if constexpr (requires(P& p, const Facts& f) { p.check(f); }) {
        d.check = [](void* p, const Facts& f) { return static_cast<P*>(p)->check(f); };
    }
    if constexpr (requires(const P& p, std::string& s, Family f) { p.save(s, f); }) {
        d.save = [](const void* p, std::string& s, Family f) { static_cast<const P*>(p)->save(s, f); };
    }
    if constexpr (requires(const P& p, std::string& s, Family f) { p.list(s, f, true); }) {
        d.list = [](const void* p, std::string& s, Family f, bool n) {
            static_cast<const P*>(p)->list(s, f, n);
        };
    }
    if constexpr (requires(const P& p, Packed& k) { p.pack(k); }) {
        d.pack = [](const void* p, Packed& k) { static_cast<const P*>(p)->pack(k); };
    }
    if constexpr (requires(const P& p) {
                      { p.needs() } -> std::same_as<Need>;
                  }) {
        d.needs = [](const void* p) { return static_cast<const P*>(p)->needs(); };
    }
    if constexpr (requires(const P& p) {
                      { p.timeout_policy() } -> std::same_as<std::string_view>;
                  }) {
        d.timeout_policy = [](const void* p) { return static_cast<const P*>(p)->timeout_policy(); };
    }
    if constexpr (requires(const P& p) {
                      { p.hooks() } -> std::same_as<HookSet>;
                  }) {
        d.narrow = [](const void* p) { return static_cast<const P*>(p)->hooks(); };
    }
    d.step = step_of<P>();
    d.may_drop = MayDrop<P>;
    return d;
}

}  // namespace detail

template <class P>
constexpr Declaration declare_match(const Traits& traits) {
    static_assert(!detail::Acts<P> && !detail::ActsWithState<P>, "a match tests, a target acts");
    return detail::declare<P>(traits);
}

template <class P>
constexpr Declaration declare_target(const Traits& traits) {
    static_assert(!detail::Tests<P> && !detail::TestsWithState<P>, "a match tests, a target acts");
    return detail::declare<P>(traits);
}

}  // namespace gatehouse::rules

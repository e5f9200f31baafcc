// -m statistic: packets at random, or every nth.
#include <atomic>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

enum class Mode : std::uint32_t { random, nth };
constexpr value::Name modes[] = {{"random", 0}, {"nth", 1}};

// From 0 to 1, kept in units of 2^-31.
struct Probability {
    using type = std::uint32_t;
    static constexpr int word_count = 1;
    static constexpr double unit = 2147483648.0;
    std::string_view metavar = "p";
    Result<type> read(Words words, Family) const {
        const std::string_view text = words[0];
        double p = -1;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), p);
        const bool whole = error == std::errc{} && end == text.data() + text.size();
        if (!whole || !(p >= 0 && p <= 1))
            return fail(fmt::format("expected a probability from 0 to 1, got `{}`", text));
        return static_cast<std::uint32_t>(std::lround(unit * p));
    }
    void print(std::string& out, const type& value, Family) const {
        out += fmt::format("{:.11f}", value / unit);
    }
};

struct Statistic {
    Opt<std::uint32_t> mode, probability, every, packet;
    friend bool operator==(const Statistic&, const Statistic&) = default;

    static constexpr std::tuple options{
        option<&Statistic::mode>("mode", value::OneOf{.names = modes, .metavar = "mode"},
                                 {.help = "random or nth", .required = true}),
        option<&Statistic::probability>(
            "probability", Probability{},
            {.help = "random: the probability that a packet matches", .invertible = true}),
        option<&Statistic::every>("every", value::Number{.min = 1},
                                  {.help = "nth: one packet of so many matches", .invertible = true}),
        option<&Statistic::packet>("packet", value::Number{}, {.help = "nth: which of them, from 0"}),
    };

    struct State {
        std::atomic<std::uint32_t> count;
        explicit State(const Statistic& s) : count(*s.every - 1 - *s.packet) {}
    };

    bool is_random() const { return *mode == static_cast<std::uint32_t>(Mode::random); }

    Result<void> check(const Facts&) const {
        if (is_random()) {
            if (!probability) return fail("mode random needs `--probability`");
            if (every || packet) return fail("`--every` and `--packet` go with mode nth");
            return {};
        }
        if (probability) return fail("`--probability` goes with mode random");
        if (!every || !packet) return fail("mode nth needs `--every` and `--packet`");
        if (*packet >= *every)
            return fail(
                fmt::format("`--packet` must be less than `--every`, {}, but is {}", *every, *packet));
        return {};
    }

    bool test(State& state, const Context& context) const {
        if (is_random())
            return probability.passes((context.services.random->next32() & 0x7fffffff) < *probability);
        std::uint32_t before = state.count.load(std::memory_order_relaxed), after = 0;
        do {
            after = before == *every - 1 ? 0 : before + 1;
        } while (!state.count.compare_exchange_weak(before, after, std::memory_order_relaxed));
        return every.passes(after == 0);
    }

    void list(std::string& out, Family family, bool) const {
        if (is_random()) {
            out += fmt::format("statistic mode random{} probability ", probability.inverted ? " !" : "");
            Probability{}.print(out, *probability, family);
        } else {
            out += fmt::format("statistic mode nth{} every {}", every.inverted ? " !" : "", *every);
            if (*packet != 0) out += fmt::format(" packet {}", *packet);
        }
    }
};

}  // namespace

extern constinit const Declaration match_statistic =
    declare_match<Statistic>({.name = "statistic",
                              .help = "packets at random, or every nth",
                              .reads = reads_random | reads_shared_state,
                              .does = does_count | does_draw,
                              .state = StateKind::shared});

}  // namespace gatehouse::rules

// -m limit: a token bucket, shared by all packets that reach the rule.
//
// Linux's arithmetic (net/netfilter/xt_limit.c) with its clock of 250 ticks a second, to the bit: credits are
// 32-bit numbers that may wrap, time counts in whole ticks.
#include <atomic>
#include <fmt/format.h>

#include "rules/declaration.h"
#include "rules/value/rate.h"

namespace gatehouse::rules {

namespace {

constexpr std::uint32_t scale = 10'000;          // of the rate's period
constexpr std::uint32_t ticks_per_second = 250;  // Debian's kernels: CONFIG_HZ=250
constexpr std::uint32_t credits_per_tick = 128;  // the power of two below 2^32 / (a day's ticks)
constexpr std::uint32_t credits_per_second = ticks_per_second * credits_per_tick;
constexpr std::uint32_t default_burst = 5;

constexpr std::uint32_t to_credits(std::uint32_t period) {
    if (period > 0xffffffff / credits_per_second) return period / scale * credits_per_second;
    return period * credits_per_second / scale;
}

struct Limit {
    Opt<std::uint64_t> rate;
    Opt<std::uint32_t> burst;
    std::uint32_t cost = 0, most = 0;  // of one packet; that the bucket holds
    friend bool operator==(const Limit&, const Limit&) = default;

    static constexpr std::tuple options{
        option<&Limit::rate>("limit", value::RateValue{.scale = scale},
                             {.help = "so many packets a second, minute, hour or day; 3/hour if not given"}),
        option<&Limit::burst>("limit-burst", value::Number{.max = 10'000},
                              {.help = "so many at once; 5 if not given"},
                              [](const auto& limit) { return *limit.burst == default_burst; }),
    };

    struct State {
        static constexpr std::uint64_t never = ~std::uint64_t{0};
        std::atomic<std::uint64_t> previous{never};  // tick of the last packet
        std::atomic<std::uint32_t> credit;
        explicit State(const Limit& limit) : credit(limit.most) {}
    };

    Result<void> check(const Facts&) {
        if (!rate) rate = {.value = scale * 3600 / 3, .set = true};
        if (!burst) burst = {.value = default_burst, .set = true};
        const auto period = static_cast<std::uint32_t>(*rate);
        cost = to_credits(period);
        most = to_credits(period * *burst);
        if (*burst == 0 || most < cost)
            return fail(
                fmt::format("a burst of {} is too much at this rate, or nothing; try a lower one", *burst));
        return {};
    }

    bool test(State& state, const Context& context) const {
        const auto now =
            static_cast<std::uint64_t>(context.services.now.since_epoch) / (second / ticks_per_second);
        const std::uint64_t previous = state.previous.exchange(now, std::memory_order_relaxed);
        // The bucket is full when the first packet comes.
        const std::uint64_t ticks = previous == State::never ? 0 : now - previous;
        const auto gained = static_cast<std::uint32_t>(ticks * credits_per_tick);
        std::uint32_t before = state.credit.load(std::memory_order_relaxed);
        for (;;) {
            std::uint32_t after = before + gained;
            if (after > most) after = most;
            const bool pass = after >= cost;
            if (pass) after -= cost;
            if (state.credit.compare_exchange_weak(before, after, std::memory_order_relaxed)) return pass;
        }
    }

    void list(std::string& out, Family family, bool) const {
        out += "limit: avg ";
        value::RateValue{.scale = scale}.print(out, *rate, family);
        out += fmt::format(" burst {}", *burst);
    }
};

}  // namespace

extern constinit const Declaration match_limit =
    declare_match<Limit>({.name = "limit",
                          .help = "a limited rate of packets",
                          .reads = reads_time | reads_shared_state,
                          .does = does_consume,
                          .state = StateKind::shared});

}  // namespace gatehouse::rules

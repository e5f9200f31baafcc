// The order in which stages stand at each hook: one sorted table, data and not code.
//
// Built-in stages and chains are rows alike. Stages that a later part of the engine will fill have their rows
// with no function: they hold the place and cost nothing on the way of a packet. Changed between packets
// only.
#pragma once
#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hook/context.h"
#include "hook/hook.h"

namespace gatehouse {

using StageFn = Verdict (*)(void* object, std::uint32_t argument, Context& context);

struct OrderRow {
    HookFamily family{};
    Hook hook{};
    std::int32_t priority = 0;
    std::string name;
    StageFn run = nullptr;  // null: a place held for a stage that isn't there
    void* object = nullptr;
    std::uint32_t argument = 0;
    // Of a stage of OUTPUT: the route is asked for again when what it was chosen by changes here.
    bool reroutes = false;
    bool last = false;  // it stands behind all others of its priority
};

// Priorities, as linux/netfilter_ipv4.h numbers them.
namespace priority {
constexpr std::int32_t debug = -1000;
constexpr std::int32_t raw_before_defrag = -450;
constexpr std::int32_t defrag = -400;
constexpr std::int32_t raw = -300;
constexpr std::int32_t tracking = -200;
constexpr std::int32_t mangle = -150;
constexpr std::int32_t nat_destination = -100;
constexpr std::int32_t filter = 0;
constexpr std::int32_t security = 50;
constexpr std::int32_t nat_source = 100;
constexpr std::int32_t helper = 300;
constexpr std::int32_t sequence_adjustment = 301;
constexpr std::int32_t socket = std::numeric_limits<std::int32_t>::max() - 1;
constexpr std::int32_t confirm = std::numeric_limits<std::int32_t>::max();
}  // namespace priority

class Order {
  public:
    // The built-in stages of `ip` and `ip6`, none with a function.
    Order();

    // Rows of equal priority keep the order in which they came.
    void add(OrderRow row);
    // Gives the stage of this name its function, at every hook where it has a row in `family`; or takes it
    // away, when `run` is null. No change, and none is counted, if it has it already.
    void fill(HookFamily family, std::string_view name, StageFn run, void* object);
    // Puts rows in the place of all those of `family` that run this function.
    void exchange(HookFamily family, StageFn run, std::vector<OrderRow> rows);

    // Every row, sorted by family, hook and priority.
    std::span<const OrderRow> rows() const { return rows_; }
    // The rows at one hook that have a function.
    std::span<const OrderRow> at(HookFamily family, Hook hook) const {
        return of(family)[static_cast<unsigned>(hook)];
    }
    // The same of all hooks of a family.
    using ByHook = std::array<std::span<const OrderRow>, hook_count>;
    const ByHook& of(HookFamily family) const { return active_[static_cast<unsigned>(family)]; }
    // Counts changes: a waiting packet's place is looked up anew when this has moved.
    std::uint32_t generation() const { return generation_; }

  private:
    void rebuild();

    std::vector<OrderRow> rows_;
    std::vector<OrderRow> filled_;  // those with a function
    std::array<ByHook, hook_family_count> active_;
    std::uint32_t generation_ = 0;
};

}  // namespace gatehouse

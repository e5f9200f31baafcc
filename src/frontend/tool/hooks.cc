// gatehouse hooks: the order of stages, as data.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>

#include "engine/engine.h"
#include "frontend/tool/arguments.h"
#include "frontend/tool/tool.h"
#include "hook/order.h"
#include "rules/draft.h"

namespace gatehouse::frontend {

namespace {

// For engines that no packet comes to.
struct Nobody final : Outlet {
    void complete(Packet&, const Completion&) override {}
    void transmit(const Packet&, InterfaceId) override {}
    void discard(const Packet&, const Completion&) override {}
};

// The rows of an engine that has no rules, and whether connections are tracked all the same.
std::vector<OrderRow> rows_of_engine(bool tracks) {
    EmptyWorld world;
    Nobody nobody;
    Configuration configuration{.router = std::make_shared<route::Router>(Interfaces{})};
    configuration.tracking.always = tracks;
    const Engine engine(std::move(configuration), world, nobody);
    const auto rows = engine.order().rows();
    return {rows.begin(), rows.end()};
}

std::string_view state_of(const OrderRow& at_rest, const OrderRow& tracking) {
    if (at_rest.run != nullptr) return "";
    return tracking.run != nullptr ? " (while some rule needs connections)"
                                   : " (its place only: not there yet)";
}

}  // namespace

int run_hooks(int argc, char** argv) {
    CLI::App app("Shows the order of stages and tables at each hook, with their priorities.",
                 "gatehouse hooks");
    if (const auto end = read_arguments(app, argc, argv)) return *end;
    struct Line {
        std::int32_t priority;
        std::string text;
    };
    const auto at_rest = rows_of_engine(false), tracking = rows_of_engine(true);
    for (unsigned h = 0; h < hook_count; ++h) {
        const Hook hook = static_cast<Hook>(h);
        std::vector<Line> lines;
        for (std::size_t i = 0; i < at_rest.size(); ++i) {
            const OrderRow& row = at_rest[i];
            if (row.family == HookFamily::ip && row.hook == hook)
                lines.push_back({row.priority, fmt::format("{}{}", row.name, state_of(row, tracking[i]))});
        }
        for (const auto& table : rules::all_tables()) {
            if ((table.hooks & bit(hook)) != 0)
                lines.push_back({table.priority[h], fmt::format("table {}", table.name)});
        }
        std::ranges::stable_sort(lines, {}, &Line::priority);
        fmt::print("{}\n", name(hook));
        for (const auto& line : lines) fmt::print("  {:>11}  {}\n", line.priority, line.text);
    }
    return 0;
}

}  // namespace gatehouse::frontend

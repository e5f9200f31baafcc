// gatehouse hooks: the order of stages, as data.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>

#include "frontend/tool/arguments.h"
#include "frontend/tool/tool.h"
#include "hook/order.h"
#include "rules/draft.h"

namespace gatehouse::frontend {

int run_hooks(int argc, char** argv) {
    CLI::App app("Shows the order of stages and tables at each hook, with their priorities.",
                 "gatehouse hooks");
    if (const auto end = read_arguments(app, argc, argv)) return *end;
    struct Line {
        std::int32_t priority;
        std::string text;
    };
    const Order order;
    for (unsigned h = 0; h < hook_count; ++h) {
        const Hook hook = static_cast<Hook>(h);
        std::vector<Line> lines;
        for (const auto& row : order.rows()) {
            if (row.family == HookFamily::ip && row.hook == hook)
                lines.push_back({row.priority, row.name + " (its place only: not there yet)"});
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

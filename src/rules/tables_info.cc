#include <array>

#include "base/text.h"
#include "rules/draft.h"

namespace gatehouse::rules {

namespace {

constexpr HookSet local_and_forward = bit(Hook::input) | bit(Hook::forward) | bit(Hook::output);
constexpr HookSet entrances = bit(Hook::prerouting) | bit(Hook::output);
constexpr HookSet translating = all_hooks & ~bit(Hook::forward);

constexpr std::array<std::int32_t, hook_count> at(std::int32_t everywhere) {
    return {everywhere, everywhere, everywhere, everywhere, everywhere};
}

constexpr TableInfo infos[] = {
    {"debug", table_debug, entrances, at(-1000)},
    {"raw", table_raw, entrances, at(-300)},
    {"mangle", table_mangle, all_hooks, at(-150)},
    // Destinations are translated on the way in, sources on the way out.
    {"nat", table_nat, translating, {-100, 100, 0, -100, 100}},
    {"filter", table_filter, local_and_forward, at(0)},
    {"security", table_security, local_and_forward, at(50)},
};

}  // namespace

std::span<const TableInfo> all_tables() { return infos; }

const TableInfo* find_table(std::string_view name) {
    if (name == "notrack") name = "raw";
    for (const auto& info : infos) {
        if (info.name == name) return &info;
    }
    return nullptr;
}

TableDraft empty_table(const TableInfo& info) {
    TableDraft table{.name = std::string(info.name)};
    for (unsigned h = 0; h < hook_count; ++h) {
        const Hook hook = static_cast<Hook>(h);
        if ((info.hooks & bit(hook)) != 0) {
            table.chains.push_back({.name = std::string(name(hook)), .policy = Policy::accept});
        }
    }
    return table;
}

}  // namespace gatehouse::rules

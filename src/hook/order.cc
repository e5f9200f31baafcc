#include "hook/order.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace gatehouse {

namespace {

struct BuiltIn {
    std::string_view name;
    std::int32_t priority;
    HookSet hooks;
    bool last = false;
};

constexpr HookSet entrances = bit(Hook::prerouting) | bit(Hook::output);
constexpr HookSet ends = bit(Hook::input) | bit(Hook::postrouting);

constexpr BuiltIn built_in[] = {
    {"defrag", priority::defrag, entrances},
    {"conntrack", priority::tracking, entrances},
    {"helper", priority::helper, ends},
    {"sequence-adjustment", priority::sequence_adjustment, ends},
    {"confirm", priority::confirm, ends},
    {"translate", priority::nat_destination, entrances, true},
    {"translate", priority::nat_source, ends, true},
};

}  // namespace

Order::Order() {
    for (const HookFamily family : {HookFamily::ip, HookFamily::ip6}) {
        for (const auto& stage : built_in) {
            for (unsigned h = 0; h < hook_count; ++h) {
                const Hook hook = static_cast<Hook>(h);
                if ((stage.hooks & bit(hook)) == 0) continue;
                rows_.push_back({.family = family,
                                 .hook = hook,
                                 .priority = stage.priority,
                                 .name = std::string(stage.name),
                                 .reroutes = stage.last && hook == Hook::output,
                                 .last = stage.last});
            }
        }
    }
    rebuild();
}

void Order::add(OrderRow row) {
    rows_.push_back(std::move(row));
    rebuild();
}

void Order::fill(HookFamily family, std::string_view name, StageFn run, void* object) {
    bool changed = false;
    for (auto& row : rows_) {
        if (row.family != family || row.name != name) continue;
        changed |= row.run != run || row.object != object;
        row.run = run;
        row.object = object;
    }
    if (changed) rebuild();
}

void Order::exchange(HookFamily family, StageFn run, std::vector<OrderRow> rows) {
    std::erase_if(rows_, [&](const OrderRow& row) { return row.family == family && row.run == run; });
    std::ranges::move(rows, std::back_inserter(rows_));
    rebuild();
}

void Order::rebuild() {
    std::ranges::stable_sort(rows_, [](const OrderRow& a, const OrderRow& b) {
        return std::tuple(a.family, a.hook, a.priority, a.last) <
               std::tuple(b.family, b.hook, b.priority, b.last);
    });
    filled_.clear();
    std::ranges::copy_if(rows_, std::back_inserter(filled_),
                         [](const auto& row) { return row.run != nullptr; });
    active_ = {};
    for (const OrderRow& row : filled_) {
        auto& at = active_[static_cast<unsigned>(row.family)][static_cast<unsigned>(row.hook)];
        at = {at.empty() ? &row : at.data(), at.size() + 1};
    }
    ++generation_;
}

}  // namespace gatehouse

#include "tally.h"

#include <array>
#include <fmt/format.h>
#include <stdexcept>
#include <utility>

#include "rules/registry.h"

namespace gatehouse::generator {
namespace {

constexpr std::size_t most = 160;

struct Wrapped {
    const rules::Declaration* original = nullptr;
    rules::Declaration copy;
    bool match = false;
};
std::vector<Wrapped> all_wrapped;
std::shared_ptr<void> parameters_to_take;

std::string key(const rules::Declaration& extension, const rules::OptionInfo& option, bool inverted,
                bool six) {
    return fmt::format("{}{}{} --{}", extension.name, six ? "(6)" : "", inverted ? " !" : "", option.name);
}
bool only_six(const rules::Declaration& d) { return d.families == rules::v6_only; }

template <std::size_t I>
rules::StepResult counted(const void* parameters, void* state, Context& context) {
    const Wrapped& wrapped = all_wrapped[I];
    const auto result = wrapped.original->step(parameters, state, context);
    const bool hit = !wrapped.match || result == rules::StepResult::next;
    for (const auto& option : wrapped.original->options) {
        if (!option.present(parameters)) continue;
        Count& count =
            tally()[key(*wrapped.original, option, option.inverted(parameters), only_six(*wrapped.original))];
        ++(hit ? count.matched : count.failed);
    }
    return result;
}

template <std::size_t... I>
constexpr auto steps(std::index_sequence<I...>) {
    return std::array<rules::StepFn, sizeof...(I)>{counted<I>...};
}
constexpr auto all_steps = steps(std::make_index_sequence<most>{});

void wrap(const rules::Declaration& declaration, bool match) {
    if (declaration.step == nullptr) return;
    const std::size_t number = all_wrapped.size();
    if (number == most) throw std::runtime_error("more extensions than the tally has room for");
    all_wrapped.push_back({&declaration, declaration, match});
    all_wrapped.back().copy.step = all_steps[number];
    all_wrapped.back().copy.required_groups = 0;  // the original has been checked
    all_wrapped.back().copy.make = [] { return parameters_to_take; };
    for (const auto& option : declaration.options) {
        tally()[key(declaration, option, false, only_six(declaration))].match = match;
        if (option.traits.invertible)
            tally()[key(declaration, option, true, only_six(declaration))].match = match;
    }
}

// Options of which one of the two can't be seen.
void mark_natures() {
    const auto mark = [](std::string_view name, std::string_view why) {
        tally().at(std::string(name)).nature = why;
    };
    mark("comment --comment", "it always matches");
    for (const char* name : {"helper --helper", "helper ! --helper"})
        mark(name, "no helper expects anything here");
    for (auto& [name, count] : tally()) {
        const bool translates = name.starts_with("SNAT") || name.starts_with("DNAT") ||
                                name.starts_with("MASQ") || name.starts_with("REDIRECT") ||
                                name.starts_with("NETMAP") || name.substr(1).starts_with("NPT");
        if (translates) count.nature = "the nat table isn't drawn";
        if (name.starts_with("connlimit")) count.nature = "it depends on when the kernel sweeps its counts";
        if (name.starts_with("SYNPROXY")) count.nature = "cookies are each side's own";
        if (name.starts_with("cpu")) count.nature = "the kernel has more processors";
        if (name.starts_with("policy")) count.nature = "there is no IPsec";
        if (name.starts_with("realm")) count.nature = "routes have no realms";
        if (name.starts_with("owner") || name.starts_with("socket")) count.nature = "there are no programs";
        if (name.starts_with("CONNSECMARK")) count.nature = "the kernel has no security module";
    }
    mark("recent --set", "it always matches");
    mark("recent ! --set", "it never matches");
    mark("CT --timeout", "there are no timeout policies");
    mark("HMARK --hmark-tuple", "a rule keeps what it stands for");
    mark("IDLETIMER --alarm", "it takes a clock that wakes the machine");
    for (const char* name : {"in", "out", "is-in", "is-out", "is-bridged"})
        mark(fmt::format("physdev --physdev-{}", name), "routed packets cross no bridge");
    mark("time --utc", "a rule doesn't keep it");
    for (const char* name : {"monthdays", "weekdays"})
        mark(fmt::format("time ! --{}", name), "a rule keeps the days that are left");
}

void replace(rules::Extension& extension) {
    for (const auto& wrapped : all_wrapped) {
        if (wrapped.original != &extension.declaration()) continue;
        parameters_to_take = wrapped.original->copy(extension.parameters());
        extension = rules::Extension(wrapped.copy, extension.family());
        return;
    }
}

}  // namespace

std::map<std::string, Count>& tally() {
    static std::map<std::string, Count> counts;
    return counts;
}

void start_tally() {
    all_wrapped.reserve(most);
    for (const auto* declaration : rules::all_matches()) wrap(*declaration, true);
    for (const auto* declaration : rules::all_targets()) wrap(*declaration, false);
    mark_natures();
}

void count_extensions(rules::RuleDraft& rule) {
    for (auto& match : rule.matches) replace(match);
    if (rule.target.extension) replace(*rule.target.extension);
}

}  // namespace gatehouse::generator

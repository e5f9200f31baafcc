#include "tally.h"

#include <array>
#include <fmt/format.h>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "rules/registry.h"

namespace gatehouse::generator {
namespace {

constexpr std::size_t most = 160;

struct Wrapped {
    const rules::Declaration* original = nullptr;
    rules::Declaration copy, unpacked;
    bool match = false;
};
std::vector<Wrapped> all_wrapped;
std::shared_ptr<void> parameters_to_take;
// Of each extension that is counted, by its parameters: the counts of the options that were written.
std::unordered_map<const void*, std::vector<Count*>> counts_of;

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
    for (Count* const count : counts_of[parameters]) ++(hit ? count->matched : count->failed);
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
    all_wrapped.push_back({&declaration, declaration, {}, match});
    Wrapped& wrapped = all_wrapped.back();
    wrapped.copy.step = all_steps[number];
    wrapped.copy.required_groups = 0;  // the original has been checked
    wrapped.copy.make = [] { return parameters_to_take; };
    wrapped.unpacked = wrapped.copy;
    wrapped.unpacked.pack = nullptr;
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
                                name.starts_with("NETMAP") || name.starts_with("NAT64") ||
                                name.substr(1).starts_with("NPT");
        if (translates) count.nature = "the nat table isn't drawn";
        if (name.starts_with("connlimit")) count.nature = "it depends on when the kernel sweeps its counts";
        if (name.starts_with("SYNPROXY")) count.nature = "cookies are each side's own";
        if (name.starts_with("TEE")) count.nature = "it is drawn when it is asked for";
        if (name.starts_with("cpu")) count.nature = "the kernel has more processors";
        if (name.starts_with("policy")) count.nature = "there is no IPsec";
        if (name.starts_with("realm")) count.nature = "routes have no realms";
        if (name.starts_with("owner") || name.starts_with("socket")) count.nature = "there are no programs";
        if (name.starts_with("CONNSECMARK")) count.nature = "the kernel has no security module";
    }
    mark("recent --set", "it always matches");
    mark("recent ! --set", "it never matches");
    mark("CT --timeout", "there are no timeout policies");
    mark("dccp ! --dccp-option", "Linux counts what it drops");
    mark("sctp ! --chunk-types", "Linux counts what it drops");
    mark("HMARK --hmark-tuple", "a rule keeps what it stands for");
    mark("IDLETIMER --alarm", "it takes a clock that wakes the machine");
    for (const char* name : {"in", "out", "is-in", "is-out", "is-bridged"})
        mark(fmt::format("physdev --physdev-{}", name), "routed packets cross no bridge");
}

// An extension as a rule's text has it, from its -m or -j on: its name and its options.
struct Written {
    std::string_view name;
    std::vector<std::string_view> words;
};

// The words of no option that is drawn hold a blank followed by "-m" or "-j".
std::vector<Written> written_in(std::string_view rule, std::string_view before) {
    std::vector<Written> all;
    bool inside = false;
    std::string_view last;
    for (const std::string_view word : split(rule, ' ')) {
        if (last == before) all.push_back({.name = word, .words = {}});
        if (word == "-m" || word == "-j" || word == "-g")
            inside = word == before;
        else if (inside && !all.empty())
            all.back().words.push_back(word);
        last = word;
    }
    return all;
}

// The counts of the options that `words` write.
std::vector<Count*> counts(const rules::Declaration& declaration, const Written& written) {
    std::vector<Count*> found;
    for (std::size_t i = 0; i < written.words.size(); ++i) {
        const std::string_view word = written.words[i];
        if (!word.starts_with("--")) continue;
        const bool inverted = i > 0 && written.words[i - 1] == "!";
        for (const auto& option : declaration.options) {
            if (option.name == word.substr(2))
                found.push_back(&tally()[key(declaration, option, inverted, only_six(declaration))]);
        }
    }
    return found;
}

void replace(rules::Extension& extension, const Written& written, Selection selection) {
    for (const auto& wrapped : all_wrapped) {
        if (wrapped.original != &extension.declaration()) continue;
        if (written.name != wrapped.original->name)
            throw std::runtime_error(fmt::format("`{}` isn't where its rule's text has `{}`",
                                                 wrapped.original->name, written.name));
        parameters_to_take = wrapped.original->copy(extension.parameters());
        counts_of[parameters_to_take.get()] = counts(*wrapped.original, written);
        extension = rules::Extension(selection == Selection::ahead ? wrapped.copy : wrapped.unpacked,
                                     extension.family());
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

void count_extensions(rules::RuleDraft& rule, Selection selection) {
    const auto matches = written_in(rule.origin.text(), "-m"), targets = written_in(rule.origin.text(), "-j");
    if (matches.size() != rule.matches.size())
        throw std::runtime_error(fmt::format("a match without its `-m`: {}", rule.origin.text()));
    for (std::size_t i = 0; i < matches.size(); ++i) replace(rule.matches[i], matches[i], selection);
    if (rule.target.extension) replace(*rule.target.extension, targets.at(0), selection);
}

}  // namespace gatehouse::generator

#include "iptables/unknown.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

#include "base/text.h"
#include "iptables/options.h"
#include "iptables/protocols.h"
#include "rules/registry.h"

namespace gatehouse::iptables {

namespace {

bool has_option(const rules::Declaration& declaration, std::string_view name) {
    return std::ranges::any_of(declaration.options,
                               [&](const auto& o) { return o.name == name || o.traits.alias == name; });
}

// How a command line loads the match.
std::string loads(const rules::Declaration& match) {
    for (const auto protocol : match.protocols) {
        if (match_of_protocol(protocol) == match.name) return fmt::format("`-p {}`", protocol_text(protocol));
    }
    return fmt::format("`-m {}`", match.name);
}

std::string join(const std::vector<std::string>& words) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
        out += words[i];
    }
    return out;
}

std::string near(std::string_view name, std::span<const rules::Declaration* const> all, Family family) {
    std::vector<std::string_view> names;
    for (const auto* declaration : all) {
        if ((declaration->families & rules::bit(family)) != 0) names.push_back(declaration->name);
    }
    return did_you_mean(name, names);
}

}  // namespace

std::string hint_for_option(std::string_view option, std::span<const rules::Declaration* const> loaded,
                            Family family) {
    if (!option.starts_with("--")) return {};
    const std::string_view name = option.substr(2);
    std::vector<std::string> owners;
    for (const auto* match : rules::all_matches()) {
        if ((match->families & rules::bit(family)) != 0 && has_option(*match, name))
            owners.push_back(loads(*match));
    }
    for (const auto* target : rules::all_targets()) {
        if ((target->families & rules::bit(family)) != 0 && has_option(*target, name))
            owners.push_back(fmt::format("`-j {}`", target->name));
    }
    if (!owners.empty()) return fmt::format("`{}` needs {} before it", option, join(owners));
    std::vector<std::string> names;
    const auto offer = [&](std::string_view each) {
        if (!each.empty()) names.push_back(fmt::format("--{}", each));
    };
    for (const auto& core : core_options()) offer(core.name);
    for (const auto* declaration : loaded) {
        for (const auto& each : declaration->options) {
            offer(each.name);
            offer(each.traits.alias);
        }
    }
    const std::vector<std::string_view> views(names.begin(), names.end());
    return did_you_mean(option, views);
}

std::string near_match(std::string_view name, Family family) {
    return near(name, rules::all_matches(), family);
}

std::string near_target(std::string_view name, Family family) {
    return near(name, rules::all_targets(), family);
}

}  // namespace gatehouse::iptables

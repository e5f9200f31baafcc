#include "values.h"

#include <fmt/format.h>
#include <stdexcept>

#include "makers.h"

namespace gatehouse::generator {
namespace {

void shuffle(std::vector<const rules::OptionInfo*>& options, Draw& draw) {
    for (std::size_t i = options.size(); i > 1; --i)
        std::swap(options[i - 1], options[draw.random.below(static_cast<std::uint32_t>(i))]);
}

// Which options are given: the asked-for ones, one of each asked-for group, and some of the rest.
std::vector<const rules::OptionInfo*> choose(const rules::Declaration& extension, Draw& draw) {
    std::vector<const rules::OptionInfo*> options, chosen;
    for (const auto& option : extension.options) {
        const bool policies = extension.name == "CT" && option.name == "timeout";  // neither peer has any
        const bool clocks = option.name == "alarm";  // nor a clock that wakes it
        // Of IPv4's resets Linux knows which are its stack's.
        const bool sockets =
            (option.name == "socket-exists" || option.name == "suppl-groups") && is_v4(draw.family);
        if (!policies && !clocks && !sockets) options.push_back(&option);
    }
    shuffle(options, draw);
    // What asks for much at once is seldom met.
    const std::size_t several = options.size() > 10 ? 150 / options.size() : options.size() > 5 ? 35 : 50;
    const auto percent = static_cast<unsigned>(options.size() == 1 ? 90 : several);
    std::uint32_t groups = 0;
    for (const auto* option : options) {
        const bool needed =
            option->traits.required || (extension.required_groups & option->traits.group & ~groups) != 0;
        if ((groups & option->traits.group) != 0) continue;
        if (!needed && !draw.chance(percent)) continue;
        groups |= option->traits.group;
        chosen.push_back(option);
    }
    return chosen;
}

std::string statistic(Draw& draw) {
    if (draw.chance(30))
        return fmt::format(" --mode random{} --probability {}", draw.chance(50) ? " !" : "",
                           draw.random.below(2));
    const std::uint32_t every = draw.number(1, 5);
    return fmt::format(" --mode nth{} --every {} --packet {}", draw.chance(50) ? " !" : "", every,
                       draw.random.below(every));
}

// Addresses and what is reserved can be asked of routing headers of type 0 alone.
std::string of_oldest_type(std::string options) {
    if (!options.contains("--rt-0-")) return options;
    if (const auto at = options.find("--rt-type "); at != std::string::npos) {
        const auto from = at > 2 && options[at - 2] == '!' ? at - 2 : at;
        const auto end = std::min(options.find(' ', at + 10), options.size());
        options.erase(from - 1, end - from + 1);
    }
    return " --rt-type 0" + options;
}

// A single byte may stand in the id or the checksum of a packet that the router makes, which each draws for
// itself.
std::string behind_ids(std::string options) {
    if (!options.contains("--string x ") && !options.ends_with("--string x")) return options;
    const auto from = options.find(" --from ");
    constexpr std::string_view past = " --from 12";
    if (from == std::string::npos) return options + std::string(past);
    const auto end = std::min(options.find(' ', from + 8), options.size());
    return options.replace(from, end - from, past);
}

}  // namespace

std::optional<std::string> option_value(const rules::Declaration& owner, const rules::OptionInfo& option,
                                        Draw& draw) {
    if (option.words == 0) return "";
    const std::string name = fmt::format("{} {}", owner.name, option.name);
    for (const auto* all : {&match_values(), &header_values(), &counting_values(), &target_values()}) {
        if (const auto at = all->find(name); at != all->end()) return at->second(draw);
    }
    return {};
}

std::string extension_text(const rules::Declaration& extension, Draw& draw) {
    if (extension.name == "statistic") return statistic(draw);
    std::string out;
    for (const auto* option : choose(extension, draw)) {
        const auto value = option_value(extension, *option, draw);
        if (!value)
            throw std::runtime_error(fmt::format("no values for `--{}` of `{}`: add them to values.cc",
                                                 option->name, extension.name));
        // In Linux a packet too short for these counts where they are inverted, and is dropped all the same.
        const bool straight = option->name == "dccp-option" || option->name == "chunk-types";
        out += option->traits.invertible && !straight && draw.chance(45) ? " ! --" : " --";
        out += option->name;
        if (!value->empty()) out += " " + *value;
    }
    if (extension.name == "rt") return of_oldest_type(std::move(out));
    return extension.name == "string" ? behind_ids(std::move(out)) : out;
}

}  // namespace gatehouse::generator

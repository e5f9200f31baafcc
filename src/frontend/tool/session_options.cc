#include "frontend/tool/session_options.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace gatehouse::frontend {

void add_session_options(CLI::App& app, SessionOptions& options, std::vector<std::string>& inside) {
    app.add_option("--rules", options.rules4, "IPv4 rules, as iptables-save writes them")->type_name("FILE");
    app.add_option("--rules6", options.rules6, "IPv6 rules, as ip6tables-save writes them")
        ->type_name("FILE");
    app.add_option("--config", options.config,
                   "the network: interfaces, routes, neighbours (TOML; doc/network.md)")
        ->type_name("FILE");
    app.add_option("--inside", inside,
                   "without --config: a prefix that is on the inside (private addresses otherwise)")
        ->type_name("PREFIX");
    app.add_option("--inside-interface", options.derive.inside_name,
                   "without --config: the inside interface's name")
        ->type_name("NAME");
    app.add_option("--outside-interface", options.derive.outside_name,
                   "without --config: the outside interface's name")
        ->type_name("NAME");
}

Result<void> read_inside(const std::vector<std::string>& inside, SessionOptions& options) {
    for (const auto& text : inside) {
        const auto prefix = parse_prefix(text);
        if (!prefix)
            return fail(fmt::format("--inside: expected a prefix, as in 10.0.0.0/8, got `{}`", text));
        options.derive.inside.push_back(*prefix);
    }
    if (!options.derive.inside_name.empty() && options.derive.inside_name == options.derive.outside_name)
        return fail("the two interfaces need different names");
    return {};
}

}  // namespace gatehouse::frontend

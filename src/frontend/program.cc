#include "frontend/program.h"

#include <exception>
#include <fmt/format.h>
#include <vector>

#include "base/text.h"
#include "frontend/tool/tool.h"

namespace gatehouse::frontend {

namespace {

constexpr Tool tools[] = {
    {"replay", "send a capture's packets through rules and say what became of them", run_replay},
    {"explain", "tell the walk of one packet, captured or written down", run_explain},
    {"study", "recommend timeouts that fit the traffic of captures", run_study},
    {"test", "run scenario files, on the engine or on the kernel", run_test},
    {"iptables", "change and show a ruleset file's IPv4 tables", run_iptables4},
    {"iptables-save", "write a ruleset file's IPv4 tables, as iptables-save does", run_save4},
    {"iptables-restore", "put iptables-save text in place of a ruleset file's tables", run_restore4},
    {"ip6tables", "the same for IPv6", run_iptables6},
    {"ip6tables-save", "the same for IPv6", run_save6},
    {"ip6tables-restore", "the same for IPv6", run_restore6},
    {"extensions", "list the matches and targets, and explain them", run_extensions},
    {"bench", "measure this program on this machine, and the kernel beside it", run_bench},
    {"hooks", "show the order of stages at each hook", run_hooks},
};

void usage(std::FILE* to) {
    fmt::print(to, "usage: gatehouse COMMAND …\n\n");
    for (const auto& tool : tools) fmt::print(to, "  {:<17} {}\n", tool.name, tool.help);
    fmt::print(to, "\n`gatehouse COMMAND --help` tells more.\n");
}

}  // namespace

std::span<const Tool> all_tools() { return tools; }

int run_program(int argc, char** argv) {
    if (argc < 2) {
        usage(stderr);
        return 2;
    }
    const std::string_view name = argv[1];
    if (name == "--help" || name == "-h" || name == "help") {
        usage(stdout);
        return 0;
    }
    if (name == "--version" || name == "-V") {
        fmt::print("gatehouse {}\n", GATEHOUSE_VERSION);
        return 0;
    }
    std::vector<std::string_view> names;
    for (const auto& tool : tools) {
        names.push_back(tool.name);
        if (tool.name == name) return tool.run(argc - 1, argv + 1);
    }
    const std::string hint = did_you_mean(name, names);
    fmt::print(stderr, "gatehouse: there is no command `{}`{}{}\n", name, hint.empty() ? "" : "; ", hint);
    return 2;
}

}  // namespace gatehouse::frontend

// gatehouse iptables-save, ip6tables-save: a ruleset file, checked and written in the one form.
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <iterator>

#include "frontend/iptables/restore.h"
#include "frontend/iptables/save.h"
#include "frontend/tool/tool.h"

namespace gatehouse::frontend {

int run_save(int argc, char** argv) {
    const bool v6 = std::string_view(argv[0]).starts_with("ip6");
    std::string path, table;
    bool counters = false;
    CLI::App app("Reads a ruleset file, checks it, and writes it as iptables-save does.", argv[0]);
    app.add_option("--ruleset", path, "the file; $GATEHOUSE_RULESET otherwise");
    app.add_flag("-c,--counters", counters, "with the rules' counters");
    app.add_option("-t,--table", table, "only this table");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    if (const char* given = std::getenv("GATEHOUSE_RULESET"); path.empty() && given != nullptr) path = given;
    const auto refuse = [&](const std::string& text) {
        fmt::print(stderr, "{}: {}\n", argv[0], text);
        return 2;
    };
    if (path.empty()) return refuse("which ruleset? give --ruleset FILE or set GATEHOUSE_RULESET");
    std::ifstream file(path, std::ios::binary);
    if (!file) return refuse(fmt::format("can't read `{}`", path));
    const std::string text(std::istreambuf_iterator<char>(file), {});
    auto draft = iptables::read_restore(text, path, v6 ? Family::ipv6 : Family::ipv4);
    if (!draft) return refuse(draft.error().text());
    // validate() fills in what extensions derive, so the check comes before the text.
    auto checked = rules::validate(*draft);
    if (!checked) return refuse(checked.error().text());
    for (const auto& warning : checked->warnings())
        fmt::print(stderr, "{}: warning: {}\n", argv[0], warning.text());
    if (!table.empty()) {
        const auto* info = rules::find_table(table);
        if (info == nullptr) return refuse(fmt::format("there is no table `{}`", table));
        std::erase_if(draft->tables, [&](const auto& t) { return t.name != info->name; });
    }
    fmt::print("{}", iptables::save(*draft, counters));
    return 0;
}

}  // namespace gatehouse::frontend

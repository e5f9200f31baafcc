// iptables-save and iptables-restore on a ruleset file.
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fstream>
#include <iostream>

#include "base/read_all.h"
#include "iptables/commands.h"
#include "iptables/restore.h"
#include "iptables/ruleset_file.h"
#include "iptables/save.h"

namespace gatehouse::iptables {

namespace {

int refuse(const char* tool, const Error& error) {
    fmt::print(stderr, "{}: {}\n", tool, error.text());
    return 2;
}

}  // namespace

int run_save(int argc, char** argv, Family family) {
    std::string given, table;
    bool counters = false;
    CLI::App app("Writes a ruleset file, checked, as iptables-save does.", argv[0]);
    app.add_option("--ruleset", given, "the file; $GATEHOUSE_RULESET otherwise")->type_name("FILE");
    app.add_flag("-c,--counters", counters, "with the rules' counters");
    app.add_option("-t,--table", table, "only this table")->type_name("TABLE");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    const auto path = ruleset_path(given, family);
    if (!path) return refuse(argv[0], path.error());
    auto file = RulesetFile::read(*path, family);
    if (!file) return refuse(argv[0], file.error());
    if (!table.empty()) {
        const auto* info = rules::find_table(table);
        if (info == nullptr) return refuse(argv[0], {.what = fmt::format("there is no table `{}`", table)});
        rules::Change others(file->ruleset);
        for (const auto& other : rules::all_tables()) {
            if (&other != info) (void)others.delete_table(other.name);
        }
        fmt::print("{}", save(file->ruleset.tables(), counters));
        return 0;
    }
    fmt::print("{}", save(file->ruleset.tables(), counters));
    return 0;
}

int run_restore(int argc, char** argv, Family family) {
    std::string given, table, source;
    bool counters = false, no_flush = false, test = false;
    RulesetLock::Patience wait;
    CLI::App app("Puts the tables of iptables-save text in place of a ruleset file's.", argv[0]);
    app.add_option("--ruleset", given, "the ruleset; $GATEHOUSE_RULESET otherwise")->type_name("FILE");
    app.add_flag("-c,--counters", counters, "take the counters, too");
    app.add_flag("-n,--noflush", no_flush, "add to the tables that are there");
    app.add_flag("-t,--test", test, "only check");
    app.add_option("-T,--table", table, "only this table")->type_name("TABLE");
    app.add_option("-w,--wait", wait, "wait for the ruleset's lock: so many seconds, or as long as it takes")
        ->expected(0, 1)
        ->default_str("0");
    app.add_option("FILE", source, "the text; standard input otherwise")->type_name("");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    auto text = std::make_shared<rules::Source>();
    if (source.empty()) {
        text->name = "<standard input>";
        text->text = read_all(std::cin);
    } else {
        text->name = source;
        std::ifstream in(source, std::ios::binary);
        if (!in) return refuse(argv[0], {.what = fmt::format("can't read `{}`", source)});
        text->text = read_all(in);
    }
    if (!table.empty() && rules::find_table(table) == nullptr)
        return refuse(argv[0], {.what = fmt::format("there is no table `{}`", table)});
    const auto path = ruleset_path(given, family);
    if (!path) return refuse(argv[0], path.error());
    const auto lock = RulesetLock::take(*path, wait);
    if (!lock) return refuse(argv[0], lock.error());
    if (!*lock) {
        fmt::print(stderr, "{}: {}\n", argv[0], lock_held_words);
        return lock_held;
    }
    auto file = RulesetFile::read(*path, family);
    if (!file) return refuse(argv[0], file.error());
    rules::Change change(file->ruleset);
    if (auto done = restore(std::move(text), change,
                            {.counters = counters, .no_flush = no_flush, .only_table = table});
        !done)
        return refuse(argv[0], done.error());
    if (auto kept = change.keep(); !kept) return refuse(argv[0], kept.error());
    for (const auto& warning : file->ruleset.warnings())
        fmt::print(stderr, "{}: warning: {}\n", argv[0], warning.text());
    if (test) return 0;
    if (auto written = file->write(); !written) return refuse(argv[0], written.error());
    return 0;
}

}  // namespace gatehouse::iptables

#include "iptables/commands.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

#include "iptables/help.h"
#include "iptables/list.h"
#include "iptables/rule_parser.h"
#include "iptables/ruleset_file.h"
#include "iptables/table_editor.h"

namespace gatehouse::iptables {

namespace {

enum Exit : int { done = 0, other = 1, bad_usage = 2, no_table = 3 };

std::string sentence(const Error& error) {
    return error.what + (error.hint.empty() ? "" : "; " + error.hint);
}

bool chain_in(const rules::TableDraft& table, std::string_view name) {
    return std::ranges::find(table.chains, name, &rules::ChainDraft::name) != table.chains.end();
}

class Session {
  public:
    Session(std::string_view tool, Family family) : tool_(tool), family_(family) {}

    int run(std::span<char*> arguments);

  private:
    int refuse(int code, std::string_view text) const {
        fmt::print(stderr, "{}: {}\n", tool_, text);
        if (code == bad_usage)
            fmt::print(stderr, "Try `{0} -h' or '{0} --help' for more information.\n", tool_);
        return code;
    }

    // Takes `--ruleset FILE` out of the words; false if the file is missing.
    bool take_ruleset(std::span<char*> arguments);
    int carry_out(Command& command, RulesetFile& file, const rules::TableInfo& info);
    int show(const Command& command, RulesetFile& file, rules::TableDraft& table);
    void tell(const Command& command, const rules::TableDraft& table) const;

    std::string_view tool_;
    Family family_;
    std::string ruleset_;
    std::vector<Word> words_;
};

bool Session::take_ruleset(std::span<char*> arguments) {
    constexpr std::string_view option = "--ruleset", with_value = "--ruleset=";
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string_view word = arguments[i];
        if (word == option) {
            if (++i == arguments.size()) return false;
            ruleset_ = arguments[i];
        } else if (word.starts_with(with_value)) {
            ruleset_ = word.substr(with_value.size());
        } else {
            words_.push_back({word});
        }
    }
    return true;
}

// What -v says before the command is carried out.
void Session::tell(const Command& command, const rules::TableDraft& table) const {
    std::string_view doing;
    switch (command.action) {
        case Action::flush: doing = "Flushing"; break;
        case Action::zero: doing = "Zeroing"; break;
        case Action::delete_chain: doing = "Deleting"; break;
        default:
            for (const auto& rule : command.rules) fmt::print("{}\n", describe_rule(rule));
            return;
    }
    for (const auto* chain : in_order(table)) {
        if (!command.chain.empty() && chain->name != command.chain) continue;
        if (command.action == Action::delete_chain && chain->policy) continue;
        fmt::print("{} chain `{}'\n", doing, chain->name);
    }
}

int Session::show(const Command& command, RulesetFile& file, rules::TableDraft& table) {
    const ListOptions options{
        .verbose = command.verbose > 0,
        .numeric = command.numeric,
        .exact = command.exact,
        .line_numbers = command.line_numbers,
        .chain = command.chain,
        .rule = command.number > 0 ? std::optional<std::size_t>(command.number) : std::nullopt};
    TableEditor editor(table);
    if (!command.chain.empty() && !editor.has_chain(command.chain))
        return refuse(other, "No chain/target/match by that name.");
    fmt::print("{}", command.action == Action::list ? list_table(table, family_, options)
                                                    : list_commands(table, options));
    if (!command.also_zero) return done;
    Command zero{.action = command.number > 0 ? Action::zero_number : Action::zero,
                 .chain = command.chain,
                 .number = command.number};
    if (auto applied = editor.apply(zero); !applied) return refuse(other, sentence(applied.error()));
    if (auto written = file.write(); !written) return refuse(other, written.error().text());
    return done;
}

int Session::carry_out(Command& command, RulesetFile& file, const rules::TableInfo& info) {
    rules::TableDraft& table = file.table(info);
    if (command.action == Action::list || command.action == Action::list_rules)
        return show(command, file, table);
    const std::vector<rules::RuleDraft> told =
        command.verbose > 0 ? command.rules : std::vector<rules::RuleDraft>{};
    const rules::TableDraft before = command.verbose > 0 ? table : rules::TableDraft{};
    const bool adds =
        !command.rules.empty() && command.action != Action::check && command.action != Action::remove;
    if (auto applied = TableEditor(table).apply(command); !applied)
        return refuse(other, sentence(applied.error()));
    if (adds) {
        // Only what this table holds can have become wrong.
        rules::Draft changed{.family = family_, .tables = {table}};
        if (auto checked = rules::validate(std::move(changed)); !checked)
            return refuse(other, fmt::format("Invalid argument: {}", sentence(checked.error())));
    }
    if (command.action != Action::check) {
        if (auto written = file.write(); !written) return refuse(other, written.error().text());
    }
    if (command.verbose > 0) {
        command.rules = told;
        tell(command, before);
    }
    return done;
}

int Session::run(std::span<char*> arguments) {
    if (!take_ruleset(arguments)) return refuse(bad_usage, "`--ruleset` needs a file");
    // Which chains there are decides what `-j NAME` means, so the ruleset is read before the rule.
    std::optional<RulesetFile> file;
    std::optional<Error> trouble;
    const auto open = [&] {
        if (file || trouble) return file.has_value();
        const auto path = ruleset_path(ruleset_, family_);
        if (!path) {
            trouble = path.error();
            return false;
        }
        auto opened = RulesetFile::open(*path, family_);
        if (opened) {
            file.emplace(std::move(*opened));
        } else {
            trouble = opened.error();
        }
        return file.has_value();
    };
    Scope scope{
        .family = family_, .table = {}, .has_chain = [&](std::string_view table, std::string_view chain) {
            const auto* info = rules::find_table(table);
            return info != nullptr && open() && chain_in(file->table(*info), chain);
        }};
    auto command = parse_command(words_, scope);
    if (!command && !trouble) return refuse(bad_usage, sentence(command.error()));
    if (trouble) return refuse(bad_usage, trouble->text());
    if (command->version) {
        fmt::print("{} v{} (gatehouse)\n", tool_, GATEHOUSE_VERSION);
        return done;
    }
    if (command->help) {
        fmt::print("{}", general_help(family_));
        for (const auto* declaration : command->help_on) fmt::print("\n{}", extension_help(*declaration));
        return done;
    }
    const auto* info = rules::find_table(command->table);
    if (info == nullptr) {
        return refuse(no_table, fmt::format("can't initialize {} table `{}': Table does not exist", tool_,
                                            command->table));
    }
    if (!open()) return refuse(bad_usage, trouble->text());
    return carry_out(*command, *file, *info);
}

}  // namespace

int run_iptables(int argc, char** argv, Family family) {
    return Session(is_v4(family) ? "iptables" : "ip6tables", family)
        .run(std::span<char*>(argv + 1, static_cast<std::size_t>(std::max(argc - 1, 0))));
}

}  // namespace gatehouse::iptables

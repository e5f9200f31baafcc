#include "iptables/commands.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

#include "iptables/carry_out.h"
#include "iptables/help.h"
#include "iptables/list.h"
#include "iptables/rule_parser.h"
#include "iptables/ruleset_file.h"

namespace gatehouse::iptables {

namespace {

enum Exit : int { done = 0, other = 1, bad_usage = 2, no_table = 3 };

std::string sentence(const Error& error) {
    return error.what + (error.hint.empty() ? "" : "; " + error.hint);
}

// What -v says of a command that is carried out on this table.
std::string tell(const Command& command, const rules::LiveTable& table) {
    std::string out;
    std::string_view doing;
    switch (command.action) {
        case Action::flush: doing = "Flushing"; break;
        case Action::zero: doing = "Zeroing"; break;
        case Action::delete_chain: doing = "Deleting"; break;
        default:
            for (const auto& rule : command.rules) out += describe_rule(rule) + "\n";
            return out;
    }
    for (const auto* chain : in_order(table)) {
        if (!command.chain.empty() && chain->name != command.chain) continue;
        if (command.action == Action::delete_chain && chain->base) continue;
        out += fmt::format("{} chain `{}'\n", doing, chain->name);
    }
    return out;
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
    // With the lock, for which `command` may say how long to wait; false if that wasn't long enough.
    Result<bool> open_ruleset(const Command& command, std::optional<RulesetLock>& lock,
                              std::optional<RulesetFile>& file) const;
    int change(Command& command, RulesetFile& file);
    int show(const Command& command, RulesetFile& file);
    int zero_shown(const Command& command, RulesetFile& file);

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

int Session::show(const Command& command, RulesetFile& file) {
    const rules::Ruleset& ruleset = file.ruleset;
    const ListOptions options{
        .verbose = command.verbose > 0,
        .numeric = command.numeric,
        .exact = command.exact,
        .line_numbers = command.line_numbers,
        .chain = command.chain,
        .rule = command.number > 0 ? std::optional<std::size_t>(command.number) : std::nullopt};
    if (!command.chain.empty() && ruleset.chain(command.table, command.chain) == nullptr)
        return refuse(other, "No chain/target/match by that name.");
    fmt::print("{}", command.action == Action::list
                         ? list_table(ruleset, command.table, options)
                         : list_commands(*ruleset.tables().find(command.table), options));
    return command.also_zero ? zero_shown(command, file) : done;
}

int Session::zero_shown(const Command& command, RulesetFile& file) {
    Command zero{.action = command.number > 0 ? Action::zero_number : Action::zero,
                 .table = command.table,
                 .chain = command.chain,
                 .number = command.number};
    return change(zero, file);
}

int Session::change(Command& command, RulesetFile& file) {
    const std::string told =
        command.verbose > 0 ? tell(command, *file.ruleset.tables().find(command.table)) : "";
    rules::Change change(file.ruleset);
    if (auto applied = carry_out(command, change); !applied) return refuse(other, sentence(applied.error()));
    if (command.action != Action::check) {
        if (auto kept = change.keep(); !kept)
            return refuse(other, fmt::format("Invalid argument: {}", sentence(kept.error())));
        if (auto written = file.write(); !written) return refuse(other, written.error().text());
    }
    fmt::print("{}", told);
    return done;
}

Result<bool> Session::open_ruleset(const Command& command, std::optional<RulesetLock>& lock,
                                   std::optional<RulesetFile>& file) const {
    const auto path = ruleset_path(ruleset_, family_);
    if (!path) return std::unexpected(path.error());
    auto taken = RulesetLock::take(*path, command.wait);
    if (!taken) return std::unexpected(taken.error());
    if (!*taken) return false;
    lock.emplace(std::move(**taken));
    auto read = RulesetFile::read(*path, family_);
    if (!read) return std::unexpected(read.error());
    file.emplace(std::move(*read));
    return true;
}

int Session::run(std::span<char*> arguments) {
    if (!take_ruleset(arguments)) return refuse(bad_usage, "`--ruleset` needs a file");
    // Which chains there are decides what `-j NAME` means, so the ruleset is read before the rule.
    std::optional<RulesetLock> lock;
    std::optional<RulesetFile> file;
    std::optional<Error> trouble;
    int code = bad_usage;
    const auto open = [&](const Command& command) {
        if (file || trouble) return file.has_value();
        const auto opened = open_ruleset(command, lock, file);
        if (!opened) {
            trouble = opened.error();
        } else if (!*opened) {
            trouble = Error{.what = std::string(lock_held_words)};
            code = lock_held;
        }
        return file.has_value();
    };
    const auto make = [&](const rules::TableInfo& info) {
        rules::Change change(file->ruleset);
        make_table(info, change);
        (void)change.keep();  // an empty table has nothing to refuse
    };
    Scope scope{
        .family = family_, .table = {}, .has_chain = [&](const Command& command, std::string_view chain) {
            const auto* info = rules::find_table(command.table);
            return info != nullptr && open(command) &&
                   (make(*info), file->ruleset.chain(info->name, chain) != nullptr);
        }};
    auto command = parse_command(words_, scope);
    if (!command && !trouble) return refuse(bad_usage, sentence(command.error()));
    if (trouble) return refuse(code, trouble->text());
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
    if (!open(*command)) return refuse(code, trouble->text());
    command->table = info->name;
    make(*info);
    return command->action == Action::list || command->action == Action::list_rules ? show(*command, *file)
                                                                                    : change(*command, *file);
}

}  // namespace

int run_iptables(int argc, char** argv, Family family) {
    return Session(is_v4(family) ? "iptables" : "ip6tables", family)
        .run(std::span<char*>(argv + 1, static_cast<std::size_t>(std::max(argc - 1, 0))));
}

}  // namespace gatehouse::iptables

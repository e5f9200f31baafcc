#include "frontend/iptables/commands.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

#include "base/text.h"
#include "frontend/iptables/help.h"
#include "frontend/iptables/list.h"
#include "frontend/iptables/rule_parser.h"
#include "frontend/iptables/ruleset_file.h"
#include "rules/registry.h"

namespace gatehouse::frontend::iptables {

namespace {

enum Exit : int { done = 0, other = 1, bad_usage = 2, no_table = 3 };

// Ends a command with an exit code and what to say; caught by run_iptables alone.
struct Stop {
    int code;
    std::string text;
};
[[noreturn]] void stop(int code, std::string text) { throw Stop{code, std::move(text)}; }

struct CommandName {
    char letter;
    std::string_view name;
    int least, most;  // words that belong to it: chain, number, policy
};
constexpr CommandName commands[] = {
    {'A', "append", 1, 1},       {'I', "insert", 1, 2},       {'D', "delete", 1, 2},
    {'R', "replace", 2, 2},      {'C', "check", 1, 1},        {'L', "list", 0, 2},
    {'S', "list-rules", 0, 2},   {'F', "flush", 0, 1},        {'Z', "zero", 0, 2},
    {'N', "new-chain", 1, 1},    {'X', "delete-chain", 0, 1}, {'P', "policy", 2, 2},
    {'E', "rename-chain", 2, 2},
};

struct Line {
    char command = 0;
    std::vector<std::string_view> words;  // of the command
    std::vector<Word> rule;
    std::string table = "filter", ruleset;
    ListOptions list;
    bool zero_too = false;  // -L -Z
    bool help = false, version = false;
};

const CommandName* find_command(std::string_view word) {
    for (const auto& command : commands) {
        if (word.size() == 2 && word[0] == '-' && word[1] == command.letter) return &command;
        if (word.starts_with("--") && word.substr(2) == command.name) return &command;
    }
    return nullptr;
}

class LineReader {
  public:
    LineReader(int argc, char** argv) : words_(argv + 1, argv + argc) {}

    Line run() {
        while (at_ < words_.size()) one();
        return std::move(line_);
    }

  private:
    bool next_is_value() const {
        return at_ < words_.size() && !words_[at_].starts_with("-") && words_[at_] != "!";
    }

    std::string_view value(std::string_view option) {
        if (at_ >= words_.size()) stop(bad_usage, fmt::format("option \"{}\" requires an argument", option));
        return words_[at_++];
    }

    void take_command(const CommandName& command, std::string_view word) {
        const bool listing = line_.command == 'L' || line_.command == 'S';
        if (listing && command.letter == 'Z') {
            line_.zero_too = true;
            return;
        }
        if (line_.command != 0)
            stop(bad_usage, fmt::format("Cannot use -{} with -{}", command.letter, line_.command));
        line_.command = command.letter;
        while (static_cast<int>(line_.words.size()) < command.most && next_is_value())
            line_.words.push_back(words_[at_++]);
        if (static_cast<int>(line_.words.size()) < command.least)
            stop(bad_usage, fmt::format("option \"{}\" requires an argument", word));
    }

    // The options that aren't a rule's. False: it is one of the rule's.
    bool own_option(std::string_view word) {
        if (word == "-t" || word == "--table") {
            line_.table = value(word);
        } else if (word == "--ruleset") {
            line_.ruleset = value(word);
        } else if (word == "-n" || word == "--numeric") {
            line_.list.numeric = true;
        } else if (word == "-v" || word == "--verbose") {
            line_.list.verbose = true;
        } else if (word == "-x" || word == "--exact") {
            line_.list.exact = true;
        } else if (word == "--line-numbers") {
            line_.list.line_numbers = true;
        } else if (word == "-w" || word == "--wait" || word == "-W" || word == "--wait-interval") {
            // The file's lock is always waited for.
            if (next_is_value()) ++at_;
        } else if (word == "-h" || word == "--help") {
            line_.help = true;
        } else if (word == "-V" || word == "--version") {
            line_.version = true;
        } else {
            return clustered(word);
        }
        return true;
    }

    // "-nvL": short options without values in one word, a command last.
    bool clustered(std::string_view word) {
        if (word.size() < 3 || word[0] != '-' || word[1] == '-') return false;
        const std::string_view letters = word.substr(1);
        const auto plain = [](char c) { return c == 'n' || c == 'v' || c == 'x'; };
        for (std::size_t i = 0; i < letters.size(); ++i) {
            const std::string option{'-', letters[i]};
            const bool last = i + 1 == letters.size();
            if (!plain(letters[i]) &&
                (find_command(option) == nullptr ||
                 (!last && letters[i] != 'L' && letters[i] != 'S' && letters[i] != 'Z')))
                return false;
        }
        for (const char letter : letters) {
            const std::string option{'-', letter};
            if (plain(letter)) {
                own_option(option);
            } else {
                take_command(*find_command(option), option);
            }
        }
        return true;
    }

    void one() {
        const std::string_view word = words_[at_++];
        if (const auto* command = find_command(word)) return take_command(*command, word);
        if (own_option(word)) return;
        line_.rule.push_back({word, static_cast<int>(at_)});
        // The value of a rule's option is never one of ours, even if it looks like one.
        const bool takes_text = word == "--comment" || word == "--log-prefix" || word == "--string";
        if (takes_text && at_ < words_.size()) line_.rule.push_back({words_[at_], static_cast<int>(++at_)});
    }

    std::vector<std::string_view> words_;
    std::size_t at_ = 0;
    Line line_;
};

class Session {
  public:
    Session(Line line, RulesetFile& file, const rules::TableInfo& info, Family family)
        : line_(std::move(line)), file_(file), table_(file.table(info)), family_(family) {}

    // What is to be printed.
    std::string run();
    bool changes() const { return line_.command != 'L' && line_.command != 'S' && line_.command != 'C'; }

  private:
    rules::ChainDraft& chain(std::string_view name) {
        const auto found = std::ranges::find(table_.chains, name, &rules::ChainDraft::name);
        if (found == table_.chains.end()) stop(other, "No chain/target/match by that name.");
        return *found;
    }
    std::size_t number(std::string_view text, std::size_t most, std::string_view too_big) const {
        const auto n = parse_number(text);
        if (!n || *n == 0) stop(bad_usage, fmt::format("Invalid rule number `{}'", text));
        if (*n > most) stop(other, std::string(too_big));
        return static_cast<std::size_t>(*n);
    }
    // The rule on the command line, checked as a rule of that chain.
    std::vector<rules::RuleDraft> rule(const rules::ChainDraft& where);
    std::size_t find(const rules::ChainDraft& where, const rules::RuleDraft& rule) const;
    void check_chain_name(std::string_view name) const;
    std::string list();
    void insert_rules();
    void delete_rule();
    void replace_rule();
    void delete_chains();
    void zero();
    void set_policy();
    void rename();

    Line line_;
    RulesetFile& file_;
    rules::TableDraft& table_;
    Family family_;
};

std::vector<rules::RuleDraft> Session::rule(const rules::ChainDraft& where) {
    auto parsed = parse_rule(line_.rule, family_, {.file = "<command line>"});
    if (!parsed)
        stop(bad_usage,
             parsed.error().what + (parsed.error().hint.empty() ? "" : "; " + parsed.error().hint));
    rules::Draft scratch{.family = family_, .tables = {table_}};
    const auto at = std::ranges::find(scratch.tables[0].chains, where.name, &rules::ChainDraft::name);
    for (const auto& one : *parsed) at->rules.push_back(one);
    if (auto checked = rules::validate(std::move(scratch)); !checked) {
        stop(bad_usage,
             checked.error().what + (checked.error().hint.empty() ? "" : "; " + checked.error().hint));
    }
    return std::move(*parsed);
}

std::size_t Session::find(const rules::ChainDraft& where, const rules::RuleDraft& wanted) const {
    for (std::size_t i = 0; i < where.rules.size(); ++i) {
        if (rules::same_rule(where.rules[i], wanted)) return i;
    }
    stop(other, "Bad rule (does a matching rule exist in that chain?).");
}

void Session::check_chain_name(std::string_view name) const {
    if (name.empty() || name.size() > 28)
        stop(bad_usage, fmt::format("chain name `{}' too long (must be under 29 chars)", name));
    if (name[0] == '-' || name[0] == '!')
        stop(bad_usage, fmt::format("chain name not allowed to start with `{}'", name[0]));
    constexpr std::string_view built_in[] = {"ACCEPT", "DROP", "RETURN", "QUEUE"};
    if (std::ranges::find(built_in, name) != std::end(built_in) ||
        rules::find_target(name, family_) != nullptr) {
        stop(bad_usage, "chain name may not clash with target name");
    }
}

std::string Session::list() {
    ListOptions options = line_.list;
    if (!line_.words.empty()) options.chain = chain(line_.words[0]).name;
    if (line_.words.size() > 1) {
        const auto n = parse_number(line_.words[1]);
        if (!n || *n == 0) stop(bad_usage, fmt::format("Invalid rule number `{}'", line_.words[1]));
        options.rule = static_cast<std::size_t>(*n);
    }
    return line_.command == 'L' ? list_table(table_, family_, options) : list_commands(table_, options);
}

void Session::insert_rules() {
    rules::ChainDraft& where = chain(line_.words[0]);
    auto fresh = rule(where);
    std::size_t at = line_.command == 'A' ? where.rules.size() : 0;
    if (line_.words.size() > 1)
        at = number(line_.words[1], where.rules.size() + 1, "Index of insertion too big.") - 1;
    where.rules.insert(where.rules.begin() + static_cast<std::ptrdiff_t>(at),
                       std::make_move_iterator(fresh.begin()), std::make_move_iterator(fresh.end()));
}

void Session::delete_rule() {
    rules::ChainDraft& where = chain(line_.words[0]);
    if (line_.words.size() > 1) {
        const auto at = number(line_.words[1], where.rules.size(), "Index of deletion too big.") - 1;
        where.rules.erase(where.rules.begin() + static_cast<std::ptrdiff_t>(at));
        return;
    }
    for (const auto& wanted : rule(where)) {
        where.rules.erase(where.rules.begin() + static_cast<std::ptrdiff_t>(find(where, wanted)));
    }
}

void Session::replace_rule() {
    rules::ChainDraft& where = chain(line_.words[0]);
    const auto at = number(line_.words[1], where.rules.size(), "Index of replacement too big.") - 1;
    auto fresh = rule(where);
    if (fresh.size() != 1) stop(bad_usage, "Replacement rule does not specify a unique address");
    where.rules[at] = std::move(fresh[0]);
}

void Session::delete_chains() {
    const auto referenced = [&](std::string_view name) {
        return std::ranges::any_of(table_.chains, [&](const auto& c) {
            return std::ranges::any_of(c.rules, [&](const auto& r) { return r.target.chain == name; });
        });
    };
    std::vector<std::string> names;
    if (line_.words.empty()) {
        for (const auto& c : table_.chains) {
            if (!c.policy) names.push_back(c.name);
        }
    } else {
        if (chain(line_.words[0]).policy) stop(other, "Invalid argument. A built-in chain can't be deleted.");
        names.emplace_back(line_.words[0]);
    }
    for (const auto& name : names) {
        if (!chain(name).rules.empty()) stop(other, "Directory not empty.");
        if (referenced(name)) stop(other, "Too many links.");
        std::erase_if(table_.chains, [&](const auto& c) { return c.name == name; });
    }
}

void Session::zero() {
    for (auto& c : table_.chains) {
        if (!line_.words.empty() && c.name != chain(line_.words[0]).name) continue;
        if (line_.words.size() > 1) {
            c.rules[number(line_.words[1], c.rules.size(), "Index of zeroing too big.") - 1].counters = {};
            continue;
        }
        c.counters = {};
        for (auto& r : c.rules) r.counters = {};
    }
}

void Session::set_policy() {
    rules::ChainDraft& where = chain(line_.words[0]);
    if (!where.policy) stop(other, "Bad built-in chain name.");
    if (line_.words[1] != "ACCEPT" && line_.words[1] != "DROP")
        stop(other, "Bad policy name. ACCEPT and DROP are policies.");
    where.policy = line_.words[1] == "ACCEPT" ? rules::Policy::accept : rules::Policy::drop;
}

void Session::rename() {
    rules::ChainDraft& where = chain(line_.words[0]);
    check_chain_name(line_.words[1]);
    if (where.policy) stop(other, "Invalid argument. A built-in chain can't be renamed.");
    if (std::ranges::find(table_.chains, line_.words[1], &rules::ChainDraft::name) != table_.chains.end())
        stop(other, "File exists.");
    const std::string old = where.name;
    for (auto& c : table_.chains) {
        if (c.name == old) c.name = std::string(line_.words[1]);
        for (auto& r : c.rules) {
            if (r.target.chain == old) r.target.chain = std::string(line_.words[1]);
        }
    }
}

std::string Session::run() {
    switch (line_.command) {
        case 'A':
        case 'I': insert_rules(); break;
        case 'D': delete_rule(); break;
        case 'R': replace_rule(); break;
        case 'C':
            for (const auto& wanted : rule(chain(line_.words[0]))) (void)find(chain(line_.words[0]), wanted);
            break;
        case 'L':
        case 'S': {
            std::string out = list();
            if (line_.zero_too) {
                zero();
                if (auto written = file_.write(); !written) stop(other, written.error().text());
            }
            return out;
        }
        case 'F':
            if (!line_.words.empty()) {
                chain(line_.words[0]).rules.clear();
            } else {
                for (auto& c : table_.chains) c.rules.clear();
            }
            break;
        case 'Z': zero(); break;
        case 'N':
            check_chain_name(line_.words[0]);
            if (std::ranges::find(table_.chains, line_.words[0], &rules::ChainDraft::name) !=
                table_.chains.end())
                stop(other, "Chain already exists.");
            table_.chains.push_back({.name = std::string(line_.words[0])});
            break;
        case 'X': delete_chains(); break;
        case 'P': set_policy(); break;
        case 'E': rename(); break;
        default: stop(bad_usage, "no command specified");
    }
    return {};
}

// The extensions that the line names, for `-m NAME -h`.
std::string line_help(const Line& line, Family family) {
    std::string out = general_help(family);
    for (std::size_t i = 0; i + 1 < line.rule.size(); ++i) {
        const auto word = line.rule[i].text, name = line.rule[i + 1].text;
        const rules::Declaration* declaration = nullptr;
        if (word == "-m" || word == "--match" || word == "-p" || word == "--protocol")
            declaration = rules::find_match(name, family);
        if (word == "-j" || word == "--jump") declaration = rules::find_target(name, family);
        if (declaration != nullptr) out += "\n" + extension_help(*declaration);
    }
    return out;
}

}  // namespace

int run_iptables(int argc, char** argv, Family family) {
    const std::string name = is_v4(family) ? "iptables" : "ip6tables";
    try {
        Line line = LineReader(argc, argv).run();
        if (line.version) {
            fmt::print("{} v1.8.9 (gatehouse)\n", name);
            return done;
        }
        if (line.help) {
            fmt::print("{}", line_help(line, family));
            return done;
        }
        if (line.command == 0) stop(bad_usage, "no command specified");
        const bool takes_rule = std::string_view("AIDRC").find(line.command) != std::string_view::npos;
        if (!takes_rule && !line.rule.empty())
            stop(bad_usage, fmt::format("unexpected word `{}`", line.rule[0].text));
        const auto* info = rules::find_table(line.table);
        if (info == nullptr)
            stop(no_table,
                 fmt::format("can't initialize {} table `{}': Table does not exist", name, line.table));
        const auto path = ruleset_path(line.ruleset, family);
        if (!path) stop(bad_usage, path.error().text());
        auto file = RulesetFile::open(*path, family);
        if (!file) stop(other, file.error().text());
        Session session(std::move(line), *file, *info, family);
        const std::string out = session.run();
        if (session.changes()) {
            if (auto written = file->write(); !written) stop(other, written.error().text());
        }
        fmt::print("{}", out);
        return done;
    } catch (const Stop& stopped) {
        fmt::print(stderr, "{}: {}\n", name, stopped.text);
        if (stopped.code == bad_usage)
            fmt::print(stderr, "Try `{0} -h' or '{0} --help' for more information.\n", name);
        return stopped.code;
    }
}

}  // namespace gatehouse::frontend::iptables

#include "iptables/restore.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "iptables/rule_parser.h"
#include "iptables/table_editor.h"

namespace gatehouse::iptables {

namespace {

constexpr std::string_view blank = " \t";

class RestoreReader {
  public:
    RestoreReader(std::string_view file, Family family, RestoreOptions options)
        : file_(file), options_(std::move(options)), draft_(std::move(options_.base)) {
        draft_.family = family;
        scope_.family = family;
        scope_.has_chain = [this](std::string_view, std::string_view chain) {
            return editor_->has_chain(chain);
        };
    }
    Result<rules::Draft> run(std::string_view text);

  private:
    Result<void> line(std::string_view text);
    Result<void> begin_table(std::string_view name);
    Result<void> chain_line(std::string_view text);
    Result<void> chain_without_policy(const Word& name, const Word& policy);
    Result<void> command_line(std::string_view text);
    Result<rules::Counters> counters(std::string_view text, int column) const;

    std::unexpected<Error> refuse(int column, std::string what, std::string hint = {}) const {
        return std::unexpected(Error{
            .what = std::move(what), .hint = std::move(hint), .place = {std::string(file_), line_, column}});
    }
    std::unexpected<Error> refuse(int column, Error error) const {
        return refuse(column, std::move(error.what), std::move(error.hint));
    }

    std::string_view file_;
    RestoreOptions options_;
    int line_ = 0;
    rules::Draft draft_;
    rules::TableDraft* table_ = nullptr;  // the one being read
    std::optional<TableEditor> editor_;   // its editor
    bool passing_over_ = false;
    Scope scope_;
    WordSplitter splitter_;
};

Result<void> RestoreReader::begin_table(std::string_view name) {
    const auto* info = rules::find_table(name);
    if (info == nullptr) {
        std::vector<std::string_view> names;
        for (const auto& table : rules::all_tables()) names.push_back(table.name);
        return refuse(2, fmt::format("there is no table `{}`", name), did_you_mean(name, names));
    }
    const auto* only = options_.only_table.empty() ? info : rules::find_table(options_.only_table);
    passing_over_ = only != info;
    if (passing_over_) return {};
    const auto same = std::ranges::find(draft_.tables, info->name, &rules::TableDraft::name);
    const bool fresh = same == draft_.tables.end();
    if (fresh) draft_.tables.push_back(rules::empty_table(*info));
    table_ = fresh ? &draft_.tables.back() : &*same;
    table_->place = {std::string(file_), line_, 1};
    editor_.emplace(*table_);
    if (!fresh && !options_.no_flush) editor_->clear();
    scope_.table = info->name;
    for (auto& chain : table_->chains) {
        if (chain.place.line == 0 || !options_.no_flush) chain.place = table_->place;
    }
    return {};
}

// "[12:345]"
Result<rules::Counters> RestoreReader::counters(std::string_view text, int column) const {
    const auto colon = text.find(':');
    if (text.size() >= 5 && text.front() == '[' && text.back() == ']' && colon != std::string_view::npos) {
        const auto packets = parse_number(text.substr(1, colon - 1));
        const auto bytes = parse_number(text.substr(colon + 1, text.size() - colon - 2));
        if (packets && bytes)
            return options_.counters ? rules::Counters{*packets, *bytes} : rules::Counters{};
    }
    return refuse(column, fmt::format("expected counters, as in [12:345], got `{}`", text));
}

Result<void> RestoreReader::chain_without_policy(const Word& name, const Word& policy) {
    if (auto* chain = editor_->find(name.text); chain != nullptr) {
        // `:INPUT -` leaves a built-in chain's policy alone.
        if (chain->policy) return {};
        if (!options_.no_flush)
            return refuse(name.column, fmt::format("chain `{}` is there already", name.text));
        chain->rules.clear();
        return {};
    }
    if (policy.text != "-") {
        return refuse(name.column,
                      fmt::format("table `{}` has no built-in chain `{}`; only built-in chains have a policy",
                                  table_->name, name.text));
    }
    if (auto fault = fault_of_chain_name(name.text); !fault.empty())
        return refuse(name.column, std::move(fault));
    if (is_builtin_target(name.text))
        return refuse(name.column, fmt::format("`{}` is a target: a chain can't have its name", name.text));
    auto made = editor_->new_chain(name.text, {std::string(file_), line_, name.column});
    if (!made) return refuse(name.column, made.error());
    return {};
}

// ":NAME POLICY [packets:bytes]"
Result<void> RestoreReader::chain_line(std::string_view text) {
    const auto words = splitter_.split(text.substr(1), 2);
    if (!words) return refuse(words.error().place.column, words.error().what);
    if (words->empty()) return refuse(2, "expected a chain's name behind `:`");
    const Word name = (*words)[0];
    if (words->size() < 2)
        return refuse(name.column, fmt::format("chain `{}` needs a policy, or `-`", name.text));
    const Word policy = (*words)[1];
    rules::Counters count;
    if (words->size() > 2) {
        const auto read = counters((*words)[2].text, (*words)[2].column);
        if (!read) return std::unexpected(read.error());
        count = *read;
    }
    rules::ChainDraft* chain = editor_->find(name.text);
    if (policy.text == "-" || chain == nullptr || !chain->policy) return chain_without_policy(name, policy);
    if (policy.text != "ACCEPT" && policy.text != "DROP") {
        constexpr std::string_view policies[] = {"ACCEPT", "DROP"};
        return refuse(policy.column, fmt::format("expected the policy ACCEPT or DROP, got `{}`", policy.text),
                      did_you_mean(policy.text, policies));
    }
    chain->policy = policy.text == "ACCEPT" ? rules::Policy::accept : rules::Policy::drop;
    chain->counters = count;
    chain->place = {std::string(file_), line_, name.column};
    return {};
}

Result<void> RestoreReader::command_line(std::string_view text) {
    int column = 1 + static_cast<int>(text.find_first_not_of(blank));
    text.remove_prefix(static_cast<std::size_t>(column - 1));
    rules::Counters count;
    if (text[0] == '[') {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return refuse(column, "these counters have no closing `]`");
        const auto read = counters(text.substr(0, end + 1), column);
        if (!read) return std::unexpected(read.error());
        count = *read;
        const auto rest = std::min(text.find_first_not_of(blank, end + 1), text.size());
        column += static_cast<int>(rest);
        text.remove_prefix(rest);
    }
    const auto words = splitter_.split(text, column);
    if (!words) return refuse(words.error().place.column, words.error().what);
    auto command = parse_command(*words, scope_);
    if (!command) return refuse(command.error().place.column, std::move(command.error()));
    if (command->other_family) return {};
    if (command->action == Action::list || command->action == Action::list_rules || command->version ||
        command->help) {
        return refuse(column, "a ruleset holds commands that change it, not those that show something");
    }
    for (auto& rule : command->rules) {
        if (!command->counters) rule.counters = count;
        rule.place = {std::string(file_), line_, column};
        rule.text = text;
    }
    if (auto applied = editor_->apply(*command); !applied) return refuse(column, std::move(applied.error()));
    return {};
}

Result<void> RestoreReader::line(std::string_view text) {
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    if (text.empty() || text[0] == '#' || text.find_first_not_of(blank) == std::string_view::npos) return {};
    const bool in_table = table_ != nullptr || passing_over_;
    if (!in_table) {
        if (text[0] != '*') return refuse(1, "expected a table's beginning, as in `*filter`");
        text.remove_prefix(1);
        return begin_table(text.substr(0, text.find_first_of(blank)));
    }
    if (text.substr(0, text.find_last_not_of(blank) + 1) == "COMMIT") {
        table_ = nullptr;
        passing_over_ = false;
        return {};
    }
    if (passing_over_) return {};
    if (text[0] == '*') return refuse(1, fmt::format("table `{}` has no COMMIT before this", table_->name));
    return text[0] == ':' ? chain_line(text) : command_line(text);
}

Result<rules::Draft> RestoreReader::run(std::string_view text) {
    while (!text.empty()) {
        ++line_;
        const auto end = text.find('\n');
        if (auto read = line(text.substr(0, end)); !read) return std::unexpected(read.error());
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    if (table_ != nullptr || passing_over_)
        return refuse(0, fmt::format("COMMIT expected: the last table has none"));
    return std::move(draft_);
}

}  // namespace

Result<rules::Draft> read_restore(std::string_view text, std::string_view file, Family family,
                                  RestoreOptions options) {
    return RestoreReader(file, family, std::move(options)).run(text);
}

}  // namespace gatehouse::iptables

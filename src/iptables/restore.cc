#include "iptables/restore.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "iptables/carry_out.h"
#include "iptables/rule_parser.h"

namespace gatehouse::iptables {

namespace {

constexpr std::string_view blank = " \t";

class RestoreReader {
  public:
    RestoreReader(std::shared_ptr<const rules::Source> source, rules::Change& change,
                  const RestoreOptions& options)
        : source_(std::move(source)), change_(change), options_(options) {
        scope_.family = change.ruleset().family();
        scope_.has_chain = [this](const Command&, std::string_view name) { return chain(name) != nullptr; };
    }
    Result<void> run();

  private:
    Result<void> line(std::string_view text);
    Result<void> begin_table(std::string_view name);
    Result<void> chain_line(std::string_view text);
    Result<void> chain_without_policy(const Word& name, const Word& policy);
    Result<void> command_line(std::string_view text);
    Result<rules::Counters> counters(std::string_view text, int column) const;

    std::unexpected<Error> refuse(int column, std::string what, std::string hint = {}) const {
        return std::unexpected(
            Error{.what = std::move(what), .hint = std::move(hint), .place = place(column)});
    }
    std::unexpected<Error> refuse(int column, Error error) const {
        return refuse(column, std::move(error.what), std::move(error.hint));
    }

    // What the edits of this line were refused for: their place is here unless they say where.
    std::unexpected<Error> refused(int column, Error error) const {
        if (error.place.line == 0) error.place = place(column);
        return std::unexpected(std::move(error));
    }
    Place place(int column) const { return {source_->name, line_, column}; }
    // One of the table that is being read.
    const rules::Chain* chain(std::string_view name) const { return change_.ruleset().chain(table_, name); }

    std::shared_ptr<const rules::Source> source_;
    rules::Change& change_;
    const RestoreOptions& options_;
    int line_ = 0;
    std::string_view table_;  // the one being read; empty: none
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
    table_ = scope_.table = info->name;
    const bool fresh = change_.ruleset().tables().find(table_) == nullptr;
    if (fresh) make_table(*info, change_);
    if (!fresh && !options_.no_flush) {
        if (auto cleared = change_.clear_table(table_); !cleared) return cleared;
    }
    if (!fresh && options_.no_flush) return {};
    for (const auto& base : rules::empty_table(*info).chains) change_.locate(table_, base.name, place(1));
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
    if (const auto* there = chain(name.text); there != nullptr) {
        // `:INPUT -` leaves a built-in chain's policy alone.
        if (there->base) return {};
        if (!options_.no_flush)
            return refuse(name.column, fmt::format("chain `{}` is there already", name.text));
        return change_.flush(table_, name.text);
    }
    if (policy.text != "-") {
        return refuse(name.column,
                      fmt::format("table `{}` has no built-in chain `{}`; only built-in chains have a policy",
                                  table_, name.text));
    }
    if (auto fault = fault_of_chain_name(name.text); !fault.empty())
        return refuse(name.column, std::move(fault));
    if (is_builtin_target(name.text))
        return refuse(name.column, fmt::format("`{}` is a target: a chain can't have its name", name.text));
    auto made = change_.new_chain(
        table_,
        {.name = std::string(name.text), .policy = {}, .base = {}, .rules = {}, .place = place(name.column)});
    if (!made) return refused(name.column, std::move(made).error());
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
    const rules::Chain* const there = chain(name.text);
    if (policy.text == "-" || there == nullptr || !there->base) return chain_without_policy(name, policy);
    if (policy.text != "ACCEPT" && policy.text != "DROP") {
        constexpr std::string_view policies[] = {"ACCEPT", "DROP"};
        return refuse(policy.column, fmt::format("expected the policy ACCEPT or DROP, got `{}`", policy.text),
                      did_you_mean(policy.text, policies));
    }
    change_.locate(table_, name.text, place(name.column));
    return change_.set_policy(table_, name.text,
                              policy.text == "ACCEPT" ? rules::Policy::accept : rules::Policy::drop, count);
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
        rule.origin = {.source = source_,
                       .offset = static_cast<std::uint32_t>(text.data() - source_->text.data()),
                       .length = static_cast<std::uint32_t>(text.size()),
                       .line = line_,
                       .column = column};
        if (options_.each_rule) options_.each_rule(rule);
    }
    if (auto done = carry_out(*command, change_); !done) return refused(column, std::move(done).error());
    return {};
}

Result<void> RestoreReader::line(std::string_view text) {
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    if (text.empty() || text[0] == '#' || text.find_first_not_of(blank) == std::string_view::npos) return {};
    const bool in_table = !table_.empty() || passing_over_;
    if (!in_table) {
        if (text[0] != '*') return refuse(1, "expected a table's beginning, as in `*filter`");
        text.remove_prefix(1);
        return begin_table(text.substr(0, text.find_first_of(blank)));
    }
    if (text.substr(0, text.find_last_not_of(blank) + 1) == "COMMIT") {
        table_ = {};
        passing_over_ = false;
        return {};
    }
    if (passing_over_) return {};
    if (text[0] == '*') return refuse(1, fmt::format("table `{}` has no COMMIT before this", table_));
    return text[0] == ':' ? chain_line(text) : command_line(text);
}

Result<void> RestoreReader::run() {
    std::string_view text = source_->text;
    while (!text.empty()) {
        ++line_;
        const auto end = text.find('\n');
        if (auto read = line(text.substr(0, end)); !read) return std::unexpected(read.error());
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    if (!table_.empty() || passing_over_)
        return refuse(0, fmt::format("COMMIT expected: the last table has none"));
    return {};
}

}  // namespace

Result<void> restore(std::shared_ptr<const rules::Source> source, rules::Change& change,
                     const RestoreOptions& options) {
    return RestoreReader(std::move(source), change, options).run();
}

Result<rules::Ruleset> read_restore(rules::Source source, Family family, const RestoreOptions& options) {
    rules::Ruleset ruleset(family);
    rules::Change change(ruleset);
    auto done = restore(std::make_shared<const rules::Source>(std::move(source)), change, options);
    if (done) done = change.keep();
    if (!done) return std::unexpected(std::move(done).error());
    return ruleset;
}

Result<rules::Ruleset> read_restore(std::string_view text, std::string_view file, Family family,
                                    const RestoreOptions& options) {
    return read_restore(rules::Source{std::string(file), std::string(text)}, family, options);
}

}  // namespace gatehouse::iptables

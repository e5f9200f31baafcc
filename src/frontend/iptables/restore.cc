#include "frontend/iptables/restore.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <unordered_map>

#include "base/text.h"
#include "frontend/iptables/rule_parser.h"

namespace gatehouse::frontend::iptables {

namespace {

constexpr std::size_t longest_chain_name = 28;

class RestoreReader {
  public:
    RestoreReader(std::string_view file, Family family) : file_(file) { draft_.family = family; }
    Result<rules::Draft> run(std::string_view text);

  private:
    Result<void> line(std::string_view text);
    Result<void> begin_table(std::string_view name);
    Result<void> chain_line(std::string_view text);
    Result<void> command(std::string_view text);
    Result<void> rule_command(std::string_view option, std::span<const Word> words,
                              const rules::Counters& counters, std::string_view text);
    Result<rules::Counters> counters(std::string_view text, int column) const;
    rules::ChainDraft* find(std::string_view name);
    Result<void> new_chain(std::string_view name);

    std::unexpected<Error> refuse(int column, std::string what, std::string hint = {}) const {
        return std::unexpected(Error{
            .what = std::move(what), .hint = std::move(hint), .place = {std::string(file_), line_, column}});
    }

    std::string_view file_;
    int line_ = 0;
    rules::Draft draft_;
    rules::TableDraft* table_ = nullptr;
    std::unordered_map<std::string, std::size_t> chains_;  // of the table being read
    WordSplitter splitter_;
};

rules::ChainDraft* RestoreReader::find(std::string_view name) {
    const auto found = chains_.find(std::string(name));
    return found == chains_.end() ? nullptr : &table_->chains[found->second];
}

Result<void> RestoreReader::begin_table(std::string_view name) {
    const auto* info = rules::find_table(name);
    if (info == nullptr) {
        std::vector<std::string_view> names;
        for (const auto& table : rules::all_tables()) names.push_back(table.name);
        return refuse(2, fmt::format("there is no table `{}`", name), did_you_mean(name, names));
    }
    const auto same = std::ranges::find(draft_.tables, info->name, &rules::TableDraft::name);
    if (same == draft_.tables.end()) {
        draft_.tables.push_back(rules::empty_table(*info));
        table_ = &draft_.tables.back();
    } else {
        *same = rules::empty_table(*info);
        table_ = &*same;
    }
    table_->place = {std::string(file_), line_, 1};
    chains_.clear();
    for (std::size_t i = 0; i < table_->chains.size(); ++i) {
        table_->chains[i].place = table_->place;
        chains_[table_->chains[i].name] = i;
    }
    return {};
}

// "[12:345]"
Result<rules::Counters> RestoreReader::counters(std::string_view text, int column) const {
    const auto colon = text.find(':');
    if (text.size() >= 5 && text.front() == '[' && text.back() == ']' && colon != std::string_view::npos) {
        const auto packets = parse_number(text.substr(1, colon - 1)),
                   bytes = parse_number(text.substr(colon + 1, text.size() - colon - 2));
        if (packets && bytes) return rules::Counters{*packets, *bytes};
    }
    return refuse(column, fmt::format("expected counters, as in [12:345], got `{}`", text));
}

Result<void> RestoreReader::new_chain(std::string_view name) {
    if (name.empty() || name.size() > longest_chain_name) {
        return refuse(2, fmt::format("expected a chain's name of 1 to {} characters, got `{}`",
                                     longest_chain_name, name));
    }
    chains_[std::string(name)] = table_->chains.size();
    table_->chains.push_back({.name = std::string(name), .place = {std::string(file_), line_, 2}});
    return {};
}

// ":NAME POLICY [packets:bytes]"
Result<void> RestoreReader::chain_line(std::string_view text) {
    const auto words = splitter_.split(text.substr(1), 2);
    if (!words) return refuse(words.error().place.column, words.error().what);
    if (words->empty()) return refuse(2, "expected a chain's name behind `:`");
    const Word name = (*words)[0];
    rules::ChainDraft* chain = find(name.text);
    if (words->size() < 2)
        return refuse(name.column, fmt::format("chain `{}` needs a policy, or `-`", name.text));
    const Word policy = (*words)[1];
    rules::Counters count;
    if (words->size() > 2) {
        const auto read = counters((*words)[2].text, (*words)[2].column);
        if (!read) return std::unexpected(read.error());
        count = *read;
    }
    const bool built_in = chain != nullptr && chain->policy.has_value();
    if (policy.text == "-") {
        if (built_in)
            return refuse(policy.column, fmt::format("the built-in chain `{}` needs a policy", name.text));
        if (chain == nullptr) return new_chain(name.text);
        chain->rules.clear();
        return {};
    }
    if (!built_in) {
        return refuse(name.column,
                      fmt::format("table `{}` has no built-in chain `{}`; only built-in chains have a policy",
                                  table_->name, name.text));
    }
    if (policy.text != "ACCEPT" && policy.text != "DROP") {
        constexpr std::string_view policies[] = {"ACCEPT", "DROP"};
        return refuse(policy.column, fmt::format("expected the policy ACCEPT or DROP, got `{}`", policy.text),
                      did_you_mean(policy.text, policies));
    }
    chain->policy = policy.text == "ACCEPT" ? rules::Policy::accept : rules::Policy::drop;
    chain->counters = count;
    return {};
}

Result<void> RestoreReader::command(std::string_view text) {
    const auto split = splitter_.split(text, 1);
    if (!split) return refuse(split.error().place.column, split.error().what);
    std::span<const Word> words = *split;
    rules::Counters count;
    if (!words.empty() && words[0].text.starts_with('[')) {
        const auto read = counters(words[0].text, words[0].column);
        if (!read) return std::unexpected(read.error());
        count = *read;
        words = words.subspan(1);
    }
    if (words.empty()) return refuse(1, "expected a command");
    if (words.size() < 2) return refuse(words[0].column, fmt::format("`{}` needs a chain", words[0].text));
    const auto option = words[0].text;
    if (option == "-N" || option == "--new-chain") {
        if (find(words[1].text) != nullptr)
            return refuse(words[1].column, fmt::format("chain `{}` is there already", words[1].text));
        return new_chain(words[1].text);
    }
    if (option == "-P" || option == "--policy") {
        rules::ChainDraft* chain = find(words[1].text);
        if (chain == nullptr || !chain->policy || words.size() < 3 ||
            (words[2].text != "ACCEPT" && words[2].text != "DROP")) {
            return refuse(words[1].column, "expected a built-in chain and ACCEPT or DROP");
        }
        chain->policy = words[2].text == "ACCEPT" ? rules::Policy::accept : rules::Policy::drop;
        return {};
    }
    if (option == "-F" || option == "--flush") {
        rules::ChainDraft* chain = find(words[1].text);
        if (chain == nullptr)
            return refuse(words[1].column, fmt::format("there is no chain `{}`", words[1].text));
        chain->rules.clear();
        return {};
    }
    return rule_command(option, words, count, text);
}

Result<void> RestoreReader::rule_command(std::string_view option, std::span<const Word> words,
                                         const rules::Counters& count, std::string_view text) {
    const bool append = option == "-A" || option == "--append";
    if (!append && option != "-I" && option != "--insert") {
        return refuse(words[0].column, fmt::format("`{}` isn't a command that a ruleset can hold", option),
                      "-A, -I, -N, -P or -F are");
    }
    rules::ChainDraft* chain = find(words[1].text);
    if (chain == nullptr) {
        std::vector<std::string_view> names;
        for (const auto& [name, place] : chains_) names.push_back(name);
        std::ranges::sort(names);
        return refuse(words[1].column,
                      fmt::format("there is no chain `{}` in table `{}`", words[1].text, table_->name),
                      did_you_mean(words[1].text, names));
    }
    std::size_t position = append ? chain->rules.size() : 0;
    auto rest = words.subspan(2);
    if (!append && !rest.empty() && !rest[0].text.starts_with('-') && rest[0].text != "!") {
        const auto number = parse_number(rest[0].text, chain->rules.size() + 1);
        if (!number || *number == 0)
            return refuse(rest[0].column, fmt::format("expected a rule's number from 1 to {}, got `{}`",
                                                      chain->rules.size() + 1, rest[0].text));
        position = static_cast<std::size_t>(*number - 1);
        rest = rest.subspan(1);
    }
    auto parsed = parse_rule(rest, draft_.family, {.file = file_, .line = line_, .text = text});
    if (!parsed) return std::unexpected(parsed.error());
    for (auto& rule : *parsed) {
        if (rule.counters == rules::Counters{}) rule.counters = count;
        chain->rules.insert(chain->rules.begin() + static_cast<std::ptrdiff_t>(position++), std::move(rule));
    }
    return {};
}

Result<void> RestoreReader::line(std::string_view text) {
    if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
    if (text.empty() || text[0] == '#' || text.find_first_not_of(" \t") == std::string_view::npos) return {};
    if (table_ == nullptr) {
        if (text[0] == '*') return begin_table(text.substr(1, text.find_first_of(" \t") - 1));
        return refuse(1, "expected a table's beginning, as in `*filter`");
    }
    if (text == "COMMIT" || text.starts_with("COMMIT ")) {
        table_ = nullptr;
        return {};
    }
    if (text[0] == '*') return refuse(1, fmt::format("table `{}` has no COMMIT before this", table_->name));
    return text[0] == ':' ? chain_line(text) : command(text);
}

Result<rules::Draft> RestoreReader::run(std::string_view text) {
    while (!text.empty()) {
        ++line_;
        const auto end = text.find('\n');
        if (auto read = line(text.substr(0, end)); !read) return std::unexpected(read.error());
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    if (table_ != nullptr) return refuse(0, fmt::format("table `{}` has no COMMIT", table_->name));
    return std::move(draft_);
}

}  // namespace

Result<rules::Draft> read_restore(std::string_view text, std::string_view file, Family family) {
    return RestoreReader(file, family).run(text);
}

}  // namespace gatehouse::frontend::iptables

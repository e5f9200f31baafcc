// gatehouse extensions: what matches and targets there are, from what they declare.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "frontend/tool/arguments.h"
#include "frontend/tool/tool.h"
#include "iptables/help.h"
#include "rules/draft.h"
#include "rules/registry.h"

namespace gatehouse::frontend {

namespace {

using rules::Declaration;

struct Entry {
    bool match;
    const Declaration* declaration;
};

std::vector<Entry> all_entries() {
    std::vector<Entry> all;
    for (const auto* declaration : rules::all_matches()) all.push_back({true, declaration});
    for (const auto* declaration : rules::all_targets()) all.push_back({false, declaration});
    std::ranges::stable_sort(all, [](const Entry& a, const Entry& b) {
        return std::pair(!a.match, a.declaration->name) < std::pair(!b.match, b.declaration->name);
    });
    return all;
}

std::string heading(const Entry& entry) {
    return fmt::format("{} {}", entry.match ? "-m" : "-j", entry.declaration->name);
}

// The value that a fact has; "" if it isn't one of the extension's.
std::string fact(const Declaration& declaration, std::string_view what) {
    for (auto& [name, value] : iptables::extension_facts(declaration)) {
        if (name == what) return value;
    }
    return {};
}

void print_list() {
    using Row = std::array<std::string, 6>;
    std::vector<Row> rows{{"extension", "families", "tables", "hooks", "acts", "what it is"}};
    for (const auto& entry : all_entries()) {
        const Declaration& d = *entry.declaration;
        rows.push_back({heading(entry), fact(d, "families"), fact(d, "tables"), fact(d, "hooks"),
                        d.step != nullptr ? "yes" : fmt::format("needs {}", rules::words(d.need)),
                        std::string(d.help)});
    }
    Row::value_type line;
    for (const auto& row : rows) {
        line.clear();
        for (std::size_t column = 0; column < row.size(); ++column) {
            std::size_t width = 0;
            for (const auto& other : rows) width = std::max(width, other[column].size());
            line += column + 1 < row.size() ? fmt::format("{:<{}}  ", row[column], width) : row[column];
        }
        fmt::print("{}\n", line);
    }
}

nlohmann::ordered_json option_json(const Declaration& declaration, const rules::OptionInfo& option) {
    nlohmann::ordered_json json{{"name", option.name},
                                {"value", option.metavar},
                                {"help", option.traits.help},
                                {"invertible", option.traits.invertible},
                                {"required", option.traits.required}};
    if (!option.traits.alias.empty()) json["alias"] = option.traits.alias;
    if (option.bounds.high != 0) json["range"] = {option.bounds.low, option.bounds.high};
    for (const auto& name : option.names) json["names"].push_back(name.name);
    for (const auto& other : declaration.options) {
        if (&other != &option && (other.traits.group & option.traits.group) != 0)
            json["excludes"].push_back(other.name);
        if ((other.traits.group & option.traits.needs_group) != 0) json["needs_one_of"].push_back(other.name);
    }
    return json;
}

nlohmann::ordered_json entry_json(const Entry& entry) {
    const Declaration& d = *entry.declaration;
    nlohmann::ordered_json json{
        {"kind", entry.match ? "match" : "target"}, {"name", d.name}, {"help", d.help}};
    if (!d.alias.empty()) json["alias"] = d.alias;
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        if ((d.families & rules::bit(family)) != 0)
            json["families"].push_back(is_v4(family) ? "ipv4" : "ipv6");
    }
    for (const auto& table : rules::all_tables()) {
        if ((d.tables & table.table) != 0) json["tables"].push_back(table.name);
    }
    for (unsigned h = 0; h < hook_count; ++h) {
        if ((d.hooks >> h & 1) != 0) json["hooks"].push_back(name(static_cast<Hook>(h)));
    }
    for (const auto protocol : d.protocols) json["protocols"].push_back(protocol);
    json["acts"] = d.step != nullptr;
    if (d.step == nullptr) json["needs"] = rules::words(d.need);
    json["options"] = nlohmann::ordered_json::array();
    for (const auto& option : d.options) json["options"].push_back(option_json(d, option));
    return json;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|' || c == '<' || c == '*' || c == '_') out += '\\';
        out += c;
    }
    return out;
}

void print_markdown() {
    fmt::print(
        "# Extensions\n\n"
        "Every match and target, from what the program declares: `gatehouse extensions --markdown` writes "
        "this "
        "page, and a test\nholds it against the program. `[!]` stands before what can be inverted.\n");
    for (const auto& entry : all_entries()) {
        const Declaration& d = *entry.declaration;
        const auto first = static_cast<char>(std::toupper(static_cast<unsigned char>(d.help[0])));
        fmt::print("\n## `{}`\n\n{}{}.", heading(entry), first, escaped(d.help.substr(1)));
        for (const auto& [what, value] : iptables::extension_facts(d)) {
            if (value == "any" || value == "yes" || value == "IPv4, IPv6") continue;
            fmt::print(" {}{}: {}.", static_cast<char>(std::toupper(what[0])), what.substr(1),
                       escaped(value));
        }
        fmt::print("\n");
        if (!d.options.empty()) fmt::print("\n| option | meaning | limits |\n| --- | --- | --- |\n");
        for (const auto& option : d.options) {
            std::string limits;
            for (const auto& limit : iptables::option_limits(d, option))
                limits += (limits.empty() ? "" : "; ") + escaped(limit);
            fmt::print("| `{}` | {} | {} |\n", iptables::option_spelling(option), escaped(option.traits.help),
                       limits);
        }
    }
}

int print_help(const std::vector<std::string>& names, bool as_json) {
    const auto all = all_entries();
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
    std::string text;
    for (const auto& wanted : names) {
        const std::size_t before = json.size();
        for (const auto& entry : all) {
            if (entry.declaration->name != wanted && entry.declaration->alias != wanted) continue;
            json.push_back(entry_json(entry));
            text += fmt::format("{}{} {}", text.empty() ? "" : "\n", entry.match ? "match" : "target",
                                iptables::extension_help(*entry.declaration));
        }
        if (json.size() > before) continue;
        std::vector<std::string_view> known;
        for (const auto& entry : all) known.push_back(entry.declaration->name);
        const std::string hint = did_you_mean(wanted, known);
        fmt::print(stderr, "gatehouse: there is no extension `{}`{}{}\n", wanted, hint.empty() ? "" : "; ",
                   hint);
        return 2;
    }
    fmt::print("{}", as_json ? json.dump(2) + "\n" : text);
    return 0;
}

}  // namespace

int run_extensions(int argc, char** argv) {
    std::vector<std::string> names;
    bool as_json = false, as_markdown = false;
    CLI::App app("Lists the matches and targets that rules can use; with names, explains these.",
                 "gatehouse extensions");
    app.add_option("NAME", names, "a match or target, as in tcp or REJECT")->type_name("");
    auto* const json = app.add_flag("--json", as_json, "as JSON");
    app.add_flag("--markdown", as_markdown, "all of them as a reference page")->excludes(json);
    if (const auto end = read_arguments(app, argc, argv)) return *end;
    if (!names.empty()) return print_help(names, as_json);
    if (as_json) {
        nlohmann::ordered_json all = nlohmann::ordered_json::array();
        for (const auto& entry : all_entries()) all.push_back(entry_json(entry));
        fmt::print("{}\n", all.dump(2));
    } else if (as_markdown) {
        print_markdown();
    } else {
        print_list();
    }
    return 0;
}

}  // namespace gatehouse::frontend

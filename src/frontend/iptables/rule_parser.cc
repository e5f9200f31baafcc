#include "frontend/iptables/rule_parser.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "frontend/iptables/addresses.h"
#include "frontend/iptables/protocols.h"
#include "rules/registry.h"

namespace gatehouse::frontend::iptables {

namespace {

using rules::Extension;
using rules::TargetKind;

// The options that every rule can have.
struct Generic {
    char letter;
    std::string_view names[2];
    bool value;
    bool invertible;
};

constexpr Generic generics[] = {
    {'s', {"source", "src"}, true, true},     {'d', {"destination", "dst"}, true, true},
    {'p', {"protocol", "proto"}, true, true}, {'i', {"in-interface", ""}, true, true},
    {'o', {"out-interface", ""}, true, true}, {'f', {"fragments", "fragment"}, false, true},
    {'m', {"match", ""}, true, false},        {'j', {"jump", ""}, true, false},
    {'g', {"goto", ""}, true, false},         {'c', {"set-counters", ""}, true, false},
    {'4', {"ipv4", ""}, false, false},        {'6', {"ipv6", ""}, false, false},
};

constexpr std::size_t longest_interface = 15;

class RuleParser {
  public:
    RuleParser(std::span<const Word> words, Family family, const Source& source)
        : words_(words), family_(family), source_(source) {
        draft_.selectors.family = family;
    }

    Result<std::vector<rules::RuleDraft>> run();

  private:
    Result<void> one();
    Result<void> generic(const Generic& option, std::string_view attached);
    Result<void> extension_option(std::string_view name, bool has_attached, std::string_view attached);
    Result<void> read_interface(std::string_view text, rules::InterfaceSelector& into, char letter);
    Result<void> read_target(std::string_view name, bool go_to);
    Result<void> read_counters(std::string_view packets);
    // The extension that has the option, newest first; loads the protocol's own match when only that has it.
    std::pair<Extension*, const rules::OptionInfo*> find_option(std::string_view name);
    Error unknown_option(std::string_view name) const;

    const Word& here() const { return words_[std::min(at_, words_.size() - 1)]; }
    std::unexpected<Error> refuse(std::string what, std::string hint = {}) const {
        return refuse_at(option_at_, std::move(what), std::move(hint));
    }
    std::unexpected<Error> refuse_at(std::size_t word, std::string what, std::string hint = {}) const {
        const int column = words_.empty() ? 0 : words_[std::min(word, words_.size() - 1)].column;
        return std::unexpected(Error{.what = std::move(what),
                                     .hint = std::move(hint),
                                     .place = {std::string(source_.file), source_.line, column}});
    }
    std::unexpected<Error> refuse(const Error& error) const { return refuse(error.what, error.hint); }
    // The option's value: attached to it, or the next word.
    Result<std::string_view> value(std::string_view option, std::string_view attached);

    std::span<const Word> words_;
    Family family_;
    const Source& source_;
    std::size_t at_ = 0;         // the word being read
    std::size_t option_at_ = 0;  // the option that it belongs to, for errors
    bool inverted_ = false;
    std::uint32_t seen_ = 0;  // generic options, a bit for each
    bool other_family_ = false;
    rules::RuleDraft draft_;
    std::vector<rules::AddressSelector> sources_, destinations_;
};

Result<std::string_view> RuleParser::value(std::string_view option, std::string_view attached) {
    if (!attached.empty()) return attached;
    if (at_ >= words_.size()) return refuse(fmt::format("`{}` needs a value", option));
    return words_[at_++].text;
}

Result<void> RuleParser::read_interface(std::string_view text, rules::InterfaceSelector& into, char letter) {
    if (text.empty() || text.size() > longest_interface) {
        return refuse(fmt::format("`-{}`: expected an interface's name of 1 to {} characters, got `{}`",
                                  letter, longest_interface, text));
    }
    into.pattern.text = std::string(text);
    into.inverted = inverted_;
    return {};
}

Result<void> RuleParser::read_target(std::string_view name, bool go_to) {
    if (draft_.target.kind != TargetKind::none) return refuse("a rule has one target; this is its second");
    if (go_to) {
        draft_.target.kind = TargetKind::go_to;
        draft_.target.chain = std::string(name);
        return {};
    }
    constexpr std::pair<std::string_view, TargetKind> built_in[] = {{"ACCEPT", TargetKind::accept},
                                                                    {"DROP", TargetKind::drop},
                                                                    {"RETURN", TargetKind::leave},
                                                                    {"QUEUE", TargetKind::queue}};
    for (const auto& [word, kind] : built_in) {
        if (word != name) continue;
        draft_.target.kind = kind;
        return {};
    }
    if (const auto* declaration = rules::find_target(name, family_)) {
        draft_.target.kind = TargetKind::extension;
        draft_.target.extension.emplace(*declaration, family_);
        return {};
    }
    if (name.empty() || name.size() > 28)
        return refuse(fmt::format("expected a target or a chain's name, got `{}`", name));
    draft_.target.kind = TargetKind::jump;
    draft_.target.chain = std::string(name);
    return {};
}

Result<void> RuleParser::read_counters(std::string_view packets) {
    // "packets bytes" or "packets,bytes"
    const auto comma = packets.find(',');
    std::string_view bytes = packets.substr(comma == std::string_view::npos ? packets.size() : comma + 1);
    if (comma == std::string_view::npos) {
        if (at_ >= words_.size()) return refuse("`-c` needs two numbers: packets and bytes");
        bytes = words_[at_++].text;
    }
    const auto p = parse_number(packets.substr(0, comma)), b = parse_number(bytes);
    if (!p || !b)
        return refuse(
            fmt::format("`-c`: expected two numbers, got `{}` and `{}`", packets.substr(0, comma), bytes));
    draft_.counters = {*p, *b};
    return {};
}

Result<void> RuleParser::generic(const Generic& option, std::string_view attached) {
    const auto row = static_cast<std::uint32_t>(&option - generics);
    if (inverted_ && !option.invertible)
        return refuse(fmt::format("`-{}` can't be inverted with `!`", option.letter));
    if (option.letter != 'm' && (seen_ >> row & 1) != 0)
        return refuse(fmt::format("`-{}` is given a second time", option.letter));
    seen_ |= 1u << row;
    std::string_view text;
    if (option.value) {
        const auto given = value(std::string("-") + option.letter, attached);
        if (!given) return std::unexpected(given.error());
        text = *given;
    }
    switch (option.letter) {
        case 's':
        case 'd': {
            auto all = parse_addresses(text, family_);
            if (!all) return refuse(all.error());
            if (inverted_ && all->size() > 1) return refuse("`!` can't be used with several addresses");
            for (auto& one : *all) one.inverted = inverted_;
            (option.letter == 's' ? sources_ : destinations_) = std::move(*all);
            return {};
        }
        case 'p': {
            const auto protocol = parse_protocol(text);
            if (!protocol)
                return refuse(fmt::format("expected a protocol, got `{}`", text),
                              did_you_mean(text, protocol_names()));
            if (*protocol == 0 && inverted_) return refuse("`! -p all` would match no packet");
            draft_.selectors.protocol = *protocol;
            draft_.selectors.protocol_inverted = inverted_;
            return {};
        }
        case 'i': return read_interface(text, draft_.selectors.in, 'i');
        case 'o': return read_interface(text, draft_.selectors.out, 'o');
        case 'f':
            if (!is_v4(family_)) return refuse("`-f` is for IPv4; IPv6 has -m frag");
            draft_.selectors.fragment =
                inverted_ ? rules::FragmentSelector::not_later : rules::FragmentSelector::later;
            return {};
        case 'm': {
            const auto* declaration = rules::find_match(text, family_);
            if (declaration == nullptr) {
                std::vector<std::string_view> names;
                for (const auto* match : rules::all_matches()) names.push_back(match->name);
                return refuse_at(at_ - 1, fmt::format("there is no match `{}` here", text),
                                 did_you_mean(text, names));
            }
            draft_.matches.emplace_back(*declaration, family_);
            return {};
        }
        case 'j': return read_target(text, false);
        case 'g': return read_target(text, true);
        case 'c': return read_counters(text);
        case '4': other_family_ |= !is_v4(family_); return {};
        default: other_family_ |= is_v4(family_); return {};
    }
}

std::pair<Extension*, const rules::OptionInfo*> RuleParser::find_option(std::string_view name) {
    if (draft_.target.extension) {
        if (const auto* option = draft_.target.extension->find(name))
            return {&*draft_.target.extension, option};
    }
    for (auto match = draft_.matches.rbegin(); match != draft_.matches.rend(); ++match) {
        if (const auto* option = match->find(name)) return {&*match, option};
    }
    // `-p tcp --dport 80`: the match is understood.
    if (draft_.selectors.protocol == 0 || draft_.selectors.protocol_inverted) return {};
    const auto* own = rules::find_match(match_of_protocol(draft_.selectors.protocol), family_);
    if (own == nullptr) return {};
    Extension implied(*own, family_);
    const auto* option = implied.find(name);
    if (option == nullptr) return {};
    draft_.matches.push_back(std::move(implied));
    return {&draft_.matches.back(), option};
}

Error RuleParser::unknown_option(std::string_view name) const {
    std::vector<std::string> spelled;
    const auto add = [&](const rules::Declaration& d) {
        for (const auto& option : d.options) spelled.push_back("--" + std::string(option.name));
    };
    for (const auto& match : draft_.matches) add(match.declaration());
    if (draft_.target.extension) add(draft_.target.extension->declaration());
    if (const auto* own = rules::find_match(match_of_protocol(draft_.selectors.protocol), family_)) add(*own);
    for (const auto& option : generics) spelled.push_back("--" + std::string(option.names[0]));
    const std::vector<std::string_view> views(spelled.begin(), spelled.end());
    Error error{.what = fmt::format("there is no option `{}` here", name), .hint = did_you_mean(name, views)};
    if (!error.hint.empty() || !name.starts_with("--")) return error;
    // It may belong to something that isn't loaded.
    for (const auto* match : rules::all_matches()) {
        if ((match->families & rules::bit(family_)) == 0 ||
            Extension(*match, family_).find(name.substr(2)) == nullptr)
            continue;
        const bool by_protocol =
            !match->protocols.empty() && match_of_protocol(match->protocols[0]) == match->name;
        error.hint = by_protocol ? fmt::format("it goes with `-p {}`", match->name)
                                 : fmt::format("it goes with `-m {}`", match->name);
        break;
    }
    return error;
}

Result<void> RuleParser::extension_option(std::string_view name, bool has_attached,
                                          std::string_view attached) {
    const auto [extension, option] = find_option(name);
    if (option == nullptr) return refuse(unknown_option("--" + std::string(name)));
    std::string_view values[2];
    const auto count = static_cast<std::size_t>(option->words);
    if (has_attached && count != 1)
        return refuse(fmt::format("`--{}` takes {} values, not one behind `=`", option->name, count));
    if (has_attached) values[0] = attached;
    for (std::size_t i = has_attached ? 1 : 0; i < count; ++i) {
        if (at_ >= words_.size())
            return refuse(fmt::format("`--{}` needs {}", option->name, option->metavar));
        values[i] = words_[at_++].text;
    }
    if (auto set = extension->set(*option, rules::Words(values, count), inverted_); !set)
        return refuse_at(std::min(option_at_ + (count > 0 ? 1 : 0), words_.size() - 1), set.error().what,
                         set.error().hint);
    return {};
}

Result<void> RuleParser::one() {
    inverted_ = false;
    option_at_ = at_;
    std::string_view word = words_[at_++].text;
    while (word == "!") {
        if (inverted_) return refuse("two `!` in a row");
        inverted_ = true;
        if (at_ >= words_.size()) return refuse("a `!` with nothing behind it");
        option_at_ = at_;
        word = words_[at_++].text;
    }
    if (word.starts_with("--") && word.size() > 2) {
        std::string_view name = word.substr(2), attached;
        const auto equals = name.find('=');
        if (equals != std::string_view::npos) {
            attached = name.substr(equals + 1);
            name = name.substr(0, equals);
        }
        for (const auto& option : generics) {
            if (name == option.names[0] || (!option.names[1].empty() && name == option.names[1]))
                return generic(option, attached);
        }
        return extension_option(name, equals != std::string_view::npos, attached);
    }
    if (word.size() >= 2 && word[0] == '-') {
        for (const auto& option : generics) {
            if (word[1] != option.letter) continue;
            if (!option.value && word.size() > 2) break;
            return generic(option, word.substr(2));
        }
        return refuse(unknown_option(word));
    }
    return refuse(fmt::format("expected an option, got `{}`", word));
}

Result<std::vector<rules::RuleDraft>> RuleParser::run() {
    while (at_ < words_.size()) {
        if (auto done = one(); !done) return std::unexpected(done.error());
    }
    std::vector<rules::RuleDraft> all;
    if (other_family_) return all;
    draft_.place = {std::string(source_.file), source_.line, words_.empty() ? 0 : words_[0].column};
    draft_.text = std::string(source_.text);
    if (sources_.empty()) sources_.emplace_back();
    if (destinations_.empty()) destinations_.emplace_back();
    // Each further rule needs extensions of its own: parameters are shared by copies, and never changed once
    // checked.
    all.reserve(sources_.size() * destinations_.size());
    for (const auto& source : sources_) {
        for (const auto& destination : destinations_) {
            draft_.selectors.source = source;
            draft_.selectors.destination = destination;
            all.push_back(all.size() + 1 == sources_.size() * destinations_.size() ? std::move(draft_)
                                                                                   : draft_);
        }
    }
    return all;
}

}  // namespace

Result<std::vector<rules::RuleDraft>> parse_rule(std::span<const Word> words, Family family,
                                                 const Source& source) {
    return RuleParser(words, family, source).run();
}

}  // namespace gatehouse::frontend::iptables

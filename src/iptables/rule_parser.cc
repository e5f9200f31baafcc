#include "iptables/rule_parser.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "iptables/addresses.h"
#include "iptables/options.h"
#include "iptables/protocols.h"
#include "iptables/unknown.h"
#include "rules/draft.h"
#include "rules/registry.h"

namespace gatehouse::iptables {

using rules::Extension;
using rules::TargetKind;

namespace {

constexpr std::size_t max_chain_name = 28;      // XT_EXTENSION_MAXNAMELEN less its zero
constexpr std::size_t max_interface_name = 15;  // IFNAMSIZ less its zero

using Builtin = std::pair<std::string_view, TargetKind>;
constexpr Builtin builtin_targets[] = {{"ACCEPT", TargetKind::accept},
                                       {"DROP", TargetKind::drop},
                                       {"RETURN", TargetKind::leave},
                                       {"QUEUE", TargetKind::queue}};

class CommandParser {
  public:
    CommandParser(std::span<const Word> words, const Scope& scope) : words_(words), scope_(scope) {
        if (!scope.table.empty()) command_.table = scope.table;
        rule_.selectors.family = scope.family;
    }

    Result<Command> run();

  private:
    using Inline = std::optional<std::string_view>;  // the argument within the option's own word

    bool refuse(const Word& word, std::string what, std::string hint = {}) {
        error_ = {.what = std::move(what), .hint = std::move(hint), .place = {.column = word.column}};
        return false;
    }

    bool step();
    bool short_option(const Word& word);
    bool long_option(const Word& word);
    bool extension_option(Extension& extension, const rules::OptionInfo& option, const Word& word,
                          Inline given);
    bool core_option(const CoreOption& option, const Word& word, Inline given);
    bool act(char letter, const Word& word, const Word& argument);
    bool set_action(char letter, const Word& word);
    bool act_on_chain(char letter, const Word& word, const Word& argument);
    bool select(char letter, const Word& word, const Word& argument, bool inverted);
    bool select_protocol(const Word& argument, bool inverted);
    bool select_interface(const Word& argument, rules::InterfaceSelector& into, bool inverted);
    bool load_match(const Word& argument);
    bool jump(const Word& argument, bool go_to);
    bool set_counters(const Word& word, const Word& argument);
    bool ask_help(const Word& argument);
    bool load_protocol_match();
    bool unknown_option(const Word& word, std::string_view name);
    bool finish();
    bool finish_target();
    bool finish_extensions();
    void expand();

    // The next word if it may be an argument: not an option and not a `!`.
    const Word* optional_word() {
        if (at_ == words_.size()) return nullptr;
        const Word& word = words_[at_];
        if (!word.text.empty() && (word.text[0] == '-' || word.text[0] == '!')) return nullptr;
        ++at_;
        return &word;
    }
    bool take_number(const Word& word);
    // Every extension that has been loaded, in order; the target is in its place among the matches.
    Extension& loaded(std::size_t i) {
        return loaded_[i] == target_slot ? *rule_.target.extension : rule_.matches[loaded_[i]];
    }

    static constexpr std::size_t target_slot = ~std::size_t{0};

    std::span<const Word> words_;
    const Scope& scope_;
    std::size_t at_ = 0;
    std::string_view cluster_;  // letters of "-nvL" that are still to be read
    bool invert_ = false;
    Word invert_word_;
    std::uint16_t seen_ = 0;  // OptionBits
    Command command_;
    rules::RuleDraft rule_;
    std::vector<std::size_t> loaded_;
    std::vector<rules::AddressSelector> sources_, destinations_;
    Word source_word_, destination_word_, jump_word_, action_word_, table_word_;
    bool protocol_loaded_ = false;
    std::string_view jump_to_;
    bool go_to_ = false;
    bool done_ = false;
    Error error_;
};

Result<Command> CommandParser::run() {
    while (!done_ && (at_ < words_.size() || !cluster_.empty())) {
        if (!step()) return std::unexpected(std::move(error_));
    }
    if (!done_ && !finish()) return std::unexpected(std::move(error_));
    return std::move(command_);
}

bool CommandParser::step() {
    if (!cluster_.empty()) return short_option(words_[at_ - 1]);
    const Word& word = words_[at_++];
    if (word.text.starts_with("--") && word.text.size() > 2) return long_option(word);
    if (word.text.size() > 1 && word.text[0] == '-' && word.text != "--") {
        cluster_ = word.text.substr(1);
        return short_option(word);
    }
    if (word.text == "!") {
        if (invert_) return refuse(word, "a second `!` in a row");
        invert_ = true;
        invert_word_ = word;
        return true;
    }
    return refuse(word, fmt::format("Bad argument `{}`: expected an option", word.text));
}

bool CommandParser::short_option(const Word& word) {
    const char letter = cluster_[0];
    const CoreOption* option = find_core(letter);
    if (option == nullptr) return unknown_option(word, fmt::format("-{}", letter));
    cluster_.remove_prefix(1);
    Inline given;
    if (option->argument != Argument::none && !cluster_.empty()) {
        given = cluster_;
        cluster_ = {};
    }
    return core_option(*option, word, given);
}

bool CommandParser::long_option(const Word& word) {
    std::string_view name = word.text.substr(2);
    Inline given;
    if (const auto equals = name.find('='); equals != std::string_view::npos) {
        given = name.substr(equals + 1);
        name = name.substr(0, equals);
    }
    const auto named = [&](const rules::OptionInfo& o) { return o.name == name || o.traits.alias == name; };
    for (;;) {
        for (const auto& option : core_options()) {
            if (option.name == name) return core_option(option, word, given);
        }
        for (std::size_t i = loaded_.size(); i-- > 0;) {
            const auto options = loaded(i).declaration().options;
            const auto found = std::ranges::find_if(options, named);
            if (found != options.end()) return extension_option(loaded(i), *found, word, given);
        }
        const CoreOption* core = nullptr;
        const rules::OptionInfo* option = nullptr;
        std::size_t owner = 0;
        unsigned candidates = 0;
        for (const auto& each : core_options()) {
            if (!each.name.starts_with(name) || (core != nullptr && core->letter == each.letter)) continue;
            core = &each;
            ++candidates;
        }
        for (std::size_t i = 0; i < loaded_.size(); ++i) {
            for (const auto& each : loaded(i).declaration().options) {
                if (!each.name.starts_with(name) && !each.traits.alias.starts_with(name)) continue;
                option = &each;
                owner = i;
                ++candidates;
            }
        }
        if (candidates == 1 && core != nullptr) return core_option(*core, word, given);
        if (candidates == 1) return extension_option(loaded(owner), *option, word, given);
        if (!load_protocol_match()) return unknown_option(word, word.text.substr(0, name.size() + 2));
    }
}

bool CommandParser::extension_option(Extension& extension, const rules::OptionInfo& option, const Word& word,
                                     Inline given) {
    const bool inverted = std::exchange(invert_, false);
    const std::size_t wanted = static_cast<std::size_t>(option.words);
    std::array<std::string_view, 4> values{};
    const Word* fault = &word;
    std::size_t count = 0;
    if (given) {
        if (wanted == 0) return refuse(word, fmt::format("`--{}` takes no value", option.name));
        values[count++] = *given;
    }
    if (wanted > values.size() || wanted - count > words_.size() - at_) {
        return refuse(
            word, fmt::format("`--{}` needs {}: {}", option.name,
                              wanted == 1 ? "a value" : fmt::format("{} values", wanted), option.metavar));
    }
    if (count < wanted) fault = &words_[at_];
    while (count < wanted) values[count++] = words_[at_++].text;
    if (auto set = extension.set(option, rules::Words(values.data(), wanted), inverted); !set)
        return refuse(*fault, std::move(set.error().what), std::move(set.error().hint));
    return true;
}

bool CommandParser::core_option(const CoreOption& option, const Word& word, Inline given) {
    Word argument = word;
    if (given) {
        if (option.argument == Argument::none)
            return refuse(word, fmt::format("`--{}` takes no value", option.name));
        argument.text = *given;
    } else if (option.argument == Argument::required) {
        if (at_ == words_.size())
            return refuse(word, fmt::format("option `{}` needs a value: {}", word.text, option.metavar));
        argument = words_[at_++];
    } else if (option.argument == Argument::optional) {
        const Word* next = optional_word();
        if (next != nullptr) {
            argument = *next;
        } else {
            argument.text = {};
        }
    }
    const bool inverted = std::exchange(invert_, false);
    if (inverted && std::string_view("psdiof").find(option.letter) == std::string_view::npos)
        return refuse(invert_word_, fmt::format("`{}` can't be inverted with `!`", word.text));
    if (const OptionBit bit = bit_of(option.letter); bit != 0) {
        if ((seen_ & bit) != 0) return refuse(word, fmt::format("`{}` is given a second time", word.text));
        seen_ |= bit;
    }
    if (action_of(option.letter) != Action::none) return act(option.letter, word, argument);
    switch (option.letter) {
        case 'm': return load_match(argument);
        case 'j': return jump(argument, false);
        case 'g': return jump(argument, true);
        case 'c': return set_counters(word, argument);
        case 'h': return ask_help(argument);
        case 'n': command_.numeric = true; return true;
        case 'x': command_.exact = true; return true;
        case 'v': ++command_.verbose; return true;
        case '0': command_.line_numbers = true; return true;
        case 'V': done_ = command_.version = true; return true;
        case '4':
        case '6':
            if ((option.letter == '4') == is_v4(scope_.family)) return true;
            if (scope_.table.empty())
                return refuse(word, fmt::format("`-{}` is the other family's", option.letter),
                              is_v4(scope_.family) ? "use ip6tables" : "use iptables");
            done_ = command_.other_family = true;
            return true;
        case 't':
            if (!scope_.table.empty()) return refuse(word, "`-t` can't be used in iptables-restore text");
            command_.table = argument.text;
            table_word_ = argument;
            return true;
        case 'w': {
            const auto seconds = argument.text.empty() ? std::optional<std::uint64_t>(0)
                                                       : parse_number(argument.text, 0x7fffffff);
            if (!seconds)
                return refuse(argument, fmt::format("expected a number of seconds, got `{}`", argument.text));
            command_.wait = static_cast<unsigned>(*seconds);
            return true;
        }
        default: return select(option.letter, word, argument, inverted);
    }
}

bool CommandParser::set_action(char letter, const Word& word) {
    const Action action = action_of(letter);
    const Action have = command_.action;
    const auto lists = [](Action a) { return a == Action::list || a == Action::list_rules; };
    if ((lists(have) && action == Action::zero) || (have == Action::zero && lists(action))) {
        command_.also_zero = true;
        if (action == Action::zero) return true;
    } else if (have != Action::none) {
        return refuse(word, fmt::format("Cannot use -{} with -{}", letter, letter_of(have)));
    }
    command_.action = action;
    action_word_ = word;
    return true;
}

bool CommandParser::take_number(const Word& word) {
    const auto number = parse_number(word.text, 0x7fffffff);
    if (!number || *number == 0)
        return refuse(word, fmt::format("Invalid rule number `{}`", word.text), "rules are numbered from 1");
    command_.number = static_cast<std::uint32_t>(*number);
    return true;
}

bool CommandParser::act(char letter, const Word& word, const Word& argument) {
    if (!set_action(letter, word)) return false;
    if (letter == 'P' || letter == 'E') {
        const Word* next = optional_word();
        if (next == nullptr)
            return refuse(
                word, letter == 'P' ? "-P needs a chain and a policy" : "-E needs the old and the new name");
        (letter == 'P' ? command_.policy : command_.new_name) = next->text;
        if (letter == 'E') {
            if (auto fault = fault_of_chain_name(next->text); !fault.empty()) return refuse(*next, fault);
        }
        command_.chain = argument.text;
        return true;
    }
    if (letter == 'N') {
        if (auto fault = fault_of_chain_name(argument.text); !fault.empty()) return refuse(argument, fault);
        if (is_builtin_target(argument.text) || rules::find_target(argument.text, scope_.family) != nullptr)
            return refuse(argument,
                          fmt::format("there is a target `{}`: a chain can't have its name", argument.text));
    }
    return act_on_chain(letter, word, argument);
}

bool CommandParser::act_on_chain(char letter, const Word& word, const Word& argument) {
    if (!argument.text.empty()) command_.chain = argument.text;
    if (letter == 'R') {
        const Word* next = optional_word();
        if (next == nullptr) return refuse(word, "-R requires a rule number");
        return take_number(*next);
    }
    if (std::string_view("IDLSZ").find(letter) == std::string_view::npos || argument.text.empty())
        return true;
    const Word* next = optional_word();
    if (next == nullptr) {
        if (letter == 'I') command_.number = 1;
        return true;
    }
    if (letter == 'D') command_.action = Action::remove_number;
    if (letter == 'Z' && !command_.also_zero) command_.action = Action::zero_number;
    return take_number(*next);
}

bool CommandParser::select(char letter, const Word& word, const Word& argument, bool inverted) {
    if (letter == 'p') return select_protocol(argument, inverted);
    if (letter == 'i') return select_interface(argument, rule_.selectors.in, inverted);
    if (letter == 'o') return select_interface(argument, rule_.selectors.out, inverted);
    if (letter == 'f') {
        if (!is_v4(scope_.family)) return refuse(word, "`-f` is not supported in IPv6", "use `-m frag`");
        rule_.selectors.fragment =
            inverted ? rules::FragmentSelector::not_later : rules::FragmentSelector::later;
        return true;
    }
    auto addresses = parse_addresses(argument.text, scope_.family);
    if (!addresses)
        return refuse(argument, std::move(addresses.error().what), std::move(addresses.error().hint));
    if (inverted && addresses->size() > 1)
        return refuse(invert_word_, "`!` is not allowed with a list of addresses");
    for (auto& address : *addresses) address.inverted = inverted;
    (letter == 's' ? sources_ : destinations_) = std::move(*addresses);
    return true;
}

bool CommandParser::select_protocol(const Word& argument, bool inverted) {
    const auto number = parse_protocol(argument.text);
    if (!number) {
        return refuse(
            argument,
            fmt::format("unknown protocol `{}`: expected a name or a number up to 255", argument.text),
            did_you_mean(argument.text, protocol_names()));
    }
    if (*number == 0 && inverted) return refuse(argument, "rule would never match protocol");
    rule_.selectors.protocol = *number;
    rule_.selectors.protocol_inverted = inverted;
    return true;
}

bool CommandParser::select_interface(const Word& argument, rules::InterfaceSelector& into, bool inverted) {
    const std::string_view name = argument.text;
    if (name.empty()) return refuse(argument, "expected an interface's name, got nothing");
    if (name.size() > max_interface_name) {
        return refuse(argument, fmt::format("interface name `{}` must be at most {} characters long", name,
                                            max_interface_name));
    }
    if (name.find_first_of("/ \t\n\"\\") != std::string_view::npos)
        return refuse(argument,
                      fmt::format("interface name `{}` has a character that Linux doesn't allow", name));
    into.pattern.text = name;
    into.inverted = inverted;
    return true;
}

bool CommandParser::load_match(const Word& argument) {
    std::string_view name = argument.text;
    if (name == "icmpv6" || name == "ipv6-icmp") name = "icmp6";
    const auto* declaration = rules::find_match(name, scope_.family);
    if (declaration == nullptr)
        return refuse(argument, fmt::format("there is no match `{}` here yet", argument.text),
                      near_match(argument.text, scope_.family));
    loaded_.push_back(rule_.matches.size());
    rule_.matches.emplace_back(*declaration, scope_.family);
    protocol_loaded_ |= name == match_of_protocol(rule_.selectors.protocol);
    return true;
}

bool CommandParser::jump(const Word& argument, bool go_to) {
    jump_to_ = argument.text;
    jump_word_ = argument;
    go_to_ = go_to;
    if (jump_to_.empty()) return refuse(argument, "expected a target or a chain, got nothing");
    if (go_to) return true;
    if (const auto* declaration = rules::find_target(jump_to_, scope_.family); declaration != nullptr) {
        rule_.target.extension.emplace(*declaration, scope_.family);
        loaded_.push_back(target_slot);
    }
    return true;
}

bool CommandParser::set_counters(const Word& word, const Word& argument) {
    std::string_view packets = argument.text, bytes;
    if (const auto comma = packets.find(','); comma != std::string_view::npos) {
        bytes = packets.substr(comma + 1);
        packets = packets.substr(0, comma);
    } else if (const Word* next = optional_word(); next != nullptr) {
        bytes = next->text;
    } else {
        return refuse(word, fmt::format("{} requires packet and byte counter", word.text));
    }
    const auto p = parse_number(packets), b = parse_number(bytes);
    if (!p || !b)
        return refuse(argument, fmt::format("-c {} counter not numeric: `{}`", p ? "byte" : "packet",
                                            p ? bytes : packets));
    command_.counters = rules::Counters{*p, *b};
    rule_.counters = *command_.counters;
    return true;
}

bool CommandParser::ask_help(const Word& argument) {
    done_ = command_.help = true;
    if (!argument.text.empty() && loaded_.empty()) {
        const auto* match = rules::find_match(argument.text, scope_.family);
        if (match == nullptr) match = rules::find_target(argument.text, scope_.family);
        if (match == nullptr)
            return refuse(argument, fmt::format("there is no extension `{}` here yet", argument.text),
                          near_match(argument.text, scope_.family));
        command_.help_on.push_back(match);
        return true;
    }
    if (loaded_.empty()) load_protocol_match();
    for (std::size_t i = 0; i < loaded_.size(); ++i) command_.help_on.push_back(&loaded(i).declaration());
    return true;
}

bool CommandParser::load_protocol_match() {
    if (protocol_loaded_ || rule_.selectors.protocol == 0) return false;
    const auto* declaration = rules::find_match(match_of_protocol(rule_.selectors.protocol), scope_.family);
    if (declaration == nullptr) return false;
    protocol_loaded_ = true;
    loaded_.push_back(rule_.matches.size());
    rule_.matches.emplace_back(*declaration, scope_.family);
    return true;
}

bool CommandParser::unknown_option(const Word& word, std::string_view name) {
    std::vector<const rules::Declaration*> loaded_now;
    for (std::size_t i = 0; i < loaded_.size(); ++i) loaded_now.push_back(&loaded(i).declaration());
    return refuse(word, fmt::format("unknown option `{}`", name),
                  hint_for_option(name, loaded_now, scope_.family));
}

bool CommandParser::finish() {
    const Word end = words_.empty() ? Word{} : words_.back();
    if (invert_) return refuse(invert_word_, "nothing follows this `!`");
    const Action action = command_.action;
    if (action == Action::none) return refuse(words_.empty() ? end : words_.front(), "no command specified");
    for (const auto& option : core_options()) {
        if ((seen_ & refused_by(action) & bit_of(option.letter)) == 0) continue;
        // -g and -j have one bit.
        if (option.letter == 'j' && go_to_) continue;
        return refuse(action_word_,
                      option.letter == '0'
                          ? fmt::format("Illegal option `--line-numbers` with this command")
                          : fmt::format("Illegal option `-{}` with this command", option.letter));
    }
    const bool with_rule = action == Action::append || action == Action::insert || action == Action::remove ||
                           action == Action::check || action == Action::replace;
    if (!with_rule) {
        if (!loaded_.empty())
            return refuse(action_word_, fmt::format("-{} takes no rule", letter_of(action)));
        return true;
    }
    const auto from = command_.chain;
    if (!rule_.selectors.out.pattern.text.empty() && (from == "PREROUTING" || from == "INPUT"))
        return refuse(action_word_, fmt::format("Can't use -o with {}", from));
    if (!rule_.selectors.in.pattern.text.empty() && (from == "POSTROUTING" || from == "OUTPUT"))
        return refuse(action_word_, fmt::format("Can't use -i with {}", from));
    if (action == Action::replace && (sources_.size() > 1 || destinations_.size() > 1))
        return refuse(action_word_, "Replacement rule does not specify a unique address");
    if (!finish_target() || !finish_extensions()) return false;
    expand();
    return true;
}

bool CommandParser::finish_target() {
    auto& target = rule_.target;
    if (jump_to_.empty()) return true;
    if (go_to_) {
        if (!scope_.has_chain(command_, jump_to_))
            return refuse(jump_word_, fmt::format("goto `{}` is not a chain", jump_to_));
        target = {.kind = TargetKind::go_to, .chain = std::string(jump_to_), .extension = {}};
        return true;
    }
    const auto* found = std::ranges::find(builtin_targets, jump_to_, &Builtin::first);
    if (found != std::end(builtin_targets)) {
        target.kind = found->second;
    } else if (scope_.has_chain(command_, jump_to_)) {
        if (target.extension) std::erase(loaded_, target_slot);
        target = {.kind = TargetKind::jump, .chain = std::string(jump_to_), .extension = {}};
    } else if (target.extension) {
        target.kind = TargetKind::extension;
    } else {
        return refuse(jump_word_,
                      fmt::format("there is no chain `{}`, and no target of that name here yet", jump_to_),
                      near_target(jump_to_, scope_.family));
    }
    return true;
}

bool CommandParser::finish_extensions() {
    const rules::TableInfo* info = rules::find_table(command_.table);
    const rules::Facts facts{.family = scope_.family,
                             .table = info != nullptr ? info->name : std::string_view(command_.table),
                             .selectors = &rule_.selectors,
                             .matches = &rule_.matches};
    for (std::size_t i = 0; i < loaded_.size(); ++i) {
        auto finished = loaded(i).finish(facts);
        if (!finished)
            return refuse(action_word_, std::move(finished.error().what), std::move(finished.error().hint));
    }
    return true;
}

void CommandParser::expand() {
    if (sources_.size() <= 1 && destinations_.size() <= 1) {
        if (!sources_.empty()) rule_.selectors.source = sources_[0];
        if (!destinations_.empty()) rule_.selectors.destination = destinations_[0];
        command_.rules.push_back(std::move(rule_));
        return;
    }
    if (sources_.empty()) sources_.emplace_back();
    if (destinations_.empty()) destinations_.emplace_back();
    for (const auto& source : sources_) {
        for (const auto& destination : destinations_) {
            auto& rule = command_.rules.emplace_back(rule_);
            rule.selectors.source = source;
            rule.selectors.destination = destination;
        }
    }
}

}  // namespace

bool is_builtin_target(std::string_view name) {
    return std::ranges::find(builtin_targets, name, &Builtin::first) != std::end(builtin_targets);
}

std::string fault_of_chain_name(std::string_view name) {
    if (name.empty()) return "expected a chain's name, got nothing";
    if (name[0] == '-' || name[0] == '!')
        return fmt::format("chain name not allowed to start with `{}`", name[0]);
    if (name.size() > max_chain_name)
        return fmt::format("chain name `{}` too long (must be under {} chars)", name, max_chain_name + 1);
    if (name.find_first_of(" \t\n\v\f\r\"") != std::string_view::npos)
        return fmt::format("Invalid chain name `{}`", name);
    return {};
}

Result<Command> parse_command(std::span<const Word> words, const Scope& scope) {
    return CommandParser(words, scope).run();
}

}  // namespace gatehouse::iptables

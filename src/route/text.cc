#include "route/text.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

#include "base/text.h"

namespace gatehouse::route {

namespace {

// The words of a line, taken one after the other.
class Words {
  public:
    explicit Words(std::string_view text) : text_(text) { skip(); }

    bool done() const { return at_ >= text_.size(); }
    std::string_view peek() const {
        const auto end = text_.find_first_of(" \t", at_);
        return text_.substr(at_, end == std::string_view::npos ? end : end - at_);
    }
    std::string_view take() {
        const auto word = peek();
        last_ = at_;
        at_ += word.size();
        skip();
        return word;
    }
    bool take_if(std::string_view word) {
        if (done() || peek() != word) return false;
        take();
        return true;
    }
    // An error at the word taken last.
    std::unexpected<Error> fail(std::string what, std::string hint = {}) const {
        return std::unexpected(
            Error{.what = std::move(what),
                  .hint = std::move(hint),
                  .place = {.file = {}, .line = 0, .column = static_cast<int>(last_) + 1}});
    }
    // The word after an option, which must be there.
    Result<std::string_view> operand(std::string_view of) {
        if (done()) return fail(fmt::format("`{}` needs a value", of));
        return take();
    }
    Result<std::uint32_t> number(std::string_view of, std::uint32_t max = 0xffffffff) {
        const auto word = operand(of);
        if (!word) return std::unexpected(word.error());
        const auto value = parse_number(*word, max);
        if (!value) return fail(fmt::format("`{}` takes a number up to {}, not `{}`", of, max, *word));
        return static_cast<std::uint32_t>(*value);
    }

  private:
    void skip() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    }

    std::string_view text_;
    std::size_t at_ = 0, last_ = 0;
};

constexpr std::pair<std::string_view, TableId> table_names[] = {
    {"local", TableId::local}, {"main", TableId::main}, {"default", TableId::default_}};

Result<TableId> table_of(Words& words, std::string_view option) {
    const auto word = words.operand(option);
    if (!word) return std::unexpected(word.error());
    for (const auto& [name, id] : table_names) {
        if (*word == name) return id;
    }
    const auto number = parse_number(*word, 0xffffffff);
    if (!number || *number == 0) {
        return words.fail(fmt::format("`{}` isn't a table", *word),
                          "give its number, or local, main or default");
    }
    return static_cast<TableId>(*number);
}

std::string shown(TableId id) {
    for (const auto& [name, known] : table_names) {
        if (id == known) return std::string(name);
    }
    return std::to_string(static_cast<std::uint32_t>(id));
}

Result<InterfaceId> interface_of(Words& words, std::string_view option, const Interfaces& interfaces) {
    const auto word = words.operand(option);
    if (!word) return std::unexpected(word.error());
    if (const auto id = interfaces.find(*word)) return *id;
    std::vector<std::string_view> names;
    for (const auto& interface : interfaces) names.push_back(interface.name);
    return words.fail(fmt::format("there is no device `{}`", *word), did_you_mean(*word, names));
}

Result<Prefix> prefix_of(Words& words, std::string_view word, std::optional<Family> family) {
    if (word == "default" || word == "all" || word == "any")
        return Prefix{family.value_or(Family::ipv4), {}, 0};
    const auto prefix = parse_prefix(word);
    if (!prefix) return words.fail(fmt::format("`{}` isn't an address or a prefix", word));
    const auto bits = address_bits(prefix->family);
    const auto host = parse_address(word.substr(0, word.find('/')), prefix->family);
    if (prefix->length != bits && *host != prefix->address) {
        return words.fail(fmt::format("`{}` has host bits set", word),
                          fmt::format("the network is {}", to_string(*prefix)));
    }
    if (family && *family != prefix->family) {
        return words.fail(fmt::format("`{}` is an {} prefix where {} is meant", word,
                                      is_v4(prefix->family) ? "IPv4" : "IPv6",
                                      is_v4(*family) ? "IPv4" : "IPv6"));
    }
    return *prefix;
}

// The option that `word` is or abbreviates, and its place among `options`; none when it isn't one.
std::optional<std::size_t> option_of(std::string_view word, std::span<const std::string_view> options) {
    const auto at = std::find(options.begin(), options.end(), word);
    if (at != options.end()) return static_cast<std::size_t>(at - options.begin());
    return {};
}

// What stands before the line proper: "ip -6 route add".
std::optional<Family> skip_command(Words& words, std::string_view object) {
    std::optional<Family> family;
    for (;;) {
        if (words.take_if("-6")) {
            family = Family::ipv6;
        } else if (words.take_if("-4")) {
            family = Family::ipv4;
        } else if (!words.take_if("ip") && !words.take_if(object) && !words.take_if("add")) {
            return family;
        }
    }
}

struct RouteText {
    Words words;
    const Interfaces& interfaces;
    std::optional<Family> family;
    Route route{};
    std::optional<std::uint32_t> scope{};

    Result<void> destination();
    Result<void> option();
    Result<void> via();
    Result<void> source();
    Result<void> scope_word();
};

Result<void> RouteText::destination() {
    constexpr std::pair<std::string_view, RouteType> types[] = {{"unicast", RouteType::unicast},
                                                                {"local", RouteType::local},
                                                                {"broadcast", RouteType::broadcast},
                                                                {"anycast", RouteType::anycast},
                                                                {"multicast", RouteType::multicast},
                                                                {"blackhole", RouteType::blackhole},
                                                                {"unreachable", RouteType::unreachable},
                                                                {"prohibit", RouteType::prohibit},
                                                                {"throw", RouteType::throw_}};
    for (const auto& [name, type] : types) {
        if (words.take_if(name)) {
            route.nexthop.type = type;
            break;
        }
    }
    words.take_if("to");
    if (words.done()) return words.fail("the route has no destination", "begin with a prefix or `default`");
    const auto word = words.take();
    const auto prefix = prefix_of(words, word, family);
    if (!prefix) return std::unexpected(prefix.error());
    route.prefix = *prefix;
    if (word.find_first_of(".:") != std::string_view::npos) family = prefix->family;
    return {};
}

Result<void> RouteText::via() {
    auto word = words.operand("via");
    if (!word) return std::unexpected(word.error());
    std::optional<Family> wanted;
    if (*word == "inet" || *word == "inet6") {
        wanted = *word == "inet" ? Family::ipv4 : Family::ipv6;
        word = words.operand("via");
        if (!word) return std::unexpected(word.error());
    }
    const Family of = word->find(':') == std::string_view::npos ? Family::ipv4 : Family::ipv6;
    const auto gateway = parse_address(*word, of);
    if (!gateway || (wanted && *wanted != of))
        return words.fail(fmt::format("`{}` isn't a gateway's address", *word));
    if (!family) family = of;
    if (*family != of && !wanted) {
        return words.fail(fmt::format("the gateway `{}` isn't of the route's family", *word),
                          is_v4(*family) ? "write `via inet6 ADDRESS`" : "");
    }
    route.nexthop.has_gateway = true;
    route.nexthop.gateway = *gateway;
    route.nexthop.gateway_family = of;
    return {};
}

Result<void> RouteText::source() {
    const auto word = words.operand("src");
    if (!word) return std::unexpected(word.error());
    const Family of = word->find(':') == std::string_view::npos ? Family::ipv4 : Family::ipv6;
    const auto address = parse_address(*word, of);
    if (!address || (family && *family != of)) {
        return words.fail(fmt::format("`{}` isn't a source address of the route's family", *word));
    }
    family = of;
    route.nexthop.has_source = true;
    route.nexthop.source = *address;
    return {};
}

Result<void> RouteText::scope_word() {
    constexpr std::pair<std::string_view, Scope> scopes[] = {
        {"global", Scope::universe}, {"universe", Scope::universe}, {"site", Scope::site},
        {"link", Scope::link},       {"host", Scope::host},         {"nowhere", Scope::nowhere}};
    const auto word = words.operand("scope");
    if (!word) return std::unexpected(word.error());
    for (const auto& [name, value] : scopes) {
        if (*word == name) scope = static_cast<std::uint32_t>(value);
    }
    if (!scope) {
        const auto number = parse_number(*word, 255);
        if (!number)
            return words.fail(fmt::format("`{}` isn't a scope", *word),
                              "global, site, link, host or a number");
        scope = static_cast<std::uint32_t>(*number);
    }
    route.nexthop.scope = static_cast<Scope>(*scope);
    return {};
}

Result<void> RouteText::option() {
    constexpr std::string_view options[] = {"via",        "dev",      "metric",  "table",   "src",
                                            "mtu",        "scope",    "tos",     "onlink",  "proto",
                                            "preference", "priority", "dsfield", "protocol"};
    constexpr std::string_view refused[] = {"nexthop",  "nhid",     "encap",    "from",     "weight",
                                            "realms",   "as",       "pref",     "advmss",   "window",
                                            "rtt",      "congctl",  "expires",  "features", "quickack",
                                            "initcwnd", "initrwnd", "hoplimit", "rto_min"};
    const auto word = words.take();
    if (option_of(word, refused)) {
        return words.fail(fmt::format("`{}` isn't supported in routes", word));
    }
    const auto set = [](auto& target, auto result) -> Result<void> {
        if (!result) return std::unexpected(result.error());
        target = static_cast<std::remove_reference_t<decltype(target)>>(*result);
        return {};
    };
    Nexthop& n = route.nexthop;
    if (word == "via") return via();
    if (word == "dev") return set(n.interface, interface_of(words, word, interfaces));
    if (word == "metric" || word == "preference" || word == "priority")
        return set(n.metric, words.number(word));
    if (word == "table") return set(n.table, table_of(words, word));
    if (word == "src") return source();
    if (word == "scope") return scope_word();
    if (word == "mtu") {
        words.take_if("lock");
        return set(n.mtu, words.number(word, 0xffff));
    }
    if (word == "tos" || word == "dsfield") {
        if (auto ok = set(n.tos, words.number(word, 255)); !ok) return ok;
        if ((n.tos & 3) != 0)
            return words.fail("the two lowest bits of a TOS are ECN's and can't be matched");
        return {};
    }
    if (word == "proto" || word == "protocol") {  // says who made the route; means nothing to routing
        const auto who = words.operand(word);
        return who ? Result<void>() : std::unexpected(who.error());
    }
    if (word == "onlink") {
        route.onlink = true;
        return {};
    }
    return words.fail(fmt::format("unknown word `{}` in a route", word), did_you_mean(word, options));
}

struct RuleText {
    Words words;
    const Interfaces& interfaces;
    std::optional<Family> family;
    Rule rule{};
    bool acts = false;

    Result<void> word();
    Result<void> prefix(std::string_view word, std::optional<Prefix>& into);
    Result<void> mark();
    Result<void> action(std::string_view word);
};

Result<void> RuleText::prefix(std::string_view word, std::optional<Prefix>& into) {
    const auto text = words.operand(word);
    if (!text) return std::unexpected(text.error());
    const auto prefix = prefix_of(words, *text, family);
    if (!prefix) return std::unexpected(prefix.error());
    if (text->find_first_of(".:") != std::string_view::npos) family = prefix->family;
    if (prefix->length != 0) into = *prefix;
    return {};
}

Result<void> RuleText::mark() {
    const auto text = words.operand("fwmark");
    if (!text) return std::unexpected(text.error());
    const auto slash = text->find('/');
    const auto value = parse_number(text->substr(0, slash), 0xffffffff);
    const auto mask = slash == std::string_view::npos ? std::optional<std::uint64_t>(0xffffffff)
                                                      : parse_number(text->substr(slash + 1), 0xffffffff);
    if (!value || !mask) return words.fail(fmt::format("`{}` isn't MARK or MARK/MASK", *text));
    rule.mark = static_cast<std::uint32_t>(*value);
    // A mark of zero without a mask asks for nothing, as ip has it.
    rule.mark_mask = *value == 0 && slash == std::string_view::npos ? 0 : static_cast<std::uint32_t>(*mask);
    return {};
}

Result<void> RuleText::action(std::string_view word) {
    if (acts) return words.fail(fmt::format("`{}`: the rule has its action already", word));
    acts = true;
    if (word == "unreachable") rule.action = RuleAction::unreachable;
    if (word == "prohibit") rule.action = RuleAction::prohibit;
    if (word == "blackhole") rule.action = RuleAction::blackhole;
    if (word == "lookup" || word == "table") {
        const auto table = table_of(words, word);
        if (!table) return std::unexpected(table.error());
        rule.table = *table;
    }
    return {};
}

Result<void> RuleText::word() {
    constexpr std::string_view known[] = {"from",        "to",       "fwmark",    "iif",      "oif",
                                          "tos",         "ipproto",  "not",       "lookup",   "table",
                                          "unreachable", "prohibit", "blackhole", "priority", "preference",
                                          "pref",        "dsfield",  "dev",       "order"};
    constexpr std::string_view refused[] = {"goto",
                                            "nop",
                                            "nat",
                                            "realms",
                                            "uidrange",
                                            "sport",
                                            "dport",
                                            "l3mdev",
                                            "suppress_prefixlength",
                                            "suppress_ifgroup",
                                            "tun_id",
                                            "dscp",
                                            "map-to"};
    const auto word = words.take();
    if (option_of(word, refused)) return words.fail(fmt::format("`{}` isn't supported in rules", word));
    const auto set = [](auto& target, auto result) -> Result<void> {
        if (!result) return std::unexpected(result.error());
        target = static_cast<std::remove_reference_t<decltype(target)>>(*result);
        return {};
    };
    if (word == "not") {
        rule.invert = true;
        return {};
    }
    if (word == "from") return prefix(word, rule.from);
    if (word == "to") return prefix(word, rule.to);
    if (word == "fwmark") return mark();
    if (word == "iif" || word == "dev") return set(rule.iif, interface_of(words, word, interfaces));
    if (word == "oif") return set(rule.oif, interface_of(words, word, interfaces));
    if (word == "tos" || word == "dsfield") {
        if (auto ok = set(rule.tos, words.number(word, 255)); !ok) return ok;
        if ((rule.tos & 3) != 0)
            return words.fail("the two lowest bits of a TOS are ECN's and can't be matched");
        return {};
    }
    if (word == "priority" || word == "preference" || word == "pref" || word == "order") {
        std::uint32_t value = 0;
        if (auto ok = set(value, words.number(word)); !ok) return ok;
        rule.priority = value;
        return {};
    }
    if (word == "ipproto") {
        constexpr std::pair<std::string_view, std::uint8_t> names[] = {
            {"icmp", 1},       {"tcp", 6},     {"udp", 17},   {"gre", 47},  {"esp", 50},     {"ah", 51},
            {"ipv6-icmp", 58}, {"icmpv6", 58}, {"sctp", 132}, {"dccp", 33}, {"udplite", 136}};
        for (const auto& [name, number] : names) {
            if (!words.done() && words.peek() == name) {
                words.take();
                rule.protocol = number;
                return {};
            }
        }
        return set(rule.protocol, words.number(word, 255));
    }
    constexpr std::string_view actions[] = {"lookup", "table", "unreachable", "prohibit", "blackhole"};
    if (option_of(word, actions)) return action(word);
    return words.fail(fmt::format("unknown word `{}` in a rule", word), did_you_mean(word, known));
}

}  // namespace

Result<Route> parse_route(std::string_view text, const Interfaces& interfaces) {
    RouteText line{.words = Words(text), .interfaces = interfaces, .family = {}};
    line.route.nexthop.table = TableId::none;
    line.family = skip_command(line.words, "route");
    if (auto ok = line.destination(); !ok) return std::unexpected(ok.error());
    while (!line.words.done()) {
        if (auto ok = line.option(); !ok) return std::unexpected(ok.error());
    }
    Route& route = line.route;
    if (route.prefix.length == 0) route.prefix.family = line.family.value_or(Family::ipv4);
    if (!is_v4(route.prefix.family) && route.nexthop.tos != 0)
        return line.words.fail("IPv6 routes have no TOS");
    if (line.scope == 0 && is_v4(route.prefix.family) && !route.nexthop.has_gateway &&
        route.nexthop.type == RouteType::unicast) {
        return line.words.fail("a route without a gateway can't have scope global", "leave the scope out");
    }
    return route;
}

Result<Rule> parse_rule(std::string_view text, const Interfaces& interfaces) {
    RuleText line{.words = Words(text), .interfaces = interfaces, .family = {}};
    line.family = skip_command(line.words, "rule");
    if (line.words.done()) return line.words.fail("the rule is empty");
    while (!line.words.done()) {
        if (auto ok = line.word(); !ok) return std::unexpected(ok.error());
    }
    if (!line.acts) return line.words.fail("the rule has no action", "end it with `lookup TABLE`");
    line.rule.family = line.family.value_or(Family::ipv4);
    return line.rule;
}

std::string to_string(const Route& route, const Interfaces& interfaces) {
    const Nexthop& n = route.nexthop;
    const Family family = route.prefix.family;
    std::string out = n.type == RouteType::unicast ? "" : std::string(name(n.type)) + " ";
    const bool host = route.prefix.length == address_bits(family);
    out += route.prefix.length == 0 ? "default"
           : host                   ? to_string(route.prefix.address, family)
                                    : to_string(route.prefix);
    if (n.tos != 0) out += fmt::format(" tos {:#04x}", n.tos);
    if (n.has_gateway) {
        out += fmt::format(" via {}{}", family == n.gateway_family ? "" : "inet6 ",
                           to_string(n.gateway, n.gateway_family));
    }
    if (n.interface != InterfaceId::none) out += fmt::format(" dev {}", interfaces.name(n.interface));
    if (n.table != TableId::main && n.table != TableId::none) out += fmt::format(" table {}", shown(n.table));
    if (is_v4(family) && n.scope == Scope::link) out += " scope link";
    if (is_v4(family) && n.scope == Scope::host) out += " scope host";
    if (n.has_source) out += fmt::format(" src {}", to_string(n.source, family));
    if (n.metric != 0) out += fmt::format(" metric {}", n.metric);
    if (n.mtu != 0) out += fmt::format(" mtu {}", n.mtu);
    if (route.onlink) out += " onlink";
    return out;
}

std::string to_string(const Rule& rule, const Interfaces& interfaces) {
    std::string out = fmt::format("{}:\t", rule.priority.value_or(0));
    if (rule.invert) out += "not ";
    const auto prefix = [](const Prefix& p) {
        return p.length == address_bits(p.family) ? to_string(p.address, p.family) : to_string(p);
    };
    out += "from " + (rule.from ? prefix(*rule.from) : "all");
    if (rule.to) out += " to " + prefix(*rule.to);
    if (rule.tos != 0) out += fmt::format(" tos {:#04x}", rule.tos);
    if (rule.mark_mask == 0xffffffff) {
        out += fmt::format(" fwmark {:#x}", rule.mark);
    } else if (rule.mark_mask != 0) {
        out += fmt::format(" fwmark {:#x}/{:#x}", rule.mark, rule.mark_mask);
    }
    if (rule.iif != InterfaceId::none) out += fmt::format(" iif {}", interfaces.name(rule.iif));
    if (rule.oif != InterfaceId::none) out += fmt::format(" oif {}", interfaces.name(rule.oif));
    if (rule.protocol != 0) out += fmt::format(" ipproto {}", rule.protocol);
    constexpr std::string_view actions[] = {"", " unreachable", " prohibit", " blackhole"};
    if (rule.action == RuleAction::lookup) return out + " lookup " + shown(rule.table);
    return out + std::string(actions[static_cast<unsigned>(rule.action)]);
}

}  // namespace gatehouse::route

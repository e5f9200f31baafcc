#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>

#include "base/text.h"
#include "frontend/scenario/scenario.h"
#include "frontend/scenario/written_packet.h"
#include "packet/reason.h"

namespace gatehouse::frontend::scenario {

namespace {

constexpr unsigned most_times = 10'000;
constexpr std::size_t most_steps = 100'000;
constexpr double longest_wait = 86'400;  // seconds

constexpr std::uintmax_t longest_file = 64u << 20;

Result<std::string> read_file(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) return fail(fmt::format("`{}` isn't a file", path));
    if (std::filesystem::file_size(path, error) > longest_file)
        return fail(fmt::format("`{}` is longer than 64 MiB", path));
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(fmt::format("can't read `{}`", path));
    return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string joined(const std::vector<std::string>& words, std::size_t from) {
    std::string text;
    for (std::size_t i = from; i < words.size(); ++i) text += (i > from ? " " : "") + words[i];
    return text;
}

class Parser {
  public:
    Parser(std::string_view text, const std::string& file) : rest_(text) {
        scenario_.file = file;
        scenario_.network = default_network();
    }

    Result<Scenario> run() {
        std::string line;
        while (next(line)) {
            auto words = cut_line(line, &columns_);
            if (!words) return located(words.error());
            if (words->empty()) continue;
            if (auto done = statement(*words); !done) return located(done.error());
            if (scenario_.steps.size() > most_steps)
                return located({.what = fmt::format("a scenario has at most {} steps", most_steps)});
        }
        return std::move(scenario_);
    }

  private:
    std::unexpected<Error> located(Error error) const {
        if (error.place.file.empty()) {
            const auto word = static_cast<std::size_t>(error.place.column);
            error.place = {scenario_.file, line_,
                           word > 0 && word <= columns_.size() ? columns_[word - 1] : 0};
        }
        return std::unexpected(std::move(error));
    }

    bool raw_line(std::string& line) {
        if (rest_.empty()) return false;
        const auto end = rest_.find('\n');
        line = rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        if (!line.empty() && line.back() == '\r') line.pop_back();
        ++line_;
        return true;
    }

    // A line, those joined to it by a backslash included.
    bool next(std::string& line) {
        if (!raw_line(line)) return false;
        std::string more;
        while (!line.empty() && line.back() == '\\') {
            line.pop_back();
            if (!raw_line(more)) break;
            line += more;
        }
        return true;
    }

    Result<void> statement(const std::vector<std::string>& words) {
        const std::string& first = words[0];
        if (first == "rules" || first == "rules6") return rules(words);
        if (first == "counter" || first == "counter6" || first == "policy" || first == "policy6")
            return counter(words);
        if (first == "dropped" || first == "nothing" || first == "logs") return fate(words);
        if (joined(words, 0) == "reapply nat") {
            if (scenario_.only_gatehouse.empty())
                return fail("`reapply nat` needs `only gatehouse: WHY`: the kernel can't do it");
            scenario_.steps.push_back({line_, ReapplyNat{}});
            return {};
        }
        if (first == "only" && words.size() > 2 && words[1] == "gatehouse:") {
            scenario_.only_gatehouse = joined(words, 2);
            return {};
        }
        const std::size_t timed = first.front() == '+' ? 1 : 0;
        if (words.size() > timed + 1 && words[timed + 1] == "<") return arrival(words, timed);
        if (timed == 1 && joined(words, 1) == "nothing comes") return pause(words);
        if (words.size() > 1 && words[1] == ">") return leaving(words);
        if (!scenario_.steps.empty() && network_word(first))
            return fail("the network is described before rules and packets");
        return network(words);
    }

    // What may no longer change once something has happened.
    static bool network_word(std::string_view word) {
        constexpr std::string_view known[] = {"interface", "route",     "rule", "sysctl",
                                              "engine",    "neighbour", "no",   "timeout"};
        return std::ranges::find(known, word) != std::end(known);
    }

    network::Port* port(std::string_view name) {
        const auto at = std::ranges::find(scenario_.network.ports, name, &network::Port::name);
        return at == scenario_.network.ports.end() ? nullptr : &*at;
    }

    Result<network::Port*> known_port(std::string_view name) {
        if (network::Port* found = port(name)) return found;
        std::vector<std::string_view> names;
        for (const auto& p : scenario_.network.ports) names.push_back(p.name);
        return fail(fmt::format("there is no interface `{}`", name), did_you_mean(name, names));
    }

    Result<void> network(const std::vector<std::string>& words) {
        const std::string& first = words[0];
        auto& net = scenario_.network;
        if (first == "interface" && words.size() > 1) return interface(words);
        if ((first == "route" || first == "rule") && words.size() > 1) {
            auto& list = first == "route" ? net.routes : net.rules;
            list.push_back(joined(words, 1));
            net.places[list.back()] = {scenario_.file, line_};
            return {};
        }
        if (first == "sysctl" || first == "engine") {
            if (words.size() != 4 || words[2] != "=")
                return fail(fmt::format("expected `{} NAME = VALUE`", first));
            (first == "sysctl" ? net.sysctls : net.settings).emplace_back(words[1], words[3]);
            net.places[words[1]] = {scenario_.file, line_};
            return {};
        }
        if (first == "timeout") {
            if (words.size() != 5 || words[3] != "=")
                return fail(
                    "expected `timeout POLICY TIMEOUT = SECONDS`, as in `timeout default udp.replied = 9`");
            net.timeouts.push_back({words[1], words[2], words[4]});
            net.places[fmt::format("{}.{}", words[1], words[2])] = {scenario_.file, line_};
            return {};
        }
        if (first == "neighbour") {
            const auto mac = words.size() == 4 ? parse_mac(words[3]) : std::nullopt;
            if (!mac) return fail("expected `neighbour INTERFACE ADDRESS MAC`");
            auto at = known_port(words[1]);
            if (!at) return std::unexpected(at.error());
            (*at)->neighbours.emplace_back(words[2], *mac);
            return {};
        }
        if (first == "no" && words.size() == 2 && words[1] == "routes")
            return net.routes.clear(), Result<void>{};
        if (first == "no" && words.size() == 2 && words[1] == "network")
            return net = {.debug = true}, Result<void>{};
        constexpr std::string_view known[] = {"interface", "route",   "rule",    "sysctl",  "neighbour",
                                              "engine",    "rules",   "rules6",  "counter", "counter6",
                                              "policy",    "policy6", "dropped", "nothing", "logs",
                                              "only",      "timeout", "reapply"};
        return fail(fmt::format("`{}` begins no statement", first), did_you_mean(first, known));
    }

    Result<void> interface(const std::vector<std::string>& words) {
        network::Port* at = port(words[1]);
        if (at == nullptr) {
            const auto number = scenario_.network.ports.size() + 1;
            if (words[1].size() > 15 || number > 64)
                return fail("at most 64 interfaces, with names of up to 15 characters");
            scenario_.network.ports.push_back(
                {.name = words[1], .mac = {{2, 0, 0, 0, static_cast<std::uint8_t>(number), 1}}});
            at = &scenario_.network.ports.back();
        }
        for (std::size_t i = 2; i < words.size(); ++i) {
            const bool more = i + 1 < words.size();
            if (words[i] == "mac" && more && parse_mac(words[i + 1])) {
                at->mac = *parse_mac(words[++i]);
            } else if (words[i] == "mtu" && more && parse_number(words[i + 1], 65'535).value_or(0) >= 68) {
                at->mtu = static_cast<unsigned>(*parse_number(words[++i], 65'535));
            } else if (parse_prefix(words[i]) && words[i].find('/') != std::string::npos) {
                at->addresses.push_back(words[i]);
            } else {
                return fail(fmt::format(
                    "expected `mac MAC`, `mtu NUMBER` or ADDRESS/LENGTH of an interface, got `{}`",
                    words[i]));
            }
        }
        return {};
    }

    Result<void> rules(const std::vector<std::string>& words) {
        Load load{.family = words[0] == "rules" ? Family::ipv4 : Family::ipv6, .file = scenario_.file};
        const int line = line_;
        if (words.size() == 2) {
            const auto path = std::filesystem::path(scenario_.file).parent_path() / words[1];
            auto text = read_file(path.string());
            if (!text) return std::unexpected(text.error());
            load.text = std::move(*text);
            load.file = path.string();
        } else if (words.size() > 2) {
            return fail("expected `rules` and a block that `end` closes, or `rules FILE`");
        } else {
            // Lines keep their numbers, so that messages about a rule name the line of this file.
            load.text.assign(static_cast<std::size_t>(line_), '\n');
            for (std::string text;;) {
                if (!raw_line(text)) return fail(fmt::format("the rules of line {} have no `end`", line));
                const auto from = text.find_first_not_of(" \t");
                text.erase(0, from == std::string::npos ? text.size() : from);
                if (text == "end") break;
                load.text += text + "\n";
            }
        }
        scenario_.steps.push_back({line, std::move(load)});
        return {};
    }

    // "5 times" before a packet.
    static Result<unsigned> times(const std::vector<std::string>& words, std::size_t& at) {
        if (at + 1 >= words.size() || words[at + 1] != "times") return 1u;
        const auto count = parse_number(words[at], most_times);
        if (!count || *count == 0)
            return fail(
                fmt::format("`times`: expected a number from 1 to {}, got `{}`", most_times, words[at]));
        at += 2;
        return static_cast<unsigned>(*count);
    }

    // "+0.1"
    Result<Nanoseconds> wait(const std::string& word) {
        const std::string number = word.substr(1);
        std::size_t used = 0;
        double seconds = -1;
        if (!number.empty() && number.size() < 16 &&
            number.find_first_not_of("0123456789.") == std::string::npos && number != ".")
            seconds = std::stod(number, &used);
        if (used != number.size() || !(seconds >= 0 && seconds <= longest_wait))
            return fail(fmt::format("expected a time in seconds, as in +0.1, got `{}`", word));
        return static_cast<Nanoseconds>(seconds * 1e9);
    }

    Result<void> pause(const std::vector<std::string>& words) {
        const auto after = wait(words[0]);
        if (!after) return std::unexpected(after.error());
        scenario_.steps.push_back({line_, Arrival{.after = *after}});
        return {};
    }

    Result<void> arrival(const std::vector<std::string>& words, std::size_t at) {
        Arrival arrival;
        if (at == 1) {
            const auto after = wait(words[0]);
            if (!after) return std::unexpected(after.error());
            arrival.after = *after;
        }
        auto in = known_port(words[at]);
        if (!in) return std::unexpected(in.error());
        arrival.port = words[at];
        at += 2;
        auto count = times(words, at);
        if (!count) return std::unexpected(count.error());
        arrival.times = *count;
        auto packet = read_packet(words, at);
        if (!packet) return std::unexpected(packet.error());
        arrival.packet = std::move(*packet);
        fill_macs(**in, arrival.packet);
        if (auto frame = build_frame(arrival.packet); !frame) return std::unexpected(frame.error());
        scenario_.steps.push_back({line_, std::move(arrival)});
        return {};
    }

    Result<Arrival*> last_arrival() {
        auto* arrival =
            scenario_.steps.empty() ? nullptr : std::get_if<Arrival>(&scenario_.steps.back().what);
        if (arrival == nullptr) return fail("no packet came in just before, of which this could be said");
        return arrival;
    }

    Result<void> leaving(const std::vector<std::string>& words) {
        auto arrival = last_arrival();
        if (!arrival) return std::unexpected(arrival.error());
        auto out = known_port(words[0]);
        if (!out) return std::unexpected(out.error());
        Leaving leaving{.port = words[0], .line = line_};
        std::size_t at = 2;
        auto count = times(words, at);
        if (!count) return std::unexpected(count.error());
        leaving.times = *count;
        if (at >= words.size()) return fail("expected `same`, `router PACKET` or a packet");
        if (words[at] == "same") {
            if ((*arrival)->port.empty()) return fail("no packet came in that this could be");
            if (auto hex = (*arrival)->packet.find("hex"); hex == nullptr)
                leaving.written.set("src", *(*arrival)->packet.find("src"));
            if (const auto* proto = (*arrival)->packet.find("proto")) leaving.written.set("proto", *proto);
            if (auto read = read_words(words, at + 1, leaving.written); !read)
                return std::unexpected(read.error());
        } else {
            const bool router = words[at] == "router";
            auto packet = read_packet(words, at + (router ? 1 : 0));
            if (!packet) return std::unexpected(packet.error());
            leaving.written = std::move(*packet);
            if (router) leaving.form = Leaving::Form::router;
            if (leaving.written.has("hex")) leaving.form = Leaving::Form::hex;
        }
        (*arrival)->leaving.push_back(std::move(leaving));
        (*arrival)->judged = true;
        return {};
    }

    Result<void> fate(const std::vector<std::string>& words) {
        auto arrival = last_arrival();
        if (!arrival) return std::unexpected(arrival.error());
        if (words[0] == "logs" && words.size() == 2) {
            std::string text = words[1];
            if (text.size() > 1 && text.front() == '"') text = text.substr(1, text.size() - 2);
            (*arrival)->logs.push_back(std::move(text));
            return {};
        }
        (*arrival)->judged = true;
        if (words.size() == 2 && words[0] == "nothing" && words[1] == "leaves") {
            if (!(*arrival)->leaving.empty()) return fail("`nothing leaves` contradicts the line before");
            return {};
        }
        Fate fate{.line = line_};
        if (words.size() == 3 && words[0] == "dropped" && words[1] == "because") {
            if (!known_reason(words[2], fate))
                return fail(fmt::format("`{}` isn't a reason", words[2]), reason_hint(words[2]));
        } else if (words.size() == 5 && words[0] == "dropped" && words[1] == "by") {
            fate.table = words[2];
            fate.chain = words[3];
            const auto rule = parse_number(words[4], 1'000'000);
            if (words[4] != "policy" && !rule.value_or(0))
                return fail("expected a rule's number or `policy`");
            fate.rule = words[4] == "policy" ? 0 : *rule;
        } else {
            return fail(
                "expected `dropped because REASON`, `dropped by TABLE CHAIN RULE`, `nothing leaves` or `logs "
                "\"TEXT\"`");
        }
        (*arrival)->fates.push_back(std::move(fate));
        return {};
    }

    static bool known_reason(const std::string& word, Fate& fate) {
        for (std::size_t i = 1; i < static_cast<std::size_t>(Reason::count); ++i) {
            if (name(static_cast<Reason>(i)) == word) fate.reason = word;
        }
        return !fate.reason.empty();
    }

    static std::string reason_hint(std::string_view word) {
        std::vector<std::string_view> names;
        for (std::size_t i = 1; i < static_cast<std::size_t>(Reason::count); ++i)
            names.push_back(name(static_cast<Reason>(i)));
        return did_you_mean(word, names);
    }

    // counter filter FORWARD 1 = 3 packets 120 bytes; policy filter FORWARD = DROP 3 packets 120 bytes
    Result<void> counter(const std::vector<std::string>& words) {
        const bool policy = words[0].starts_with("policy");
        Expected expected{.family = words[0].back() == '6' ? Family::ipv6 : Family::ipv4};
        const auto wrong = [&] {
            return fail(policy ? "expected `policy TABLE CHAIN = ACCEPT|DROP N packets [N bytes]`"
                               : "expected `counter TABLE CHAIN RULE = N packets [N bytes]`");
        };
        if (words.size() != 7 && words.size() != 9) return wrong();
        expected.table = words[1];
        expected.chain = words[2];
        const auto rule = parse_number(words[3], 1'000'000);
        if (words[policy ? 3 : 4] != "=" || (!policy && !rule.value_or(0))) return wrong();
        if (policy) expected.policy = words[4];
        if (!policy) expected.rule = *rule;
        if (policy && expected.policy != "ACCEPT" && expected.policy != "DROP") return wrong();
        const auto packets = parse_number(words[5]);
        if (!packets || !words[6].starts_with("packet")) return wrong();
        expected.packets = *packets;
        if (words.size() == 9) {
            expected.bytes = parse_number(words[7]);
            if (!expected.bytes || words[8] != "bytes") return wrong();
        }
        scenario_.steps.push_back({line_, std::move(expected)});
        return {};
    }

    std::string_view rest_;
    int line_ = 0;
    std::vector<int> columns_;  // where the words of the line at hand begin
    Scenario scenario_;
};

}  // namespace

network::Network default_network() {
    // A scenario is for trying things: no knob is closed.
    network::Network network{.debug = true};
    const auto leg = [&](const char* name, std::uint8_t number, std::vector<std::string> addresses,
                         const std::vector<std::string>& hosts, const std::vector<std::string>& gateways) {
        network::Port port{.name = name, .mac = {{2, 0, 0, 0, number, 1}}, .addresses = std::move(addresses)};
        for (std::size_t i = 0; i < hosts.size(); ++i)
            port.neighbours.emplace_back(hosts[i],
                                         Mac{{2, 0, 0, 0, number, static_cast<std::uint8_t>(2 + i / 2)}});
        for (const auto& gateway : gateways)
            port.neighbours.emplace_back(gateway, Mac{{2, 0, 0, 0, number, 0xfe}});
        network.ports.push_back(std::move(port));
    };
    leg("lan", 1, {"10.0.1.1/24", "fd00:1::1/64"}, {"10.0.1.2", "fd00:1::2", "10.0.1.3", "fd00:1::3"}, {});
    leg("wan", 2, {"192.0.2.1/24", "fd00:2::1/64"}, {"192.0.2.2", "fd00:2::2", "192.0.2.3", "fd00:2::3"},
        {"192.0.2.254", "fd00:2::fe"});
    network.routes = {"default via 192.0.2.254", "-6 default via fd00:2::fe"};
    return network;
}

Result<Scenario> parse_scenario(std::string_view text, const std::string& file) {
    return Parser(text, file).run();
}

Result<Scenario> read_scenario(const std::string& file) {
    auto text = read_file(file);
    if (!text) return std::unexpected(text.error());
    return parse_scenario(*text, file);
}

}  // namespace gatehouse::frontend::scenario

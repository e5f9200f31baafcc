#include "network/read.h"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <toml++/toml.h>

#include "base/text.h"

namespace gatehouse::network {

namespace {

// Reads one document; keeps where each text stands.
class Reader {
  public:
    explicit Reader(const std::string& file) : file_(file) {}
    Result<Network> read(const toml::table& document);

  private:
    Place place_of(const toml::source_region& source) const {
        return {file_, static_cast<int>(source.begin.line), static_cast<int>(source.begin.column)};
    }
    std::unexpected<Error> refuse(const toml::node& node, std::string what, std::string hint = {}) const {
        return std::unexpected(
            Error{.what = std::move(what), .hint = std::move(hint), .place = place_of(node.source())});
    }

    // Refuses keys that nobody reads.
    Result<void> only(const toml::table& table, std::span<const std::string_view> known) const;
    // A text or a list of texts; none without the key.
    Result<std::vector<std::string>> texts(const toml::table& table, std::string_view key);
    // What `key` holds, or `otherwise` without it.
    Result<bool> on_or_off(const toml::table& table, std::string_view key, bool otherwise) const;
    Result<void> read_mode(const toml::table& document);
    Result<void> read_timeouts(const toml::table& document);
    Result<Port> read_port(const toml::table& table);
    Result<void> read_neighbours(const toml::table& table, Port& port);
    // A table of name = value into `into`: a number, true, false, or a word.
    Result<void> read_values(const toml::table& document, std::string_view key,
                             std::vector<std::pair<std::string, std::string>>& into);

    const std::string& file_;
    Network network_;
};

Result<void> Reader::only(const toml::table& table, std::span<const std::string_view> known) const {
    for (const auto& [key, node] : table) {
        if (std::ranges::find(known, key.str()) != known.end()) continue;
        return std::unexpected(Error{.what = fmt::format("there is no setting `{}` here", key.str()),
                                     .hint = did_you_mean(key.str(), known),
                                     .place = place_of(key.source())});
    }
    return {};
}

Result<std::vector<std::string>> Reader::texts(const toml::table& table, std::string_view key) {
    std::vector<std::string> all;
    const toml::node* node = table.get(key);
    if (node == nullptr) return all;
    const auto take = [&](const toml::node& one) {
        const auto text = one.value_exact<std::string>();
        if (text) {
            all.push_back(*text);
            network_.places[*text] = place_of(one.source());
        }
        return text.has_value();
    };
    if (take(*node)) return all;
    const auto* array = node->as_array();
    if (array == nullptr) return refuse(*node, fmt::format("`{}`: expected a text or a list of texts", key));
    for (const auto& element : *array) {
        if (!take(element)) return refuse(element, fmt::format("`{}`: expected a text", key));
    }
    return all;
}

Result<bool> Reader::on_or_off(const toml::table& table, std::string_view key, bool otherwise) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) return otherwise;
    const auto value = node->value_exact<bool>();
    if (!value) return refuse(*node, fmt::format("`{}`: expected true or false", key));
    return *value;
}

// "router", "debug", or a list of both.
Result<void> Reader::read_mode(const toml::table& document) {
    const toml::node* mode = document.get("mode");
    if (mode == nullptr) return {};
    const auto take = [&](const toml::node& node) -> Result<void> {
        const auto text = node.value<std::string>().value_or("");
        if (text == "bridge") return refuse(node, "there is no bridge here yet: only `mode = \"router\"`");
        if (text == "debug") network_.debug = true;
        if (text == "debug" || text == "normal" || text == "router") return {};
        return refuse(node,
                      fmt::format("`mode`: expected \"router\", \"normal\" or \"debug\", got `{}`", text));
    };
    const auto* list = mode->as_array();
    if (list == nullptr) return take(*mode);
    for (const auto& node : *list) {
        if (auto taken = take(node); !taken) return taken;
    }
    return {};
}

// [timeout.POLICY] with tables of a protocol's timeouts, so that `tcp.established = 7200` sets one.
Result<void> Reader::read_timeouts(const toml::table& document) {
    const toml::node* node = document.get("timeout");
    if (node == nullptr) return {};
    const auto* policies = node->as_table();
    if (policies == nullptr) return refuse(*node, "`timeout`: expected tables, as in [timeout.default]");
    for (const auto& [policy, protocols] : *policies) {
        const auto* by_protocol = protocols.as_table();
        if (by_protocol == nullptr) return refuse(protocols, "expected a table, as in [timeout.default]");
        for (const auto& [protocol, timeouts] : *by_protocol) {
            const auto* by_name = timeouts.as_table();
            if (by_name == nullptr)
                return refuse(timeouts, "expected a protocol's timeout, as in `tcp.established = 7200`");
            for (const auto& [name, seconds] : *by_name) {
                const auto value = seconds.value_exact<std::int64_t>();
                const std::string timeout = fmt::format("{}.{}", protocol.str(), name.str());
                if (!value)
                    return refuse(seconds, fmt::format("`{}`: expected a number of seconds", timeout));
                network_.places[fmt::format("{}.{}", policy.str(), timeout)] = place_of(name.source());
                network_.timeouts.push_back({std::string(policy.str()), timeout, std::to_string(*value)});
            }
        }
    }
    return {};
}

Result<void> Reader::read_neighbours(const toml::table& table, Port& port) {
    const toml::node* neighbours = table.get("neighbours");
    if (neighbours == nullptr) return {};
    const auto* entries = neighbours->as_table();
    if (entries == nullptr) return refuse(*neighbours, "`neighbours`: expected a table of address = \"mac\"");
    for (const auto& [address, node] : *entries) {
        const auto text = node.value<std::string>();
        const auto mac = text ? parse_mac(*text) : std::nullopt;
        if (!mac) return refuse(node, fmt::format("neighbour `{}`: expected a MAC address", address.str()));
        port.neighbours.emplace_back(std::string(address.str()), *mac);
        network_.places[std::string(address.str())] = place_of(address.source());
    }
    return {};
}

Result<Port> Reader::read_port(const toml::table& table) {
    constexpr std::string_view known[] = {"name",       "mac", "address",      "mtu",
                                          "neighbours", "up",  "accept_tagged"};
    if (auto fine = only(table, known); !fine) return std::unexpected(fine.error());
    Port port;
    const auto name = table["name"].value<std::string>();
    if (!name || name->empty() || name->size() > 15)
        return refuse(table, "an interface needs a `name` of 1 to 15 characters");
    port.name = *name;
    network_.places[port.name] = place_of(table.get("name")->source());
    const auto mac = table["mac"].value<std::string>();
    const auto parsed = mac ? parse_mac(*mac) : std::nullopt;
    if (!parsed)
        return refuse(table, fmt::format("interface `{}` needs a `mac`, as in 02:00:00:00:01:01", port.name));
    port.mac = *parsed;
    if (const toml::node* mtu = table.get("mtu")) {
        const auto value = mtu->value<std::int64_t>();
        if (!value || *value < 68 || *value > 65535)
            return refuse(*mtu, "`mtu`: expected a number from 68 to 65535");
        port.mtu = static_cast<unsigned>(*value);
    }
    auto addresses = texts(table, "address");
    if (!addresses) return std::unexpected(addresses.error());
    port.addresses = std::move(*addresses);
    for (const auto& [key, into] :
         {std::pair{"up", &port.up}, std::pair{"accept_tagged", &port.accept_tagged}}) {
        auto value = on_or_off(table, key, *into);
        if (!value) return std::unexpected(value.error());
        *into = *value;
    }
    if (auto done = read_neighbours(table, port); !done) return std::unexpected(done.error());
    return port;
}

Result<void> Reader::read_values(const toml::table& document, std::string_view key,
                                 std::vector<std::pair<std::string, std::string>>& into) {
    const toml::node* values = document.get(key);
    if (values == nullptr) return {};
    const auto* table = values->as_table();
    if (table == nullptr) return refuse(*values, fmt::format("`{}`: expected a table of name = value", key));
    for (const auto& [name, node] : *table) {
        const auto on = node.value_exact<bool>();
        const auto number = node.value_exact<std::int64_t>();
        const auto word = node.value_exact<std::string>();
        if (!on && !number && !word)
            return refuse(node, fmt::format("`{}`: expected a number, true, false or a word", name.str()));
        into.emplace_back(std::string(name.str()), on       ? (*on ? "1" : "0")
                                                   : number ? std::to_string(*number)
                                                            : *word);
        network_.places[std::string(name.str())] = place_of(name.source());
    }
    return {};
}

Result<Network> Reader::read(const toml::table& document) {
    constexpr std::string_view known[] = {"mode",   "interface", "routes", "rules",
                                          "sysctl", "timeout",   "engine"};
    if (auto fine = only(document, known); !fine) return std::unexpected(fine.error());
    if (auto fine = read_mode(document); !fine) return std::unexpected(fine.error());
    const auto* interfaces = document["interface"].as_array();
    if (interfaces == nullptr || interfaces->empty())
        return std::unexpected(Error{.what = "expected at least one [[interface]]", .place = {file_}});
    for (const auto& node : *interfaces) {
        const auto* table = node.as_table();
        if (table == nullptr) return refuse(node, "expected [[interface]]");
        auto port = read_port(*table);
        if (!port) return std::unexpected(port.error());
        network_.ports.push_back(std::move(*port));
    }
    for (const auto& [key, into] :
         {std::pair{"routes", &network_.routes}, std::pair{"rules", &network_.rules}}) {
        auto lines = texts(document, key);
        if (!lines) return std::unexpected(lines.error());
        *into = std::move(*lines);
    }
    if (auto done = read_values(document, "sysctl", network_.sysctls); !done)
        return std::unexpected(done.error());
    if (auto done = read_timeouts(document); !done) return std::unexpected(done.error());
    if (auto done = read_values(document, "engine", network_.settings); !done)
        return std::unexpected(done.error());
    return std::move(network_);
}

}  // namespace

Result<Network> parse_network(std::string_view text, const std::string& file) {
    try {
        return Reader(file).read(toml::parse(text, file));
    } catch (const toml::parse_error& error) {
        const auto& begin = error.source().begin;
        return std::unexpected(
            Error{.what = std::string(error.description()),
                  .place = {file, static_cast<int>(begin.line), static_cast<int>(begin.column)}});
    }
}

Result<Network> read_network(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(fmt::format("can't read `{}`", path));
    return parse_network(std::string(std::istreambuf_iterator<char>(file), {}), path);
}

}  // namespace gatehouse::network

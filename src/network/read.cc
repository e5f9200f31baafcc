// The TOML form of a network description.
#include "network/read.h"

#include <algorithm>
#include <fmt/format.h>
#include <span>
#include <toml++/toml.h>

#include "base/text.h"

namespace gatehouse::network {

namespace {

Place place_of(const std::string& file, const toml::node& node) {
    const auto& begin = node.source().begin;
    return {file, static_cast<int>(begin.line), static_cast<int>(begin.column)};
}

std::unexpected<Error> refuse(const std::string& file, const toml::node& node, std::string what,
                              std::string hint = {}) {
    return std::unexpected(
        Error{.what = std::move(what), .hint = std::move(hint), .place = place_of(file, node)});
}

// Refuses keys that nobody reads.
Result<void> only(const std::string& file, const toml::table& table,
                  std::span<const std::string_view> known) {
    for (const auto& [key, node] : table) {
        if (std::ranges::find(known, key.str()) != known.end()) continue;
        return refuse(file, node, fmt::format("there is no setting `{}` here", key.str()),
                      did_you_mean(key.str(), known));
    }
    return {};
}

Result<std::vector<std::string>> strings(const std::string& file, const toml::table& table,
                                         std::string_view key) {
    std::vector<std::string> all;
    const toml::node* node = table.get(key);
    if (node == nullptr) return all;
    if (const auto one = node->value<std::string>()) return std::vector{*one};
    const auto* array = node->as_array();
    if (array == nullptr)
        return refuse(file, *node, fmt::format("`{}`: expected a text or a list of texts", key));
    for (const auto& element : *array) {
        const auto text = element.value<std::string>();
        if (!text) return refuse(file, element, fmt::format("`{}`: expected a text", key));
        all.push_back(*text);
    }
    return all;
}

Result<Port> read_port(const std::string& file, const toml::table& table) {
    constexpr std::string_view known[] = {"name", "mac", "address", "mtu", "neighbours"};
    if (auto fine = only(file, table, known); !fine) return std::unexpected(fine.error());
    Port port;
    const auto name = table["name"].value<std::string>();
    if (!name || name->empty() || name->size() > 15)
        return refuse(file, table, "an interface needs a `name` of 1 to 15 characters");
    port.name = *name;
    const auto mac = table["mac"].value<std::string>();
    const auto parsed = mac ? parse_mac(*mac) : std::nullopt;
    if (!parsed)
        return refuse(file, table,
                      fmt::format("interface `{}` needs a `mac`, as in 02:00:00:00:01:01", port.name));
    port.mac = *parsed;
    if (const toml::node* mtu = table.get("mtu")) {
        const auto value = mtu->value<std::int64_t>();
        if (!value || *value < 68 || *value > 65535)
            return refuse(file, *mtu, "`mtu`: expected a number from 68 to 65535");
        port.mtu = static_cast<unsigned>(*value);
    }
    auto addresses = strings(file, table, "address");
    if (!addresses) return std::unexpected(addresses.error());
    port.addresses = std::move(*addresses);
    if (const toml::node* neighbours = table.get("neighbours")) {
        const auto* entries = neighbours->as_table();
        if (entries == nullptr)
            return refuse(file, *neighbours, "`neighbours`: expected a table of address = \"mac\"");
        for (const auto& [address, node] : *entries) {
            const auto text = node.value<std::string>();
            const auto value = text ? parse_mac(*text) : std::nullopt;
            if (!value)
                return refuse(file, node,
                              fmt::format("neighbour `{}`: expected a MAC address", address.str()));
            port.neighbours.emplace_back(std::string(address.str()), *value);
        }
    }
    return port;
}

}  // namespace

Result<Network> read_network(const std::string& path) {
    toml::table document;
    try {
        document = toml::parse_file(path);
    } catch (const toml::parse_error& error) {
        const auto& begin = error.source().begin;
        return std::unexpected(
            Error{.what = std::string(error.description()),
                  .place = {path, static_cast<int>(begin.line), static_cast<int>(begin.column)}});
    }
    constexpr std::string_view known[] = {"mode", "interface", "routes", "rules", "sysctl"};
    if (auto fine = only(path, document, known); !fine) return std::unexpected(fine.error());
    if (const toml::node* mode = document.get("mode")) {
        const auto text = mode->value<std::string>().value_or("");
        if (text == "bridge")
            return refuse(path, *mode, "there is no bridge here yet: only `mode = \"router\"`");
        if (text != "router")
            return refuse(path, *mode, fmt::format("`mode`: expected \"router\", got `{}`", text));
    }
    Network network;
    const auto* interfaces = document["interface"].as_array();
    if (interfaces == nullptr || interfaces->empty()) {
        return std::unexpected(Error{.what = "expected at least one [[interface]]", .place = {path}});
    }
    for (const auto& node : *interfaces) {
        const auto* table = node.as_table();
        if (table == nullptr) return refuse(path, node, "expected [[interface]]");
        auto port = read_port(path, *table);
        if (!port) return std::unexpected(port.error());
        network.ports.push_back(std::move(*port));
    }
    for (const auto& [key, into] :
         {std::pair{"routes", &network.routes}, std::pair{"rules", &network.rules}}) {
        auto lines = strings(path, document, key);
        if (!lines) return std::unexpected(lines.error());
        *into = std::move(*lines);
    }
    if (const toml::node* sysctl = document.get("sysctl")) {
        const auto* table = sysctl->as_table();
        if (table == nullptr) return refuse(path, *sysctl, "`sysctl`: expected a table of \"name\" = value");
        for (const auto& [key, node] : *table) {
            const auto number = node.value<std::int64_t>();
            if (!number) return refuse(path, node, fmt::format("sysctl `{}`: expected a number", key.str()));
            network.sysctls.emplace_back(std::string(key.str()), std::to_string(*number));
        }
    }
    return network;
}

}  // namespace gatehouse::network

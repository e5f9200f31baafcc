// Runs the kernel oracle's scenario directories in Gatehouse and writes the same files as the oracle does.
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "engine/engine.h"
#include "io/capture_reader.h"
#include "iptables/restore.h"
#include "iptables/save.h"
#include "listeners.h"
#include "network/configure.h"
#include "oracle/noise.h"
#include "packet/pool.h"
#include "track/text.h"

namespace fs = std::filesystem;
using nlohmann::json;

namespace gatehouse {
namespace {

constexpr std::uint32_t most_events = 4096;

// One line of the scenario's input.
struct Item {
    std::optional<double> time;
    std::string port;
    std::vector<std::uint8_t> frame;
    double sleep = 0;
};

struct Scenario {
    network::Network network;
    differential::Listeners listeners{};
    std::vector<Item> items;
    bool real_time = false;
    bool events = false;
    Nanoseconds pace{};  // from one packet to the next, unless it has a time of its own
    // When the oracle sent each, as it noted beside what it expects: a busy machine's pace is another one.
    std::vector<double> sent;
    bool keep_link_layer = false;
};

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// The first thing that the scenario asks for and we haven't got.
std::optional<std::string> unsupported(const json& scenario, const fs::path& directory) {
    if (scenario.value("mode", "router") != "router") return "bridge mode";
    if (scenario.value("tool", "iptables-legacy") == "nft") return "nft rules";
    for (const char* file : {"rules.nft", "rules.eb", "rules.arp", "rules.ipset"}) {
        if (fs::exists(directory / file)) return file;
    }
    for (const char* key : {"nfqueue", "nflog", "setup_cmds", "log"}) {
        if (scenario.contains(key) && !scenario[key].empty() && scenario[key] != json(false))
            return fmt::format("`{}`", key);
    }
    return {};
}

Result<network::Network> read_network(const json& scenario) {
    network::Network network{.debug = true};
    // What the oracle sets in its device namespace.
    network.sysctls = {{"net.ipv4.icmp_ratelimit", "0"},
                       {"net.ipv4.icmp_msgs_per_sec", "100000"},
                       {"net.ipv4.icmp_msgs_burst", "100000"},
                       {"net.ipv6.icmp.ratelimit", "0"},
                       {"track.pickup", "linux"}};
    for (const auto& p : scenario.at("ports")) {
        network::Port port{.name = p.at("name"), .mtu = p.value("mtu", 1500u)};
        const auto mac = parse_mac(p.at("mac").get<std::string>());
        if (!mac) return fail(fmt::format("port `{}`: bad mac", port.name));
        port.mac = *mac;
        for (const char* key : {"ip4", "ip6"}) {
            if (!p.contains(key) || p[key].is_null()) continue;
            if (p[key].is_string()) {
                port.addresses.push_back(p[key]);
            } else {
                for (const auto& address : p[key]) port.addresses.push_back(address);
            }
        }
        const auto neighbours = p.value("neigh", json::object());
        for (const auto& [address, text] : neighbours.items()) {
            const auto value = parse_mac(text.get<std::string>());
            if (!value) return fail(fmt::format("neighbour `{}`: bad mac", address));
            port.neighbours.emplace_back(address, *value);
        }
        network.ports.push_back(std::move(port));
    }
    for (const auto& route : scenario.value("routes", json::array())) {
        if (!route.is_string()) return fail("unsupported: a route that isn't a string");
        network.routes.push_back(route);
    }
    for (const auto& rule : scenario.value("ip_rules", json::array())) network.rules.push_back(rule);
    const auto sysctls = scenario.value("sysctls", json::object());
    for (const auto& [name, value] : sysctls.items()) {
        network.sysctls.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
    }
    return network;
}

std::vector<std::uint8_t> from_hex(const std::string& hex) {
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
    return bytes;
}

Result<std::vector<Item>> read_lines(const fs::path& path, const network::Network& network) {
    std::vector<Item> items;
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#') continue;
        const json row = json::parse(line);
        if (row.contains("cmd")) return fail("unsupported: a command among the packets");
        Item item;
        if (row.contains("t")) item.time = row["t"].get<double>();
        if (row.contains("sleep")) {
            item.sleep = row["sleep"];
        } else {
            item.port = row.at("port").is_number() ? network.ports.at(row["port"]).name
                                                   : row["port"].get<std::string>();
            item.frame = from_hex(row.at("hex"));
        }
        items.push_back(std::move(item));
    }
    return items;
}

Result<std::vector<Item>> read_capture(const fs::path& path, const network::Network& network) {
    auto reader = io::CaptureReader::open(path);
    if (!reader) return std::unexpected(reader.error());
    std::vector<Item> items;
    io::CaptureRecord record;
    std::optional<Time> first;
    while (reader->next(record) == io::Next::record) {
        if (!first) first = record.time;
        Item item{.time = static_cast<double>(record.time - *first) / second,
                  .frame = {record.bytes.begin(), record.bytes.end()}};
        item.port = record.interface_name.empty() ? network.ports.at(record.interface).name
                                                  : std::string(record.interface_name);
        items.push_back(std::move(item));
    }
    return items;
}

Result<Scenario> read_scenario(const fs::path& directory) {
    const json document = json::parse(read_file(directory / "scenario.json"));
    if (const auto what = unsupported(document, directory)) return fail("unsupported: " + *what);
    auto network = read_network(document);
    if (!network) return std::unexpected(network.error());
    auto listeners = differential::Listeners::read(document);
    if (!listeners) return std::unexpected(listeners.error());
    Scenario scenario{.network = std::move(*network), .listeners = std::move(*listeners)};
    // The oracle waits until nothing moves, and takes a little itself.
    scenario.pace = document.value("settle_ms", 4) * millisecond + 200 * microsecond;
    scenario.events = document.value("events", false);
    scenario.real_time = document.value("timing", "fast") == "real";
    scenario.keep_link_layer = document.value("keep_l2", false);
    Result<std::vector<Item>> items = fail("no in.jsonl, in.pcapng or in.pcap");
    if (fs::exists(directory / "in.jsonl")) {
        items = read_lines(directory / "in.jsonl", scenario.network);
    } else if (fs::exists(directory / "in.pcapng")) {
        items = read_capture(directory / "in.pcapng", scenario.network);
    } else if (fs::exists(directory / "in.pcap")) {
        items = read_capture(directory / "in.pcap", scenario.network);
    }
    if (!items) return std::unexpected(items.error());
    scenario.items = std::move(*items);
    if (fs::exists(directory / "expected" / "meta.json")) {
        scenario.sent = json::parse(read_file(directory / "expected" / "meta.json"))
                            .value("inject_t", std::vector<double>{});
        if (scenario.sent.size() != scenario.items.size()) scenario.sent.clear();
    }
    return scenario;
}

// Writes out.jsonl as packets leave.
class Writer final : public Outlet {
  public:
    Writer(const fs::path& path, Scenario& scenario, const Interfaces& interfaces)
        : file_(path),
          interfaces_(interfaces),
          listeners_(scenario.listeners),
          all_(scenario.keep_link_layer) {
        for (const auto& port : scenario.network.ports) own_.push_back(port.mac);
    }
    void complete(Packet& packet, const Completion& completion) override {
        if (completion.disposition == Disposition::forwarded) put(packet, completion.out);
        if (completion.disposition == Disposition::delivered)
            listeners_.take(completion.whole != nullptr ? *completion.whole : packet, index);
        pool.give_back(&packet);
    }
    void transmit(const Packet& packet, InterfaceId out) override { put(packet, out); }
    void discard(const Packet&, const Completion&) override {}

    void close() { file_.close(); }

    std::size_t index = 0;
    Pool pool{static_cast<PoolId>(1), 256, max_frame};

  private:
    void put(const Packet& packet, InterfaceId out) {
        if (!all_ && oracle::is_noise(packet.bytes(), own_)) return;
        std::string hex;
        for (const auto byte : packet.bytes()) hex += fmt::format("{:02x}", byte);
        file_ << fmt::format(R"({{"in_index": {}, "port": "{}", "hex": "{}"}})", index, interfaces_.name(out),
                             hex)
              << '\n';
    }
    std::ofstream file_;
    Interfaces interfaces_;
    differential::Listeners& listeners_;
    std::vector<Mac> own_;
    bool all_;
};

Result<void> load(Engine& engine, const fs::path& path, Family family) {
    if (!fs::exists(path)) return {};
    auto ruleset = iptables::read_restore(read_file(path), path.string(), family);
    if (!ruleset) return fail("unsupported: " + ruleset.error().text());
    if (auto done = engine.install(*ruleset); !done) return fail("unsupported: " + done.error().text());
    return {};
}

// What happened to connections since the last call, a line each. What a packet ends goes before it does
// anything else; what it expects, or was expected as, stands before what it changes.
void write_events(Engine& engine, std::ofstream& file, std::size_t index) {
    track::Tracking* const tracking = engine.tracking();
    if (tracking == nullptr || tracking->events() == nullptr) return;
    std::vector<std::string_view> lines;
    std::size_t ended = 0;
    tracking->events()->drain(most_events, [&](const track::Event& event) {
        lines.push_back(event.is_end() ? "DESTROY" : event.is_new() ? "NEW" : "UPDATE");
        if (event.is_end() && ended + 1 == lines.size()) ++ended;
    });
    std::vector<std::string_view> expectations;
    tracking->expectation_events()->drain(most_events, [&](const track::ExpectationEvent& event) {
        const bool made = event.change == track::expectation_change::made;
        expectations.push_back(made ? "EXP_NEW" : "EXP_DESTROY");
    });
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(ended), expectations.begin(),
                 expectations.end());
    for (const auto line : lines)
        file << fmt::format(R"({{"in_index": {}, "type": "{}"}})", index, line) << '\n';
}

// A packet of the writer's with these bytes.
Result<Packet*> fill(Writer& writer, Bytes bytes, Nanoseconds now) {
    Packet* const packet = writer.pool.take();
    if (packet == nullptr) return fail("unsupported: that many fragments that wait");
    if (bytes.size() > max_frame) return fail(fmt::format("packet {} is too long", writer.index));
    std::ranges::copy(bytes, packet->data);
    packet->length = static_cast<std::uint32_t>(bytes.size());
    packet->time = {now};
    return packet;
}

Result<void> feed(Engine& engine, Writer& writer, Scenario& scenario, std::ofstream& events) {
    // Without a `t` of its own a packet comes as soon after the last as the oracle sends it.
    Nanoseconds now = 1'000'000 * second;
    const Nanoseconds start = now;
    for (std::size_t i = 0; i < scenario.items.size(); ++i) {
        const Item& item = scenario.items[i];
        now += static_cast<Nanoseconds>(item.sleep * second) + scenario.pace;
        if (i < scenario.sent.size()) now = start + static_cast<Nanoseconds>(scenario.sent[i] * second);
        if (scenario.real_time && item.time)
            now = std::max(now, start + static_cast<Nanoseconds>(*item.time * second));
        if (item.frame.empty()) writer.index = i;
        engine.advance({now});
        write_events(engine, events, i == 0 ? 0 : i - 1);
        if (item.frame.empty()) continue;
        const auto port = engine.router().interfaces().find(item.port);
        if (!port) return fail(fmt::format("there is no port `{}`", item.port));
        writer.index = i;
        // No wire carries more than its port takes, and room for one VLAN tag: the oracle's frame got
        // nowhere.
        constexpr std::size_t link_header = 14, tag = 4;
        if (item.frame.size() > engine.router().interfaces()[*port].mtu + link_header + tag) continue;
        auto packet = fill(writer, item.frame, now);
        if (!packet) return std::unexpected(packet.error());
        (*packet)->in = *port;
        engine.receive({&*packet, 1});
        for (const auto& answer : scenario.listeners.answers()) {
            packet = fill(writer, answer, now);
            if (!packet) return std::unexpected(packet.error());
            engine.send({&*packet, 1});
        }
        write_events(engine, events, i);
    }
    return {};
}

// As the oracle writes `conntrack -L -o extended,id`: sorted, without what names an entry.
void write_connections(Engine& engine, const fs::path& path) {
    std::vector<std::string> lines;
    track::Tracking* const tracking = engine.tracking();
    track::ScanCursor cursor;
    while (tracking != nullptr &&
           tracking->table().scan(cursor, 4096, [&](track::ConnIndex, const track::Entry& e) {
               lines.push_back(track::to_text(*tracking, e, {.ids = false}));
           })) {
    }
    std::ranges::sort(lines);
    std::ofstream file(path);
    for (const auto& line : lines) file << line << '\n';
}

// As the oracle writes `conntrack -L expect`: sorted, without the seconds left, of IPv4 alone.
void write_expectations(Engine& engine, const fs::path& path) {
    std::vector<std::string> lines;
    if (const track::Tracking* const tracking = engine.tracking()) {
        tracking->expectations().visit_all([&](track::ExpectationIndex, const track::Expectation& e) {
            if (is_v4(e.tuple.family)) lines.push_back(track::to_text(*tracking, e));
        });
    }
    std::ranges::sort(lines);
    std::ofstream file(path);
    for (const auto& line : lines) file << line << '\n';
}

Result<void> run(const fs::path& directory, const fs::path& out) {
    auto scenario = read_scenario(directory);
    if (!scenario) return std::unexpected(scenario.error());
    auto configuration = network::configure(scenario->network);
    if (!configuration) return fail("unsupported: " + configuration.error().text());
    configuration->helpers = {.mode = helper::Mode::drop, .third_party = true, .privileged = true};
    fs::create_directories(out);
    Writer writer(out / "out.jsonl", *scenario, configuration->router->interfaces());
    Engine engine(std::move(*configuration), scenario->listeners, writer);
    if (auto done = load(engine, directory / "rules.v4", Family::ipv4); !done) return done;
    if (auto done = load(engine, directory / "rules.v6", Family::ipv6); !done) return done;
    if (scenario->events && engine.tracking() != nullptr) engine.tracking()->watch(most_events);
    std::ofstream events;
    if (scenario->events) events.open(out / "events.jsonl");
    if (auto done = feed(engine, writer, *scenario, events); !done) return done;
    writer.close();
    for (const auto& [family, rules, name] : {std::tuple{Family::ipv4, "rules.v4", "counters.v4"},
                                              std::tuple{Family::ipv6, "rules.v6", "counters.v6"}}) {
        if (fs::exists(directory / rules))
            std::ofstream(out / name) << iptables::save(engine.tables(family), true);
    }
    write_connections(engine, out / "conntrack.txt");
    write_expectations(engine, out / "expect.txt");
    if (scenario->listeners.any()) std::ofstream(out / "listeners.jsonl") << scenario->listeners.heard();
    return {};
}

int main_of(int argc, char** argv) {
    std::vector<fs::path> directories;
    std::optional<fs::path> out;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--out" && i + 1 < argc) {
            out = argv[++i];
        } else if (word.starts_with("-")) {
            fmt::print(stderr, "usage: tests/differential/run SCENARIO_DIR... [--out DIR]\n");
            return 2;
        } else {
            directories.emplace_back(argv[i]);
        }
    }
    if (directories.empty()) {
        fmt::print(stderr, "usage: tests/differential/run SCENARIO_DIR... [--out DIR]\n");
        return 2;
    }
    int code = 0;
    for (const auto& directory : directories) {
        const fs::path named =
            directory.filename().empty() ? directory.parent_path().filename() : directory.filename();
        const fs::path to = !out ? directory / "actual" : directories.size() > 1 ? *out / named : *out;
        Result<void> done;
        try {
            done = run(directory, to);
        } catch (const std::exception& error) {
            done = fail(error.what());
        }
        fmt::print("{}: {}\n", directory.string(), done ? "run" : done.error().text());
        if (!done) code = 1;
    }
    return code;
}

}  // namespace
}  // namespace gatehouse

int main(int argc, char** argv) { return gatehouse::main_of(argc, argv); }

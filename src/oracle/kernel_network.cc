#include "oracle/kernel_network.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <net/if.h>
#include <sys/mman.h>

#include "base/text.h"
#include "oracle/connections.h"
#include "oracle/noise.h"
#include "oracle/process.h"

namespace gatehouse::oracle {
namespace {

// All devices of the wire's namespace are in one group, so that one command deletes them.
constexpr std::string_view wire_group = "77";
constexpr std::string_view fence = "fence0";
constexpr std::string_view fence_peer = "fence1";
// Multicast reports of devices that came up leave within this time.
constexpr std::chrono::milliseconds startup_quiet{60};

std::size_t slot(Family family) { return is_v4(family) ? 0 : 1; }

// What the device must not do on its own account, and that it forwards.
constexpr std::pair<std::string_view, std::string_view> device_sysctls[] = {
    {"net.ipv4.conf.all.rp_filter", "0"},
    {"net.ipv4.conf.default.rp_filter", "0"},
    {"net.ipv4.conf.all.send_redirects", "0"},
    {"net.ipv4.conf.default.send_redirects", "0"},
    {"net.ipv4.conf.all.accept_redirects", "0"},
    {"net.ipv4.icmp_ratelimit", "0"},
    {"net.ipv4.icmp_msgs_per_sec", "100000"},
    {"net.ipv4.icmp_msgs_burst", "100000"},
    {"net.ipv4.igmp_link_local_mcast_reports", "0"},
    {"net.ipv4.ip_forward", "1"},
    {"net.ipv6.icmp.ratelimit", "0"},
    {"net.ipv6.conf.default.accept_dad", "0"},
    {"net.ipv6.conf.all.accept_dad", "0"},
    {"net.ipv6.conf.default.dad_transmits", "0"},
    {"net.ipv6.conf.default.router_solicitations", "0"},
    {"net.ipv6.conf.default.accept_ra", "0"},
    {"net.ipv6.conf.all.accept_ra", "0"},
    {"net.ipv6.conf.default.autoconf", "0"},
    {"net.ipv6.conf.default.addr_gen_mode", "1"},
    {"net.ipv6.conf.all.addr_gen_mode", "1"},
    {"net.ipv6.conf.all.forwarding", "1"},
    {"net.ipv6.conf.default.forwarding", "1"},
    {"net.ipv6.conf.default.mldv1_unsolicited_report_interval", "1"},
    {"net.ipv6.conf.default.mldv2_unsolicited_report_interval", "1"},
    {"net.ipv6.conf.all.mldv2_unsolicited_report_interval", "1"},
};

// The commands of one `ip -batch`, a line each.
class Batch {
  public:
    template <class... T>
    void add(fmt::format_string<T...> format, T&&... values) {
        lines_.push_back(fmt::format(format, std::forward<T>(values)...));
    }
    bool empty() const { return lines_.empty(); }

    Result<void> run(bool ipv6 = false) const {
        if (lines_.empty()) return {};
        std::string text;
        for (const std::string& line : lines_) text += line + "\n";
        const auto finished = launch(command(text, ipv6));
        if (!finished) return std::unexpected(finished.error());
        if (finished->status == 0) return {};
        return fail(fmt::format("`ip {}`: {}", blamed(finished->errors, ipv6), first_line(finished->errors)));
    }

  private:
    // The line that failed. "Command failed -:3" names the third; a word that `ip` can't parse ends it
    // without saying where, so the lines are tried one by one for the same complaint (the network is lost
    // anyway).
    std::string blamed(std::string_view errors, bool ipv6) const {
        constexpr std::string_view sign = "Command failed -:";
        const std::size_t at = errors.find(sign);
        if (at != std::string_view::npos) {
            const std::string_view rest = errors.substr(at + sign.size());
            const auto number = parse_number(rest.substr(0, rest.find_first_not_of("0123456789")));
            if (number && *number > 0 && *number <= lines_.size()) return lines_[*number - 1];
        }
        for (const std::string& line : lines_) {
            const auto alone = launch(command(line, ipv6));
            if (alone && alone->status != 0 && first_line(alone->errors) == first_line(errors)) return line;
        }
        return "-batch";
    }
    static Command command(std::string_view text, bool ipv6) {
        Command c{.argv = {"ip", "-batch", "-"}, .input = text};
        if (ipv6) c.argv.insert(c.argv.begin() + 1, "-6");
        return c;
    }
    static std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

    std::vector<std::string> lines_;
};

Result<void> check_word(std::string_view what, std::string_view text) {
    if (text.empty()) return fail(fmt::format("{} is empty", what));
    for (const char c : text) {
        if (c == '\n' || c == '\0' || c == '#' || c == '\\' || c == '"' || c == '\'') {
            return fail(fmt::format("{} `{}` holds a character that `ip` can't take", what, text));
        }
    }
    return {};
}

Result<void> check(const Network& network) {
    if (network.ports.empty()) return fail("the network has no ports");
    if (!network.settings.empty())
        return fail(fmt::format("`{}` is a setting of the engine alone", network.settings[0].first));
    for (const Port& port : network.ports) {
        if (auto ok = check_word("a port's name", port.name); !ok) return ok;
        if (port.name.size() >= IFNAMSIZ || port.name.find_first_of("/ :") != std::string::npos) {
            return fail(
                fmt::format("`{}` can't be a port's name: up to {} characters, no slash, colon or space",
                            port.name, IFNAMSIZ - 1));
        }
        if (port.accept_tagged)
            return fail(fmt::format("port `{}`: only the engine takes tagged frames as untagged", port.name));
        for (const std::string& address : port.addresses) {
            if (auto ok = check_word("an address", address); !ok) return ok;
        }
        for (const auto& [address, mac] : port.neighbours) {
            if (auto ok = check_word("a neighbour", address); !ok) return ok;
        }
    }
    for (const auto* list : {&network.routes, &network.rules}) {
        for (const std::string& words : *list) {
            if (auto ok = check_word("a route or rule", words); !ok) return ok;
        }
    }
    return {};
}

// Puts "KIND add WORDS" into the batch of its family.
void add_routing(std::string_view kind, std::string_view words, Batch& v4, Batch& v6) {
    const bool marked = words.starts_with("-6 ");
    if (marked) words.remove_prefix(3);
    Batch& batch = marked || words.contains(':') ? v6 : v4;
    batch.add("{} add {}", kind, words);
}

// The names of the tables that stand in iptables-save text.
std::vector<std::string> table_names(std::string_view text) {
    std::vector<std::string> names;
    for (std::string_view line : split(text, '\n')) {
        if (!line.starts_with('*')) continue;
        line.remove_prefix(1);
        std::string name(line.substr(0, line.find_first_of(" \t\r")));
        if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    }
    return names;
}

std::span<const std::string_view> built_in_chains(std::string_view table) {
    static constexpr std::string_view all[] = {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"};
    static constexpr std::string_view nat[] = {"PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"};
    static constexpr std::string_view raw[] = {"PREROUTING", "OUTPUT"};
    if (table == "mangle") return all;
    if (table == "nat") return nat;
    if (table == "raw") return raw;
    return std::span(all).subspan(1, 3);  // filter, security
}

}  // namespace

Result<void> Kernel::available(Tool tool) {
    if (auto made = Namespace::make(); !made) return std::unexpected(made.error());
    const std::string_view kind = tool == Tool::iptables_legacy ? "legacy" : "nft";
    std::vector<std::string> needed = {"ip"};
    for (const std::string_view family : {"iptables", "ip6tables"}) {
        needed.push_back(fmt::format("{}-{}-restore", family, kind));
        needed.push_back(fmt::format("{}-{}-save", family, kind));
    }
    if (tool == Tool::iptables_nft) needed.emplace_back("nft");
    for (const std::string& program : needed) {
        if (!find_program(program)) return fail(fmt::format("`{}` is not installed", program));
    }
    return {};
}

Kernel::Kernel(Namespace device, Namespace wire, const Network& network, Tool tool)
    : device_(std::move(device)), wire_(std::move(wire)), tool_(tool) {
    for (const Port& port : network.ports) {
        names_.push_back(port.name);
        macs_.push_back(port.mac);
    }
}

Kernel::~Kernel() {
    tap_.reset();
    // The namespaces would go by themselves, but one after the other and late.
    (void)run_within(wire_, {"ip", "link", "del", "group", std::string(wire_group)}, {});
}

Result<std::unique_ptr<Kernel>> Kernel::start(const Network& network, const KernelSetup& setup) {
    if (auto ok = check(network); !ok) return std::unexpected(ok.error());
    auto device = Namespace::make();
    if (!device) return std::unexpected(device.error());
    auto wire = Namespace::make();
    if (!wire) return std::unexpected(wire.error());
    std::unique_ptr<Kernel> kernel(new Kernel(std::move(*device), std::move(*wire), network, setup.tool));
    if (auto built = kernel->build(network, setup); !built) return std::unexpected(built.error());
    return kernel;
}

Result<void> Kernel::build(const Network& network, const KernelSetup& setup) {
    lock_file_ = Fd(memfd_create("gatehouse-xtables-lock", MFD_CLOEXEC));
    if (!lock_file_.valid()) return fail(fmt::format("memfd_create: {}", std::strerror(errno)));
    const auto in_device = [&](const std::function<Result<void>()>& work) { return device_.within(work); };
    // Before a device exists: it takes its settings from the defaults.
    auto done = in_device([] {
        for (const auto& [key, value] : device_sysctls)
            (void)set_sysctl(key, value);  // not all exist everywhere
        return Result<void>{};
    });
    if (done) done = make_wires(network);
    if (done) done = in_device([&] { return configure_device(network); });
    if (done) done = open_tap();
    if (!done) return done;
    for (const auto& argv : setup.commands) {
        if (auto ran = run(argv); !ran) return std::unexpected(ran.error());
    }
    if (auto noise = tap_->collect({.quiet = startup_quiet}); !noise) return std::unexpected(noise.error());
    return {};
}

Result<void> Kernel::make_wires(const Network& network) {
    return wire_.within([&]() -> Result<void> {
        for (const std::string_view which : {"all", "default"}) {
            (void)set_sysctl(fmt::format("net.ipv6.conf.{}.disable_ipv6", which), "1");
        }
        Batch batch;
        batch.add("link set lo up");
        batch.add("link add {} group {} type veth peer name {}", fence, wire_group, fence_peer);
        for (const std::string_view end : {fence, fence_peer})
            batch.add("link set {} arp off multicast off up", end);
        for (std::size_t i = 0; i < network.ports.size(); ++i) {
            const Port& port = network.ports[i];
            batch.add("link add w{} group {} mtu 65535 type veth peer name {} address {} mtu {} netns {}", i,
                      wire_group, port.name, to_string(port.mac), port.mtu, device_.path());
            batch.add("link set w{} arp off multicast off promisc on up", i);
        }
        if (auto made = batch.run(); !made) return made;
        for (std::size_t i = 0; i < network.ports.size(); ++i) {
            const std::string name = fmt::format("w{}", i);
            wires_.push_back(static_cast<int>(::if_nametoindex(name.c_str())));
            if (auto off = switch_offloads_off(name); !off) return off;
        }
        return {};
    });
}

Result<void> Kernel::configure_device(const Network& network) {
    for (const Port& port : network.ports) {
        if (auto off = switch_offloads_off(port.name); !off) return off;
    }
    Batch v4;
    Batch v6;
    v4.add("link set lo up");
    for (const Port& port : network.ports) {
        if (port.up) v4.add("link set {} up", port.name);
    }
    for (const Port& port : network.ports) {
        for (const std::string& address : port.addresses) {
            v4.add("addr add {} dev {}{}", address, port.name, address.contains(':') ? " nodad" : "");
        }
    }
    for (const Port& port : network.ports) {
        for (const auto& [address, mac] : port.neighbours) {
            v4.add("neigh replace {} lladdr {} dev {} nud permanent", address, to_string(mac), port.name);
        }
    }
    for (const std::string& route : network.routes) add_routing("route", route, v4, v6);
    for (const std::string& rule : network.rules) add_routing("rule", rule, v4, v6);
    if (auto done = v4.run(); !done) return done;
    if (auto done = v6.run(true); !done) return done;
    for (const auto& [key, value] : network.sysctls) {
        if (auto set = set_sysctl(key, value); !set) return set;
    }
    return {};
}

Result<void> Kernel::open_tap() {
    return wire_.within([&]() -> Result<void> {
        auto tap = WireTap::open(std::string(fence), std::string(fence_peer));
        if (!tap) return std::unexpected(tap.error());
        tap_ = std::make_unique<WireTap>(std::move(*tap));
        return {};
    });
}

std::string Kernel::tool_name(Family family, std::string_view what) const {
    return fmt::format("{}-{}-{}", is_v4(family) ? "iptables" : "ip6tables",
                       tool_ == Tool::iptables_legacy ? "legacy" : "nft", what);
}

Result<Finished> Kernel::run_within(const Namespace& where, std::vector<std::string> argv,
                                    std::string_view input) {
    Result<Finished> finished;
    auto entered = where.within([&]() -> Result<void> {
        finished = succeed({
            .argv = std::move(argv),
            .input = input,
            .environment = {fmt::format("XTABLES_LOCKFILE=/proc/{}/fd/{}", ::getpid(), lock_file_.get())},
        });
        return {};
    });
    if (!entered) return std::unexpected(entered.error());
    return finished;
}

Result<Finished> Kernel::run_timed(std::vector<std::string> argv, std::string_view input) {
    return run_within(device_, std::move(argv), input);
}

Result<std::string> Kernel::run(std::vector<std::string> argv, std::string_view input) {
    auto finished = run_timed(std::move(argv), input);
    if (!finished) return std::unexpected(finished.error());
    return std::move(finished->output);
}

Result<std::string> Kernel::empty_tables(Family family) {
    if (tool_ == Tool::iptables_nft) {
        std::string text;
        for (const std::string& table : tables_[slot(family)]) {
            const std::string_view kind = is_v4(family) ? "ip" : "ip6";
            text += fmt::format("table {0} {1} {{}}\ndelete table {0} {1}\n", kind, table);
        }
        return text.empty() ? std::string{} : run({"nft", "-f", "-"}, text);
    }
    const auto text = emptying(family);
    if (!text || text->empty()) return text;
    return run({tool_name(family, "restore"), "-c"}, *text);
}

// Text for iptables-legacy-restore that empties every table that the kernel has.
Result<std::string> Kernel::emptying(Family family) const {
    std::string text;
    auto entered = device_.within([&]() -> Result<void> {
        std::ifstream names(is_v4(family) ? "/proc/thread-self/net/ip_tables_names"
                                          : "/proc/thread-self/net/ip6_tables_names");
        for (std::string table; std::getline(names, table);) {
            text += fmt::format("*{}\n", table);
            for (const std::string_view chain : built_in_chains(table))
                text += fmt::format(":{} ACCEPT [0:0]\n", chain);
            text += "COMMIT\n";
        }
        return {};
    });
    if (!entered) return std::unexpected(entered.error());
    return text;
}

Result<void> Kernel::load(Family family, std::string_view text) {
    const std::vector<std::string> arguments = {tool_name(family, "restore"), "-c"};
    auto names = table_names(text);
    if (tool_ == Tool::iptables_legacy) {
        // In one go; should that fail, step by step, for the error's line.
        const auto empty = emptying(family);
        if (empty && run(arguments, *empty + std::string(text))) {
            tables_[slot(family)] = std::move(names);
            return {};
        }
    }
    if (auto emptied = empty_tables(family); !emptied) return std::unexpected(emptied.error());
    tables_[slot(family)] = std::move(names);
    auto loaded = run(arguments, text);
    if (loaded) return {};
    (void)empty_tables(family);
    tables_[slot(family)].clear();
    return std::unexpected(loaded.error());
}

Result<std::string> Kernel::counters(Family family) {
    const auto saved = run({tool_name(family, "save"), "-c"});
    if (!saved) return std::unexpected(saved.error());
    const std::vector<std::string>& wanted = tables_[slot(family)];
    std::vector<std::string> parts(wanted.size());
    std::string* part = nullptr;
    for (const std::string_view line : split(*saved, '\n')) {
        if (line.empty() || line.starts_with('#')) continue;
        if (line.starts_with('*')) {
            const auto at = std::ranges::find(wanted, line.substr(1));
            part = at == wanted.end() ? nullptr : &parts[static_cast<std::size_t>(at - wanted.begin())];
        }
        if (part != nullptr) part->append(line).push_back('\n');
    }
    std::string all;
    for (const std::string& p : parts) all += p;
    return all;
}

Result<void> Kernel::forget_connections() { return device_.within(delete_connections); }

Result<std::vector<LeftFrame>> Kernel::named(Result<std::vector<TappedFrame>> frames) {
    if (!frames) return std::unexpected(frames.error());
    std::vector<LeftFrame> left;
    for (TappedFrame& frame : *frames) {
        const auto wire = std::ranges::find(wires_, frame.device);
        if (wire == wires_.end() || is_noise(frame.bytes, macs_)) continue;
        left.push_back({names_[static_cast<std::size_t>(wire - wires_.begin())], std::move(frame.bytes)});
    }
    return left;
}

Result<std::vector<LeftFrame>> Kernel::inject(std::string_view port, Bytes frame) {
    const Arrival one{port, frame};
    return inject_all({&one, 1});
}

Result<std::vector<LeftFrame>> Kernel::inject_all(std::span<const Arrival> arrivals) {
    std::vector<WireTap::Outgoing> frames;
    for (const Arrival& arrival : arrivals) {
        const auto at = std::ranges::find(names_, arrival.port);
        if (at == names_.end()) return fail(fmt::format("the network has no port `{}`", arrival.port));
        frames.push_back({wires_[static_cast<std::size_t>(at - names_.begin())], arrival.frame});
    }
    return named(tap_->send_all(frames, settling_));
}

Result<std::vector<LeftFrame>> Kernel::collect() { return named(tap_->collect(settling_)); }

}  // namespace gatehouse::oracle

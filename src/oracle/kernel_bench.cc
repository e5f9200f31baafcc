#include "oracle/kernel_bench.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <net/if.h>
#include <optional>
#include <sched.h>

#include "base/text.h"
#include "oracle/process.h"
#include "oracle/xdp.h"

namespace gatehouse::oracle {
namespace {

constexpr Mac in_mac{{2, 0, 0, 0, 1, 1}};
constexpr Mac host_mac{{2, 0, 0, 0, 1, 2}};
constexpr Mac out_mac{{2, 0, 0, 0, 2, 1}};
constexpr Mac sink_mac{{2, 0, 0, 0, 2, 2}};

FrameTemplate bench_frame() {
    FrameTemplate f{};
    in_mac.store(&f[0]);
    host_mac.store(&f[6]);
    store_be16(&f[12], 0x0800);
    f[14] = 0x45;
    store_be16(&f[16], 46);  // total length
    f[22] = 64;              // TTL
    f[23] = 17;              // UDP
    store_be32(&f[26], 0x0a010002);
    store_be32(&f[30], 0x0a020000);
    store_be16(&f[34], 1024);
    store_be16(&f[36], 53);
    store_be16(&f[38], 26);
    return f;
}

Network bench_network(const std::vector<Prefix>& routes) {
    Network network{
        .ports = {{.name = "in",
                   .mac = in_mac,
                   .addresses = {"10.1.0.1/24"},
                   .neighbours = {{"10.1.0.2", host_mac}}},
                  {.name = "out",
                   .mac = out_mac,
                   .addresses = {"10.3.0.1/24"},
                   .neighbours = {{"10.3.0.2", sink_mac}}}},
    };
    for (const Prefix& prefix : routes)
        network.routes.push_back(fmt::format("{} via 10.3.0.2", to_string(prefix)));
    if (routes.empty()) network.routes.emplace_back("10.2.0.0/16 via 10.3.0.2");
    return network;
}

Spread spread(std::vector<double> values) {
    std::ranges::sort(values);
    return {values[values.size() / 2], values.front(), values.back()};
}

double seconds_of(clockid_t clock) {
    timespec t{};
    ::clock_gettime(clock, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

// The CPU time of a CPU's ksoftirqd, to which the kernel leaves what is too much for a softirq.
class SoftirqThread {
  public:
    explicit SoftirqThread(int cpu) {
        const std::string wanted = fmt::format("ksoftirqd/{}", cpu);
        std::error_code ignored;
        for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
            std::ifstream file(entry.path() / "comm");
            std::string name;
            if (std::getline(file, name) && name == wanted) path_ = entry.path() / "schedstat";
        }
    }
    // Seconds; always 0 when it can't be seen, as in a container.
    double used() const {
        std::ifstream file(path_);
        std::uint64_t nanoseconds = 0;
        file >> nanoseconds;
        return static_cast<double>(nanoseconds) * 1e-9;
    }

  private:
    std::filesystem::path path_;
};

// Column `column` of the device's line in /proc/net/dev of the thread's namespace.
std::uint64_t device_counter(std::string_view device, std::size_t column) {
    std::ifstream file("/proc/thread-self/net/dev");
    for (std::string line; std::getline(file, line);) {
        const std::size_t colon = line.find(':');
        const std::size_t start = line.find_first_not_of(' ');
        if (colon == std::string::npos || line.substr(start, colon - start) != device) continue;
        std::vector<std::string_view> words;
        for (const std::string_view word : split(std::string_view(line).substr(colon + 1), ' ')) {
            if (!word.empty()) words.push_back(word);
        }
        if (column < words.size()) return parse_number(words[column]).value_or(0);
    }
    return 0;
}
constexpr std::size_t sent_packets = 9;

// The packets that the last rule of FORWARD in iptables-save -c text counted.
std::optional<std::uint64_t> last_forward_rule(std::string_view counters) {
    std::optional<std::uint64_t> packets;
    for (const std::string_view line : split(counters, '\n')) {
        if (!line.starts_with('[') || !line.contains("] -A FORWARD ")) continue;
        packets = parse_number(line.substr(1, line.find(':') - 1));
    }
    return packets;
}

}  // namespace

struct KernelBench::Timed {
    std::vector<double> cpu;  // nanoseconds a packet, a value a run
    std::vector<double> wall;
    std::uint64_t packets = 0;  // of all runs, the first, uncounted one too
};

Result<void> KernelBench::available() {
    if (auto kernel = Kernel::available(Tool::iptables_legacy); !kernel) return kernel;
    if (auto writer = load_writer(bench_frame(), AfterWriting::drop); !writer)
        return std::unexpected(writer.error());
    return {};
}

Result<std::unique_ptr<KernelBench>> KernelBench::start(const std::vector<Prefix>& routes) {
    auto kernel = Kernel::start(bench_network(routes));
    if (!kernel) return std::unexpected(kernel.error());
    std::unique_ptr<KernelBench> bench(new KernelBench(std::move(*kernel)));
    auto receiver = load_writer(bench_frame(), AfterWriting::receive);
    if (!receiver) return std::unexpected(receiver.error());
    auto dropper = load_writer(bench_frame(), AfterWriting::drop);
    if (!dropper) return std::unexpected(dropper.error());
    bench->receiver_ = std::move(*receiver);
    bench->dropper_ = std::move(*dropper);
    // Port number 1 is `out`.
    auto sunk = bench->kernel_->within_wire([] { return swallow(static_cast<int>(::if_nametoindex("w1"))); });
    if (!sunk) return std::unexpected(sunk.error());
    return bench;
}

Result<void> KernelBench::timed_runs(const Fd& writer, const Effort& effort, Timed& timed) {
    // Inside the device, on a thread of its own: its CPU binding ends with it.
    const int cpu = std::max(0, ::sched_getcpu());
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(cpu), &one);
    ::sched_setaffinity(0, sizeof one, &one);
    const SoftirqThread softirq(cpu);
    const int device = static_cast<int>(::if_nametoindex("in"));

    std::uint32_t packets = 2'048;
    for (unsigned run = 0; run <= std::max(1u, effort.runs); ++run) {
        const double wall = seconds_of(CLOCK_MONOTONIC);
        const double used = seconds_of(CLOCK_THREAD_CPUTIME_ID) + softirq.used();
        if (auto fed = feed(writer, device, packets); !fed) return fed;
        const double each = 1e9 / packets;
        const double cpu_ns = (seconds_of(CLOCK_THREAD_CPUTIME_ID) + softirq.used() - used) * each;
        const double wall_ns = (seconds_of(CLOCK_MONOTONIC) - wall) * each;
        timed.packets += packets;
        if (run == 0) {  // it warms up and tells how many packets fill a run
            packets = static_cast<std::uint32_t>(std::clamp(effort.seconds * 1e9 / cpu_ns, 2'048.0, 1e8));
            continue;
        }
        timed.cpu.push_back(cpu_ns);
        timed.wall.push_back(wall_ns);
    }
    return {};
}

Result<Sample> KernelBench::measure(std::string name, const Effort& effort) {
    Timed alone;
    Timed whole;
    std::uint64_t sent = 0;
    auto done = kernel_->within_device([&]() -> Result<void> {
        if (auto fed = timed_runs(dropper_, effort, alone); !fed) return fed;
        const std::uint64_t before = device_counter("out", sent_packets);
        if (auto fed = timed_runs(receiver_, effort, whole); !fed) return fed;
        sent = device_counter("out", sent_packets) - before;
        return {};
    });
    if (!done) return std::unexpected(done.error());
    Sample sample{.name = std::move(name),
                  .cpu = spread(whole.cpu),
                  .wall = spread(whole.wall),
                  .feed = spread(alone.cpu).median,
                  .count = whole.packets,
                  .proven = sent,
                  .proof = "packets sent by out"};
    if (sent < whole.packets - whole.packets / 100) {
        return fail(fmt::format("only {} of {} packets left the router", sent, whole.packets));
    }
    return sample;
}

Result<Sample> KernelBench::forward(const Effort& effort) { return measure("forward", effort); }

Result<Sample> KernelBench::rules(std::string_view ruleset, const Effort& effort) {
    if (auto loaded = kernel_->load(Family::ipv4, ruleset); !loaded) return std::unexpected(loaded.error());
    const auto before = kernel_->counters(Family::ipv4);
    if (!before) return std::unexpected(before.error());
    const auto first = last_forward_rule(*before);
    if (!first) return fail("the ruleset has no rule in FORWARD");
    auto sample = measure("rules", effort);
    const auto after = kernel_->counters(Family::ipv4);
    if (!after) return std::unexpected(after.error());
    if (auto emptied = kernel_->load(Family::ipv4, ""); !emptied) return std::unexpected(emptied.error());
    if (!sample) return sample;
    sample->proven = last_forward_rule(*after).value_or(0) - *first;
    sample->proof = "packets matched by the last rule of FORWARD";
    if (sample->proven < sample->count - sample->count / 100) {
        return fail(
            fmt::format("only {} of {} packets matched the last rule", sample->proven, sample->count));
    }
    return sample;
}

Result<Sample> KernelBench::rule_insert(Tool tool, std::string_view ruleset, unsigned runs) {
    auto kernel = Kernel::start(bench_network({}), {.tool = tool});
    if (!kernel) return std::unexpected(kernel.error());
    if (auto loaded = (*kernel)->load(Family::ipv4, ruleset); !loaded) return std::unexpected(loaded.error());
    const auto rules = [&]() -> std::ptrdiff_t {
        const auto text = (*kernel)->counters(Family::ipv4).value_or("");
        return std::ranges::count(text, '\n');
    };
    const std::ptrdiff_t before = rules();
    runs = std::max(1u, runs);
    std::vector<double> cpu;
    std::vector<double> wall;
    for (unsigned run = 0; run < runs; ++run) {
        const std::string source = fmt::format("203.0.113.{}", run % 254 + 1);
        const std::string line =
            tool == Tool::iptables_legacy
                ? fmt::format("iptables-legacy -I FORWARD -s {} -p udp --dport 99 -j DROP", source)
                : fmt::format("nft insert rule ip filter FORWARD ip saddr {} udp dport 99 counter drop",
                              source);
        std::vector<std::string> argv;
        for (const std::string_view word : split(line, ' ')) argv.emplace_back(word);
        const auto finished = (*kernel)->run_timed(argv);
        if (!finished) return std::unexpected(finished.error());
        cpu.push_back(static_cast<double>(finished->cpu.count()));
        wall.push_back(static_cast<double>(finished->wall.count()));
    }
    return Sample{.name = tool == Tool::iptables_legacy ? "rule-insert legacy" : "rule-insert nft",
                  .cpu = spread(std::move(cpu)),
                  .wall = spread(std::move(wall)),
                  .count = runs,
                  .proven = static_cast<std::uint64_t>(rules() - before),
                  .proof = "rules more than before"};
}

}  // namespace gatehouse::oracle

// How fast the connection table is, alone: no packet, no rule, no protocol.
//
//   bench_table [lookup|insert|expire|growth|flood|memory]…     (all but memory, 4.3 GB, when none is named)
//
// One JSON object a line. Look-ups come in sub-batches of sixteen, as the engine makes them: hash and bucket
// for all, entries for all, then each in turn is found, counted and given its new expiry. Order and direction
// are random. `growth` and `flood` open connections in batches of 64, each of which is timed: once with all
// memory ready, once behind a thread that makes it ready as it is needed. Build it with `ninja -C build
// bench_table`.
#include "track/table.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "base/random.h"

namespace {

using namespace gatehouse;
using namespace gatehouse::track;

constexpr unsigned sub_batch = 16;

// Seconds that this thread has run: what else the machine does doesn't count.
double now() {
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

// The n-th of distinct UDP flows.
Tuple flow(std::uint32_t n, Family family) {
    Tuple t{.ends = {static_cast<std::uint16_t>(1024 + n % 50'000), 53}, .family = family, .protocol = 17};
    const std::uint32_t host = n / 50'000;
    if (is_v4(family)) {
        t.source = Address::v4(0x0a000000 + host * 7 + n % 7);
        t.destination = Address::v4(0xc6120000 + n % 60'000);
    } else {
        t.source = {{0x20010db8, 0, n % 7, host}};
        t.destination = {{0x20010db8, 1, 0, n % 60'000}};
    }
    return t;
}

Tuple inverted(const Tuple& t) {
    return {.source = t.destination,
            .destination = t.source,
            .ends = {t.ends.destination, t.ends.source},
            .family = t.family,
            .protocol = t.protocol};
}

// As a packet that finds nothing does.
ConnIndex open(Table& table, const Tuple& tuple, Nanoseconds lifetime) {
    Finding why;
    const Tentative t = table.begin(tuple, inverted(tuple), {}, why);
    if (t == Tentative::none) return ConnIndex::none;
    table.refresh(t, lifetime);
    return table.confirm(t).connection;
}

// Sub-batches of new flows, from `first`.
void open_many(Table& table, std::uint32_t first, std::uint32_t count, Family family = Family::ipv4,
               Nanoseconds lifetime = 1000 * second) {
    std::array<Tuple, sub_batch> tuples;
    std::array<std::uint64_t, sub_batch> hashes;
    for (std::uint32_t at = 0; at < count; at += sub_batch) {
        const std::uint32_t group = std::min(sub_batch, count - at);
        for (std::uint32_t i = 0; i < group; ++i) {
            tuples[i] = flow(first + at + i, family);
            hashes[i] = table.hash(tuples[i], {});
            table.prefetch(hashes[i]);
        }
        for (std::uint32_t i = 0; i < group; ++i) {
            if (!table.prefetch_entries(hashes[i], family))
                table.prefetch(table.hash(inverted(tuples[i]), {}));
        }
        for (std::uint32_t i = 0; i < group; ++i) {
            if (!table.find(hashes[i], tuples[i], {})) open(table, tuples[i], lifetime);
        }
    }
}

void maintain(Table& table, std::uint32_t ahead) {
    while (table.maintain(ahead)) {
    }
}

void lookup(Family family, std::uint32_t count) {
    auto table = std::make_unique<Table>(TableLimits{.entries = count}, 1);
    table->set_now({second});
    maintain(*table, count);
    open_many(*table, 0, count, family);
    // What packets would say, in an order that no cache foresees.
    constexpr std::uint32_t packets = 1u << 21;
    std::vector<Tuple> tuples(packets);
    Random random(2);
    for (auto& t : tuples) {
        t = flow(random.below(count), family);
        if (random.below(2) == 0) t = inverted(t);
    }
    std::vector<double> rounds;
    std::uint64_t found = 0;
    for (int round = 0; round < 6; ++round) {
        const double start = now();
        for (std::uint32_t at = 0; at < packets; at += sub_batch) {
            std::array<std::uint64_t, sub_batch> hashes;
            for (std::uint32_t i = 0; i < sub_batch; ++i) {
                hashes[i] = table->hash(tuples[at + i], {});
                table->prefetch(hashes[i]);
            }
            for (std::uint32_t i = 0; i < sub_batch; ++i) table->prefetch_entries(hashes[i], family);
            for (std::uint32_t i = 0; i < sub_batch; ++i) {
                const Way way = table->find(hashes[i], tuples[at + i], {});
                if (!way) continue;
                ++found;
                Entry& entry = (*table)[way.connection];
                entry.count(way.direction, 60);
                entry.state.udp.stream_after += 1;
                table->refresh(way.connection, 1000 * second);
            }
        }
        rounds.push_back((now() - start) * 1e9 / packets);
    }
    std::ranges::sort(rounds);
    fmt::print(R"({{"name": "lookup{}-{}", "ns": {:.1f}, "spread": [{:.1f}, {:.1f}], "found": {}}})"
               "\n",
               is_v4(family) ? "" : "6", count, rounds[rounds.size() / 2], rounds.front(), rounds.back(),
               found == std::uint64_t{6} * packets);
}

void insert() {
    constexpr std::uint32_t million = 1'000'000;
    auto table = std::make_unique<Table>(TableLimits{.entries = 3 * million}, 1);
    table->set_now({second});
    maintain(*table, 3 * million);
    for (std::uint32_t m = 0; m < 3; ++m) {
        const double start = now();
        open_many(*table, m * million, million);
        fmt::print(R"({{"name": "insert-{}", "ns": {:.1f}, "late": {}}})"
                   "\n",
                   m + 1, (now() - start) * 1e9 / million, table->late());
    }
    // Once more through places that have been used.
    ScanCursor cursor;
    while (table->scan(cursor, 4096, [&](ConnIndex c, Entry&) { table->end(c, End::deleted); })) {
    }
    const double start = now();
    open_many(*table, 5 * million, 3 * million);
    fmt::print(R"({{"name": "insert-again", "ns": {:.1f}}})"
               "\n",
               (now() - start) * 1e9 / (3 * million));
}

void expire() {
    constexpr std::uint32_t count = 1'000'000;
    auto table = std::make_unique<Table>(TableLimits{.entries = count}, 1);
    maintain(*table, count);
    Random random(4);
    std::vector<std::uint32_t> order(count);
    for (std::uint32_t i = 0; i < count; ++i) order[i] = i;
    for (std::uint32_t i = count - 1; i > 0; --i) std::swap(order[i], order[random.below(i + 1)]);
    table->set_now({second});
    for (const auto n : order) open(*table, flow(n, Family::ipv4), (1 + random.below(100'000)) * millisecond);
    // Half of them live on beyond the first look.
    std::uint64_t looked = 0;
    const double start = now();
    for (int t = 1; t <= 1100; ++t) {
        table->set_now({second + t * 100 * millisecond});
        while (const unsigned n = table->expire(64)) looked += n;
    }
    fmt::print(R"({{"name": "expire", "ns": {:.1f}, "ended": {}}})"
               "\n",
               (now() - start) * 1e9 / static_cast<double>(looked), table->statistics().expired);
}

long faults() {
    rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_minflt + usage.ru_majflt;
}

void report_batches(std::string_view name, std::vector<double>& batches, std::uint32_t count, long faulted,
                    const Table& table) {
    double sum = 0;
    for (const double b : batches) sum += b;
    std::ranges::sort(batches);
    const auto at = [&](double share) {
        return batches[static_cast<std::size_t>(share * static_cast<double>(batches.size() - 1))] * 1e6;
    };
    fmt::print(
        R"({{"name": "{}", "ns": {:.1f}, "batch_us": {{"p50": {:.1f}, "p99": {:.1f}, "p99.99": {:.1f}, "max": {:.1f}}}, "faults": {}, "late": {}, "early_drop": {}}})"
        "\n",
        name, sum * 1e9 / count, at(0.5), at(0.99), at(0.9999), at(1), faulted, table.late(),
        table.statistics().early_drop);
}

double wall() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Batches of 64 new flows, timed one by one, while another thread makes memory ready; `rate` of them a second
// at most.
void batches(std::string_view name, std::uint32_t limit, std::uint32_t before, std::uint32_t count,
             double rate, std::uint32_t ahead) {
    constexpr std::uint32_t batch = 64;
    auto table = std::make_unique<Table>(TableLimits{.entries = limit}, 1);
    table->set_now({second});
    maintain(*table, ahead);
    std::atomic<bool> stop = false;
    std::thread helper([&] {
        while (!stop) {
            if (!table->maintain(ahead)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    });
    open_many(*table, 0, before);
    std::vector<double> times(count / batch);
    const long at_start = faults();
    const double began = wall();
    for (std::size_t b = 0; b < times.size(); ++b) {
        const double start = now();
        table->set_now({second + static_cast<std::int64_t>(b) * 20 * microsecond});
        table->expire(batch);
        open_many(*table, before + static_cast<std::uint32_t>(b) * batch, batch);
        times[b] = now() - start;
        while (wall() - began < static_cast<double>((b + 1) * batch) / rate) {
        }
    }
    const long faulted = faults() - at_start;
    stop = true;
    helper.join();
    report_batches(name, times, count, faulted, *table);
}

std::size_t resident() {
    std::ifstream file("/proc/self/statm");
    std::size_t size = 0, pages = 0;
    file >> size >> pages;
    return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

void memory() {
    constexpr std::uint32_t count = 20'000'000;
    const std::size_t before = resident();
    auto table = std::make_unique<Table>(TableLimits{.entries = count}, 1);
    table->set_now({second});
    const double start = now();
    open_many(*table, 0, count);
    fmt::print(
        R"({{"name": "memory", "connections": {}, "resident": {:.1f}, "in_use": {:.1f}, "ns": {:.1f}}})"
        "\n",
        table->count(), static_cast<double>(resident() - before) / count,
        static_cast<double>(table->bytes()) / count, (now() - start) * 1e9 / count);
}

void run(std::string_view what) {
    if (what == "lookup") {
        for (const std::uint32_t n : {1u, 10'000u, 1'000'000u, 10'000'000u}) lookup(Family::ipv4, n);
        lookup(Family::ipv6, 1'000'000);
    } else if (what == "insert") {
        insert();
    } else if (what == "expire") {
        expire();
    } else if (what == "growth") {
        batches("growth", 5'000'000, 1000, 4'999'000, 1e9, 5'000'000);
        batches("growth-behind-a-helper", 5'000'000, 1000, 4'999'000, 5e5, 500'000);
    } else if (what == "flood") {
        batches("flood", 262'144, 262'144, 10'000'000, 1e9, 500'000);
    } else if (what == "memory") {
        memory();
    } else {
        fmt::print(stderr, "usage: bench_table [lookup|insert|expire|growth|flood|memory]…\n");
        std::exit(2);
    }
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 1) {
        for (const auto* what : {"lookup", "insert", "expire", "growth", "flood"}) run(what);
    }
    for (int i = 1; i < argc; ++i) run(argv[i]);
}

#include "frontend/bench/tracked.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>

#include "frontend/bench/connections.h"
#include "track/snapshot.h"

namespace gatehouse::frontend::bench {

namespace {

constexpr std::uint32_t million = 1'000'000;
using Step = Flows::Step;

constexpr std::array<std::string_view, 16> names{
    "ct-udp-1",  "ct-udp-10k",        "ct-udp-1m",   "ct-udp-10m", "ct-tcp-1",  "ct-tcp-10k",
    "ct-tcp-1m", "ct-tcp-10m",        "ct6-udp-1m",  "ct-new",     "ct-expire", "ct-growth",
    "ct-flood",  "ct-flood-synproxy", "ct-snapshot", "ct-memory"};

// Bytes of memory that the process has.
double resident() {
    std::ifstream file("/proc/self/statm");
    double size = 0, pages = 0;
    file >> size >> pages;
    return pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

// What each batch took: kept in memory that has been touched beforehand.
class Batches {
  public:
    explicit Batches(std::size_t most) : seconds_(most) {}
    void add(double seconds) {
        if (count_ < seconds_.size()) seconds_[count_++] = seconds;
    }
    std::vector<Measured> figures() {
        const std::span all(seconds_.data(), count_);
        std::ranges::sort(all);
        const auto at = [&](double share) {
            return all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))] * 1e6;
        };
        return {{"batch_p50_us", "batch of 64, p50", at(0.5), "us"},
                {"batch_p99_99_us", "p99.99", at(0.9999), "us"},
                {"batch_max_us", "longest", at(1), "us"}};
    }

  private:
    std::vector<double> seconds_;
    std::size_t count_ = 0;
};

Connections::Write first_packets(Connections& c, std::uint32_t from) {
    return [&c, from](std::uint64_t n, std::uint8_t* to, Time time) {
        return c.flows().write(to, from + static_cast<std::uint32_t>(n), Step::open, false, time);
    };
}

Result<Line> established(const Connections::Load& load, unsigned rounds, double forward) {
    auto c = Connections::start(load);
    if (!c) return std::unexpected(std::move(c).error());
    if (auto opened = (*c)->open(0, load.flows); !opened) return std::unexpected(std::move(opened).error());
    const auto figures = (*c)->established(rounds);
    if (!figures) return std::unexpected(figures.error());
    return Line{.gross = *figures, .net = figures->median - forward};
}

// Three million datagrams, each of which opens a connection.
Result<Line> fresh(double forward) {
    auto c = Connections::start({.flows = 3 * million + 64});
    if (!c) return std::unexpected(std::move(c).error());
    std::array<double, 3> each{};
    std::uint32_t from = 0;
    for (double& ns : each) {
        const auto spent = (*c)->send(million, first_packets(**c, from));
        if (!spent) return std::unexpected(spent.error());
        ns = *spent * 1e9 / million;
        from += million;
    }
    Line line{.gross = figures_of({each.begin(), each.end()})};
    line.net = line.gross.median - forward;
    line.more = {{"first_net_ns", "first million", each[0] - forward, "ns net"},
                 {"second_net_ns", "second", each[1] - forward, "ns net"},
                 {"third_net_ns", "third", each[2] - forward, "ns net"}};
    return line;
}

// A million connections end when their time comes, without a packet.
Result<Line> expire() {
    auto c = Connections::start({.flows = million + 64});
    if (!c) return std::unexpected(std::move(c).error());
    (*c)->set_gap(10 * microsecond);
    if (auto sent = (*c)->send(million, first_packets(**c, 0)); !sent) return std::unexpected(sent.error());
    track::Table& table = (*c)->table();
    const std::uint32_t there = table.count();
    double spent = 0;
    while (table.count() > 0) {
        (*c)->wait(5 * millisecond);
        const double start = now();
        (*c)->engine().advance((*c)->time());
        spent += now() - start;
    }
    const double each = spent * 1e9 / there;
    if (table.statistics().expired != there) return fail("not every connection expired");
    return Line{.gross = {each, each, each}, .note = "a connection, of a million"};
}

// From a thousand connections to five million, by a packet each.
Result<Line> growth() {
    constexpr std::uint32_t count = 5 * million, before = 1024;
    auto c = Connections::start({.flows = count + 64});
    if (!c) return std::unexpected(std::move(c).error());
    if (auto sent = (*c)->send(before, first_packets(**c, 0)); !sent) return std::unexpected(sent.error());
    Batches batches(count / Ring::batch + 1);
    std::uint64_t faults = 0;
    const Connections::Watch watch{
        .clock = thread_time, .told = [&](double seconds) { batches.add(seconds); }, .faults = &faults};
    const auto spent = (*c)->send(count - before, first_packets(**c, before), watch);
    if (!spent) return std::unexpected(spent.error());
    const double each = *spent * 1e9 / (count - before);
    Line line{.gross = {each, each, each}, .more = batches.figures()};
    line.more.push_back({"faults", "page faults", static_cast<double>(faults), ""});
    return line;
}

// Ten million SYNs, each from another source, upon a table of 262,144 with 100,000 assured connections.
// SYNs from ten million addresses that nobody knows; with `synproxy` each is answered and none remembered.
Result<Line> flood(bool synproxy) {
    constexpr std::uint32_t limit = 262'144, good = 100'000, strays = 10 * million;
    auto c = Connections::start({.kind = FlowKind::tcp, .flows = good, .limit = limit, .synproxy = synproxy});
    if (!c) return std::unexpected(std::move(c).error());
    if (auto opened = (*c)->open(0, good); !opened) return std::unexpected(std::move(opened).error());
    const auto stray = [&](std::uint32_t from) {
        return [&c, from](std::uint64_t n, std::uint8_t* to, Time time) {
            return (*c)->flows().write_stray_syn(to, from + static_cast<std::uint32_t>(n), time);
        };
    };
    // Until the table is full. From then on a SYN may find nobody who can go among those that are looked at.
    std::uint64_t lost = 0;
    if (auto sent = (*c)->send(limit, stray(0), {.lost = &lost}); !sent) return std::unexpected(sent.error());
    const double before = resident();
    Batches batches(strays / Ring::batch);
    lost = 0;
    const std::uint64_t answered = (*c)->answered();
    const Connections::Watch watch{
        .clock = thread_time, .told = [&](double seconds) { batches.add(seconds); }, .lost = &lost};
    const auto spent = (*c)->send(strays, stray(limit), watch);
    if (!spent) return std::unexpected(spent.error());
    track::Table& table = (*c)->table();
    std::uint32_t assured = 0;
    track::ScanCursor cursor;
    while (table.scan(cursor, 4096, [&](track::ConnIndex, track::Entry& entry) {
        assured += entry.has(track::status::assured);
    })) {
    }
    const double each = *spent * 1e9 / strays;
    Line line{.gross = {each, each, each}, .more = batches.figures()};
    line.more.push_back(
        {"assured_lost", "assured connections lost", static_cast<double>(good - assured), ""});
    if (synproxy) {
        line.more.push_back(
            {"answered", "SYNs answered", static_cast<double>((*c)->answered() - answered), ""});
    } else {
        line.more.push_back({"refused", "SYNs refused, table full", static_cast<double>(lost), ""});
    }
    line.more.push_back({"early_drop", "evicted", static_cast<double>(table.statistics().early_drop), ""});
    line.more.push_back({"grown_mib", "memory gained", (resident() - before) / (1u << 20), "MiB"});
    return line;
}

// A million connections are written down, slice by slice between batches of their traffic.
Result<Line> snapshot(double forward) {
    constexpr unsigned budget = 256;
    auto c = Connections::start({.flows = million});
    if (!c) return std::unexpected(std::move(c).error());
    if (auto opened = (*c)->open(0, million); !opened) return std::unexpected(std::move(opened).error());
    std::vector<std::uint8_t> room(track::SnapshotWriter::room(budget));
    track::SnapshotWriter writer((*c)->table());
    double writing = 0, longest = 0;
    std::uint64_t bytes = 0, slices = 0;
    bool more = true;
    Batches batches(std::size_t{8} * million / Ring::batch);
    const auto slice = [&](double seconds) {
        batches.add(seconds);
        if (!more) return;
        wire::Writer to{MutableBytes(room)};
        const double start = thread_time();
        more = writer.write(budget, to);
        const double took = thread_time() - start;
        writing += took;
        longest = std::max(longest, took);
        bytes += to.size();
        ++slices;
    };
    const Connections::Watch watch{.clock = thread_time, .told = slice};
    Random random(6);
    const auto traffic = [&](std::uint64_t, std::uint8_t* to, Time time) {
        return (*c)->flows().write(to, random.below(million), Step::go_on, random.below(2) != 0, time);
    };
    double spent = 0;
    std::uint64_t packets = 0;
    while (more) {
        const auto sent = (*c)->send(Ring::frames, traffic, watch);
        if (!sent) return std::unexpected(sent.error());
        spent += *sent;
        packets += Ring::frames;
    }
    if (writer.count() != million) return fail(fmt::format("{} connections were written", writer.count()));
    const double each = spent * 1e9 / static_cast<double>(packets);
    Line line{.gross = {each, each, each}, .net = each - forward, .more = batches.figures()};
    line.more.push_back({"snapshot_ms", "writing, all slices", writing * 1e3, "ms"});
    line.more.push_back({"slice_max_us", "longest slice", longest * 1e6, "us"});
    line.note = fmt::format("{} slices, {} MiB", slices, bytes >> 20);
    return line;
}

// Twenty million connections, by a packet each.
Result<Line> memory() {
    constexpr std::uint32_t count = 20 * million;
    const double before = resident();
    auto c = Connections::start({.flows = count + 64});
    if (!c) return std::unexpected(std::move(c).error());
    (*c)->set_gap(1000);
    const double apart = resident();
    const auto spent = (*c)->send(count, first_packets(**c, 0));
    if (!spent) return std::unexpected(spent.error());
    const auto there = static_cast<double>((*c)->table().count());
    const double each = *spent * 1e9 / count;
    Line line{.gross = {each, each, each}};
    line.more = {
        {"connections", "connections", there, ""},
        {"resident_bytes", "resident, each", (resident() - apart) / there, "bytes"},
        {"in_use_bytes", "in use, each", static_cast<double>((*c)->table().bytes()) / there, "bytes"},
        {"beside_mib", "all else", (apart - before) / (1u << 20), "MiB"}};
    return line;
}

struct Established {
    std::string_view name;
    Connections::Load load;
};
constexpr Established all_established[] = {
    {"ct-udp-1", {.flows = 1}},
    {"ct-udp-10k", {.flows = 10'000}},
    {"ct-udp-1m", {.flows = million}},
    {"ct-udp-10m", {.flows = 10 * million}},
    {"ct-tcp-1", {.kind = FlowKind::tcp, .flows = 1}},
    {"ct-tcp-10k", {.kind = FlowKind::tcp, .flows = 10'000}},
    {"ct-tcp-1m", {.kind = FlowKind::tcp, .flows = million}},
    {"ct-tcp-10m", {.kind = FlowKind::tcp, .flows = 10 * million}},
    {"ct6-udp-1m", {.family = Family::ipv6, .flows = million}},
};

Result<Line> run(std::string_view name, unsigned rounds, double forward) {
    for (const Established& e : all_established) {
        if (name == e.name) return established(e.load, rounds, forward);
    }
    if (name == "ct-new") return fresh(forward);
    if (name == "ct-expire") return expire();
    if (name == "ct-growth") return growth();
    if (name == "ct-flood") return flood(false);
    if (name == "ct-flood-synproxy") return flood(true);
    if (name == "ct-snapshot") return snapshot(forward);
    return memory();
}

}  // namespace

std::span<const std::string_view> tracked_names() { return names; }

Family family_of(std::string_view name) { return name.starts_with("ct6-") ? Family::ipv6 : Family::ipv4; }

Result<Line> run_tracked(std::string_view name, unsigned rounds, double forward) {
    auto line = run(name, rounds, forward);
    if (line) line->name = name;
    return line;
}

}  // namespace gatehouse::frontend::bench

// A study of connections picked up in mid-stream: a thousand generated ones, of which the true window scales
// are known, through the tracker as it learns them and as Linux does it. Prints what good segments became of,
// what forged ones achieved, and what was learnt, and when. Fails if a good segment is INVALID or a scale is
// inferred wrongly.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <deque>
#include <random>

#include "base/random.h"
#include "base/sequence.h"
#include "track/proto/tcp_testing.h"

namespace gatehouse::tcp_generator {
namespace {

using namespace track::tcp::testing;
using track::Direction;
using track::Verdict;
using namespace wire::tcp_flag;

// One end: it sends as much as the peer's window admits, takes what comes in order, and offers what room it
// has.
struct End {
    unsigned scale = 0;
    std::uint32_t room = 65'536;  // bytes that it can hold
    std::uint32_t held = 0;       // that its program hasn't read
    std::uint32_t reads = 1460;   // that its program reads at a time
    bool shrinks = false;         // its room goes up and down, whatever it has offered
    bool probes = false;          // it probes a closed window with an octet
    bool forwards = false;        // it has data to send
    std::uint32_t chunk = 1460;
    std::uint32_t burst = 16;         // chunks that it has under way at most
    std::uint32_t una = 0, next = 0;  // sent and unacknowledged from, next to send
    std::uint32_t cursor = 0;         // where it is, having gone back to send again
    std::uint32_t edge = 0;           // that the peer has offered
    std::uint32_t heard = 0;          // received in order up to
    std::uint32_t offered = 0;        // the right edge that it has offered

    std::uint16_t window() const {
        const std::uint32_t free = room > held ? room - held : 0;
        return static_cast<std::uint16_t>(std::min(free >> scale, 65'535u));
    }
};

// A segment under way, and when it passes here and arrives.
struct UnderWay {
    Sent sent{};
    std::uint64_t arrives = 0;
};

struct Profile {
    bool one_sided = false;  // only one direction passes here
    bool reorders = false;
    bool loses = false;
};

// Two ends and what is between them. Time goes in ticks; a segment takes some to the middle, where the
// tracker sees it, and some more to the other end.
class Path {
  public:
    explicit Path(Random& random);
    // The next segment that passes the middle; nothing when the talk is over.
    std::optional<Sent> next();
    const End& end(Side side) const { return ends_[static_cast<unsigned>(side)]; }
    const Profile& profile() const { return profile_; }

  private:
    bool chance(unsigned percent) { return random_.below(100) < percent; }
    End& mutable_end(Side side) { return ends_[static_cast<unsigned>(side)]; }
    void act(Side side);
    void send(Side side, std::uint32_t seq, std::uint16_t length);
    void arrive(Side side, const Sent& sent);

    Random& random_;
    Profile profile_;
    End ends_[2];
    std::vector<std::pair<std::uint64_t, Sent>> to_middle_;
    std::vector<std::pair<std::uint64_t, Sent>> to_end_;
    std::uint64_t now_ = 0, silent_since_[2]{};
    std::uint64_t delay_[2]{};  // from each end to the middle
    std::uint32_t passed_ = 0;
};

Path::Path(Random& random) : random_(random) {
    for (const unsigned i : {0u, 1u}) {
        End& end = ends_[i];
        constexpr std::uint32_t rooms[] = {16'384, 65'535, 262'144, 1'048'576, 6'291'456};
        end.scale = chance(20) ? 0 : random_.below(15);
        end.room = std::min(rooms[random_.below(std::size(rooms))], 65'535u << std::min(end.scale, 10u));
        if (end.room >> end.scale < 8) end.room = (8 + random_.below(400)) << end.scale;
        end.reads = chance(30) ? 200 + random_.below(2000) : 100'000'000;
        end.shrinks = chance(10);
        end.probes = chance(50);
        end.chunk = chance(20) ? 1 + random_.below(400) : 1460;
        end.burst = 4 + random_.below(200);
        end.una = end.next = end.cursor = random_.next32();
        delay_[i] = 1 + random_.below(40);
    }
    const auto talk = random_.below(4);
    ends_[0].forwards = talk != 0;
    ends_[1].forwards = talk != 1;
    for (const unsigned i : {0u, 1u}) {
        ends_[i].heard = ends_[1 - i].next;
        ends_[1 - i].edge = ends_[i].offered =
            ends_[i].heard + (std::uint32_t{ends_[i].window()} << ends_[i].scale);
    }
    profile_.one_sided = chance(5);
    profile_.reorders = chance(30);
    profile_.loses = chance(40);
}

void Path::send(Side side, std::uint32_t seq, std::uint16_t length) {
    End& from = mutable_end(side);
    Sent sent{
        .side = side, .flags = ack, .seq = seq, .ack = from.heard, .length = length, .window = from.window()};
    const std::uint32_t right = sent.ack + (std::uint32_t{sent.window} << from.scale);
    if (after(right, from.offered)) from.offered = right;
    if (profile_.loses && chance(2)) return;
    std::uint64_t at = now_ + delay_[static_cast<unsigned>(side)];
    if (profile_.reorders && chance(3)) at += 1 + random_.below(4);
    to_middle_.emplace_back(at, sent);
}

void Path::act(Side side) {
    End& from = mutable_end(side);
    const std::uint32_t read = std::min(from.held, from.reads);
    const std::uint16_t before_reading = from.window();
    if (from.reads > 10'000 || chance(25)) from.held -= read;
    if (from.shrinks && chance(1)) from.room = from.room / 2 + random_.below(from.room);
    if (from.shrinks) from.room = std::clamp(from.room, 4u << from.scale, 65'535u << from.scale);
    const bool opened = before_reading == 0 && from.window() != 0;
    auto& silent = silent_since_[static_cast<unsigned>(side)];
    if (from.una != from.next && now_ - silent > 200) {
        silent = now_;
        from.cursor = from.una;
    }
    const std::uint32_t right = std::min(from.edge - from.una, from.burst * from.chunk) + from.una;
    for (unsigned n = 0; from.forwards && n < 4 && after(right, from.cursor) && chance(80); ++n) {
        const auto length = std::min(right - from.cursor, from.chunk);
        send(side, from.cursor, static_cast<std::uint16_t>(length));
        from.cursor += length;
        if (after(from.cursor, from.next)) from.next = from.cursor;
    }
    if (opened) send(side, from.next, 0);
    if (from.forwards && from.una == from.next && !after(from.edge, from.next) && now_ - silent > 300) {
        silent = now_;
        if (from.probes) {
            send(side, from.next, 1);
            from.cursor = ++from.next;
        } else {
            send(side, from.next - 1, 0);
        }
    }
}

void Path::arrive(Side side, const Sent& sent) {
    End& to = mutable_end(side);
    if (!before(sent.ack, to.una) && !after(sent.ack, to.next)) {
        const bool news = after(sent.ack, to.una);
        if (news) silent_since_[static_cast<unsigned>(side)] = now_;
        to.una = sent.ack;
        if (before(to.cursor, to.una)) to.cursor = to.una;
        const End& peer = end(side == Side::client ? Side::server : Side::client);
        const std::uint32_t edge = sent.ack + (std::uint32_t{sent.window} << peer.scale);
        if (news || after(edge, to.edge)) to.edge = edge;
    }
    if (sent.length == 0) {
        if (before(sent.seq, to.heard)) send(side, to.next, 0);  // a keepalive, or a probe
        return;
    }
    const std::uint32_t last = sent.seq + sent.length;
    // What was offered is taken, and an octet that probes if there is room for it meanwhile.
    const bool fits = !after(last, to.offered) || (sent.length == 1 && to.room > to.held);
    if (!after(sent.seq, to.heard) && after(last, to.heard) && fits) {
        to.held += last - to.heard;
        to.heard = last;
    }
    if (chance(60) || sent.length < 1460) send(side, to.next, 0);
}

std::optional<Sent> Path::next() {
    constexpr std::uint32_t enough = 4000;
    while (passed_ < enough && now_ < 400'000) {
        const auto due = [&](auto& queue) {
            return std::find_if(queue.begin(), queue.end(),
                                [&](const auto& one) { return one.first <= now_; });
        };
        if (const auto one = due(to_end_); one != to_end_.end()) {
            const Sent sent = one->second;
            to_end_.erase(one);
            if (!(profile_.loses && chance(1)))
                arrive(sent.side == Side::client ? Side::server : Side::client, sent);
            continue;
        }
        if (const auto one = due(to_middle_); one != to_middle_.end()) {
            const Sent sent = one->second;
            to_middle_.erase(one);
            to_end_.emplace_back(now_ + delay_[sent.side == Side::client ? 1 : 0], sent);
            ++passed_;
            return sent;
        }
        ++now_;
        act(Side::client);
        act(Side::server);
    }
    return {};
}

// What became of forged segments.
struct Forged {
    std::uint32_t tried = 0, accepted = 0, ignored = 0;
    void count(const Outcome& outcome) {
        ++tried;
        if (outcome.info == track::Info::invalid) return;
        ++(outcome.finding ? ignored : accepted);
    }
    std::string text() const {
        const auto share = [&](std::uint32_t n) { return tried == 0 ? 0.0 : 100.0 * n / tried; };
        return fmt::format("{:6} tried, {:6.2f} % accepted, {:6.2f} % ignored", tried, share(accepted),
                           share(ignored));
    }
};

constexpr std::string_view kind_names[] = {"data", "ACKs", "RSTs"};

struct Study {
    std::uint32_t good = 0, good_invalid = 0, good_ignored = 0;
    Forged forged[3][2];  // by kind; before and after both ends of the interval meet
    std::uint32_t sides = 0, met = 0, wrong = 0, outside = 0;
    std::vector<std::uint32_t> packets;  // until they met
};

// Somebody off the path, who knows addresses and ports alone. `towards` is the side that the window is of.
Sent forge(Random& random, unsigned kind, Side from) {
    Sent sent{.side = from, .flags = ack, .seq = random.next32(), .ack = random.next32(), .window = 500};
    if (kind == 0) sent.length = 100;
    if (kind == 2) sent.flags = rst;
    return sent;
}

void run_one(Study& study, std::uint64_t seed, track::tcp::PickupMode mode) {
    Random random(seed), attack(seed + 1);
    Path path(random);
    // The connection has been going on for a while.
    const std::uint32_t skip = random.below(300);
    for (std::uint32_t i = 0; i < skip; ++i) path.next();
    Flow flow;
    flow.settings.pickup = mode;
    bool met[2]{};
    std::uint32_t count = 0;
    while (const auto sent = path.next()) {
        if (path.profile().one_sided && sent->side == Side::server) continue;
        const auto outcome = flow.send(*sent);
        ++count;
        ++study.good;
        if (outcome.info == track::Info::invalid) {
            ++study.good_invalid;
            if (mode == track::tcp::PickupMode::learn) {
                fmt::print("seed {}: packet {}: {} = {}\n", seed, count, text(*sent), outcome.text());
            }
        }
        if (outcome.info != track::Info::invalid && outcome.finding) ++study.good_ignored;
        for (const unsigned i : {0u, 1u}) {
            const auto side = static_cast<Side>(i);
            const unsigned d = index(flow.direction(side));
            const unsigned least = flow.state.least_scale(d), most = flow.state.most_scale(d);
            const unsigned truth = path.end(side).scale;
            if (mode == track::tcp::PickupMode::learn && least == most && !met[i]) {
                met[i] = true;
                study.packets.push_back(count);
                if (truth != least) {
                    ++study.wrong;
                    fmt::print("seed {}: packet {}: scale {} of a side whose scale is {}\n", seed, count,
                               least, truth);
                }
            }
        }
        // A copy of the connection is attacked, so that the study goes on as it would have.
        if (count % 16 == 0) {
            for (const unsigned kind : {0u, 1u, 2u}) {
                const auto from = static_cast<Side>(attack.below(2));
                Flow copy = flow;
                // Data is judged by its receiver's windows.
                const unsigned by = kind == 1 ? static_cast<unsigned>(from) : 1 - static_cast<unsigned>(from);
                study.forged[kind][met[by] ? 1 : 0].count(
                    copy.send(from, forge(attack, kind, from).segment()));
            }
        }
    }
    for (const unsigned i : {0u, 1u}) {
        const unsigned d = index(flow.direction(static_cast<Side>(i)));
        const unsigned truth = path.end(static_cast<Side>(i)).scale;
        ++study.sides;
        study.met += met[i] ? 1 : 0;
        if (mode == track::tcp::PickupMode::learn &&
            (truth < flow.state.least_scale(d) || truth > flow.state.most_scale(d)))
            ++study.outside;
    }
}

void report(const Study& study, std::string_view name) {
    fmt::print("{}: {} good segments, {} INVALID, {} ignored\n", name, study.good, study.good_invalid,
               study.good_ignored);
    for (const unsigned after_meeting : {0u, 1u}) {
        for (const unsigned kind : {0u, 1u, 2u}) {
            const Forged& forged = study.forged[kind][after_meeting];
            if (forged.tried == 0) continue;
            fmt::print("  forged {}, scale {}: {}\n", kind_names[kind],
                       after_meeting == 0 ? "open " : "known", forged.text());
        }
    }
}

void report_learnt(Study& study) {
    std::ranges::sort(study.packets);
    const auto at = [&](unsigned percent) {
        return study.packets.empty() ? 0u : study.packets[(study.packets.size() - 1) * percent / 100];
    };
    fmt::print("  scale known of {} of {} sides, after {} packets (a tenth), {} (half), {} (nine tenths)\n",
               study.met, study.sides, at(10), at(50), at(90));
    fmt::print("  {} scales inferred wrongly, {} outside their interval\n", study.wrong, study.outside);
}

int run(int argc, char** argv) {
    std::uint32_t pickups = 1000;
    std::uint64_t seed = std::random_device()();
    CLI::App app("Connections picked up in mid-stream: what the tracker learns of their window scales.");
    app.add_option("--pickups", pickups, "how many (default 1000)");
    app.add_option("--seed", seed, "the first one's seed; drawn, if not given");
    CLI11_PARSE(app, argc, argv);
    fmt::print("seed {}\n", seed);
    Study learnt, as_linux;
    for (std::uint32_t i = 0; i < pickups; ++i) {
        run_one(learnt, seed + i, track::tcp::PickupMode::learn);
        run_one(as_linux, seed + i, track::tcp::PickupMode::linux);
    }
    report(as_linux, "as Linux");
    report(learnt, "learning");
    report_learnt(learnt);
    return learnt.good_invalid == 0 && learnt.wrong == 0 && learnt.outside == 0 ? 0 : 1;
}

}  // namespace
}  // namespace gatehouse::tcp_generator

int main(int argc, char** argv) { return gatehouse::tcp_generator::run(argc, argv); }

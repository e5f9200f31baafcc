// Connections saved by one run and loaded by the next.
#include "frontend/replay/state_file.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <sys/wait.h>
#include <unistd.h>

#include "frontend/replay/outputs.h"
#include "frontend/replay/session.h"
#include "io/pcapng_writer.h"
#include "track/text.h"
#include "wire/builder.h"

namespace gatehouse::frontend {
namespace {

namespace fs = std::filesystem;
using wire::tcp_flag::ack;
using wire::tcp_flag::syn;

class Folder {
  public:
    Folder() {
        std::string name = fs::temp_directory_path() / "gatehouse-state-XXXXXX";
        path_ = mkdtemp(name.data());
    }
    ~Folder() { fs::remove_all(path_); }
    std::string operator/(std::string_view name) const { return path_ / name; }
    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), {}));
    }

  private:
    fs::path path_;
};

struct Segment {
    bool up;  // from the client
    std::uint8_t flags;
    std::uint32_t seq, ack;
    std::uint16_t length = 0;
};

// A download with scaled windows, which are full most of the time.
std::vector<Segment> download() {
    std::vector<Segment> all = {{true, syn, 100, 0}, {false, syn | ack, 500, 101}, {true, ack, 101, 501}};
    constexpr std::uint16_t size = 1400;
    std::uint32_t sent = 501, taken = 501;
    for (int round = 0; round < 40; ++round) {
        for (int i = 0; i < 20; ++i, sent += size) all.push_back({false, ack, sent, 101, size});
        for (int i = 0; i < 10; ++i) all.push_back({true, ack, 101, taken += 2 * size});
    }
    return all;
}

void write_capture(const std::string& path, std::span<const Segment> segments, std::size_t first) {
    auto writer = io::PcapngWriter::create(path);
    ASSERT_TRUE(writer);
    writer->add_interface({.name = "any"});
    const auto client = *parse_address("10.0.0.2", Family::ipv4),
               server = *parse_address("192.0.2.9", Family::ipv4);
    for (const Segment& s : segments) {
        wire::Tcp header{.source = static_cast<std::uint16_t>(s.up ? 40000 : 80),
                         .destination = static_cast<std::uint16_t>(s.up ? 80 : 40000),
                         .sequence = s.seq,
                         .acknowledgment = s.ack,
                         .flags = s.flags,
                         .window = 400};
        if ((s.flags & syn) != 0) header.options.mss(1460).nop().window_scale(7);
        const std::vector<std::uint8_t> data(s.length);
        const auto frame =
            wire::PacketBuilder()
                .ethernet({})
                .ipv4({.source = s.up ? client : server, .destination = s.up ? server : client})
                .tcp(header)
                .payload(data)
                .build();
        const Time at{1'700'000'000 * second + static_cast<Nanoseconds>(first++) * millisecond};
        writer->write({.time = at, .bytes = frame});
    }
    ASSERT_TRUE(writer->close());
}

struct Counted final : ReportSink {
    unsigned packets = 0, odd = 0;
    void report(const PacketReport& report, const Engine&) override {
        ++packets;
        odd += report.invalid || report.tracking ? 1 : 0;
    }
};

std::unique_ptr<Session> session_of(const Folder& folder, const std::string& capture,
                                    const std::string& state = {}) {
    std::ofstream(folder / "rules") << "*filter\n-A FORWARD -m conntrack --ctstate INVALID -j DROP\nCOMMIT\n";
    auto session = Session::open({.rules4 = folder / "rules", .load_state = state}, {capture});
    EXPECT_TRUE(session) << session.error().text();
    return session ? std::move(*session) : nullptr;
}

std::string connections(Session& session) {
    std::string all;
    track::ScanCursor cursor;
    auto& tracking = *session.engine().tracking();
    while (tracking.table().scan(cursor, 1000, [&](track::ConnIndex, const track::Entry& entry) {
        all += track::to_text(tracking, entry) + "\n";
    })) {
    }
    return all;
}

Counted run(Session& session, const std::string& capture) {
    Counted counted;
    EXPECT_TRUE(session.run(capture, counted, [](const io::CaptureReader&, std::uint64_t) {}));
    session.finish(counted);
    return counted;
}

TEST(StateFile, RestoresATransferWithNoPacketInvalid) {
    const Folder folder;
    const auto all = download();
    write_capture(folder / "all", all, 0);
    auto whole = session_of(folder, folder / "all");
    ASSERT_EQ(run(*whole, folder / "all").odd, 0u);
    for (const std::size_t cut : {1u, 2u, 3u, 17u, 400u, 777u, 1200u}) {
        write_capture(folder / "first", std::span(all).first(cut), 0);
        write_capture(folder / "second", std::span(all).subspan(cut), cut);
        auto first = session_of(folder, folder / "first");
        EXPECT_EQ(run(*first, folder / "first").odd, 0u);
        ASSERT_TRUE(save_state(first->engine().tracking()->table(), folder / "state"));
        auto second = session_of(folder, folder / "second", folder / "state");
        const Counted counted = run(*second, folder / "second");
        EXPECT_EQ(counted.odd, 0u) << cut;
        EXPECT_EQ(counted.packets, all.size() - cut);
        ASSERT_TRUE(second->loaded());
        EXPECT_EQ(second->loaded()->entered, 1u);
        EXPECT_EQ(connections(*second), connections(*whole)) << cut;
    }
}

// The check that the test above can fail: with no state the rest begins in mid-stream.
TEST(StateFile, WithoutItTheRestIsAnotherConnection) {
    const Folder folder;
    const auto all = download();
    write_capture(folder / "all", all, 0);
    write_capture(folder / "second", std::span(all).subspan(400), 400);
    auto whole = session_of(folder, folder / "all"), rest = session_of(folder, folder / "second");
    run(*whole, folder / "all");
    run(*rest, folder / "second");
    EXPECT_NE(connections(*rest), connections(*whole));
}

TEST(StateFile, IsRefusedDamagedOrWithoutTracking) {
    const Folder folder;
    const auto all = download();
    write_capture(folder / "all", all, 0);
    auto session = session_of(folder, folder / "all");
    run(*session, folder / "all");
    ASSERT_TRUE(save_state(session->engine().tracking()->table(), folder / "state"));
    const auto untracked = Session::open({.load_state = folder / "state"}, {folder / "all"});
    ASSERT_FALSE(untracked);
    EXPECT_THAT(untracked.error().text(), testing::HasSubstr("no rule needs tracking"));
    fs::resize_file(folder / "state", fs::file_size(folder / "state") - 1);
    const auto opened =
        Session::open({.rules4 = folder / "rules", .load_state = folder / "state"}, {folder / "all"});
    ASSERT_FALSE(opened);
    EXPECT_THAT(opened.error().text(), testing::HasSubstr("cut short"));
}

TEST(StateFile, LeavesTheOlderWhereItCantBeWritten) {
    track::Table table({.entries = 10}, 1);
    const auto saved = save_state(table, "/nowhere/at/all");
    ASSERT_FALSE(saved);
    EXPECT_THAT(saved.error().text(), testing::HasSubstr("/nowhere/at/all"));
}

// A program that does nothing but save is killed again and again, at any point.
TEST(StateFile, IsOldOrNewWheneverTheWriterIsKilled) {
    const Folder folder;
    const std::string path = folder / "state";
    track::Table table({.entries = 3000}, 1);
    table.set_now({1'700'000'000 * second});
    for (std::uint32_t n = 0; n < 2000; ++n) {
        Finding why;
        track::Tuple there{.source = Address::v4(n), .destination = Address::v4(7), .protocol = 17};
        track::Tuple back{.source = there.destination, .destination = there.source, .protocol = 17};
        const auto tentative = table.begin(there, back, {}, why);
        table.refresh(tentative, 100 * second);
        table.confirm(tentative);
    }
    ASSERT_TRUE(save_state(table, path));
    std::minstd_rand random(1);
    for (int i = 0; i < 40; ++i) {
        const pid_t child = fork();
        if (child == 0) {
            for (;;) static_cast<void>(save_state(table, path));
        }
        usleep(static_cast<useconds_t>(random() % 20'000));
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
        const auto state = StateFile::open(path);
        ASSERT_TRUE(state) << state.error().text();
        track::Table other({.entries = 3000}, 2);
        other.set_now(state->time());
        ASSERT_EQ(state->load(other).entered, 2000u);
    }
    // What was begun and not finished lies beside it, and nothing else does.
    EXPECT_LE(folder.files(), 41u);
}

}  // namespace
}  // namespace gatehouse::frontend

// What --invalid tells, and the capture of the flows that it tells of.
#include "frontend/replay/invalid.h"

#include <cstdio>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "frontend/replay/session.h"
#include "io/pcapng_writer.h"
#include "wire/builder.h"

namespace gatehouse::frontend {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using wire::tcp_flag::ack;
using wire::tcp_flag::psh;
using wire::tcp_flag::syn;

class Told : public testing::Test {
  protected:
    Told() : folder_(mkdtemp(name_.data())) {}
    ~Told() override {
        std::fclose(out_);
        std::filesystem::remove_all(folder_);
    }

    // Of one flow a handshake, data far beyond the window, and data within it twice; packets of another flow
    // between them.
    void write_capture() {
        auto writer = io::PcapngWriter::create(path("in"));
        ASSERT_TRUE(writer);
        writer->add_interface({.name = "tap"});
        add(*writer, 40'000, true, syn, 100, 0, "");
        add(*writer, 40'001, true, syn, 700, 0, "");
        add(*writer, 40'000, false, syn | ack, 500, 101, "");
        add(*writer, 40'000, true, ack, 101, 501, "");
        add(*writer, 40'000, true, ack | psh, 900'101, 501, "far");
        add(*writer, 40'000, true, ack | psh, 101, 501, "near");
        add(*writer, 40'000, false, ack, 501, 900'000, "");
        ASSERT_TRUE(writer->close());
    }
    std::uint64_t run(bool ignored) {
        write_capture();
        auto session = Session::open(
            {.derive = {.inside = {*parse_prefix("10.0.0.0/8")}}, .track = true, .arrivals = true},
            {path("in")});
        EXPECT_TRUE(session) << session.error().text();
        Invalids invalids(out_, ignored);
        EXPECT_TRUE((*session)->run(path("in"), invalids, [](const io::CaptureReader&, std::uint64_t) {}));
        (*session)->finish(invalids);
        const auto written = invalids.write_flows({path("in")}, path("out"));
        EXPECT_TRUE(written);
        return *written;
    }
    std::string text() {
        std::string all;
        std::rewind(out_);
        for (char line[1024]; std::fgets(line, sizeof line, out_) != nullptr;) all += line;
        return all;
    }
    std::string path(const char* file) const { return folder_ / file; }

  private:
    void add(io::PcapngWriter& writer, std::uint16_t port, bool up, std::uint8_t flags, std::uint32_t seq,
             std::uint32_t acked, std::string_view data) {
        const Address c = Address::v4(0x0a000002), s = Address::v4(0xc0000209);
        wire::PacketBuilder builder;
        builder.ethernet({})
            .ipv4({.source = up ? c : s, .destination = up ? s : c})
            .tcp({.source = up ? port : std::uint16_t{80},
                  .destination = up ? std::uint16_t{80} : port,
                  .sequence = seq,
                  .acknowledgment = acked,
                  .flags = flags,
                  .window = 1000});
        writer.write({.time = {at_}, .bytes = builder.payload(data).finish()});
        at_ += second / 2;
    }

    std::string name_ = (std::filesystem::temp_directory_path() / "invalid-XXXXXX").string();
    std::filesystem::path folder_;
    std::FILE* out_ = std::tmpfile();
    Nanoseconds at_ = 1'700'000'000'000'000'123;
};

TEST_F(Told, SaysWhatWasComparedAndWhatCameBefore) {
    run(false);
    EXPECT_EQ(
        text(),
        "packet 5 at 1700000002.000000123: tcp 10.0.0.2:40000 > 192.0.2.9:80 P., seq 900101 ack 501 win "
        "1000, "
        "3 bytes of data\n"
        "  INVALID (tcp-seq-over-upper): its sequence number 900101 isn't below 1102, where the receiver's "
        "window ends (bound I)\n"
        "  the kernel's log: nf_ct_proto_6: SEQ is over upper bound 1102 (over the window of the receiver)\n"
        "  before it, in this flow:\n"
        "    packet 1, 2.000000 s before, the same way: S seq 100 win 1000; NEW, forward\n"
        "    packet 3, 1.000000 s before, the other way: S. seq 500 ack 101 win 1000; ESTABLISHED, forward\n"
        "    packet 4, 0.500000 s before, the same way: . seq 101 ack 501 win 1000; ESTABLISHED, forward\n"
        "packet 7 at 1700000003.000000123: tcp 192.0.2.9:80 > 10.0.0.2:40000 ., seq 501 ack 900000 win 1000\n"
        "  INVALID (tcp-ack-over-upper): it acknowledges up to 900000, which isn't below 106: data that "
        "wasn't "
        "seen here (bound III)\n"
        "  the kernel's log: nf_ct_proto_6: ACK is over upper bound 106 (ACKed data not seen yet)\n"
        "  before it, in this flow:\n"
        "    packet 6, 0.500000 s before, the other way: P. seq 101 ack 501 win 1000 data 4; ESTABLISHED, "
        "forward\n");
}

TEST_F(Told, WritesItsFlowsAlone) {
    EXPECT_EQ(run(false), 6u);
    auto reader = io::CaptureReader::open(path("out"));
    ASSERT_TRUE(reader);
    io::CaptureRecord record;
    std::vector<std::string> comments;
    while (reader->next(record) == io::Next::record) comments.emplace_back(record.comment);
    EXPECT_THAT(comments, ElementsAre("", "", "", HasSubstr("tcp-seq-over-upper"), "",
                                      HasSubstr("INVALID (tcp-ack-over-upper)")));
    EXPECT_EQ(reader->interfaces()[0].name, "tap");
}

TEST(FlowHistory, KeepsTheLastPacketsOfTheFlowsHeardLast) {
    FlowHistory history;
    const FlowKey key{.low = Address::v4(1)};
    for (std::uint64_t i = 1; i <= FlowHistory::packets + 3; ++i) history.note(key, {.index = i});
    const auto before = history.news(key);
    ASSERT_EQ(before.size(), FlowHistory::packets);
    EXPECT_EQ(before.front().index, 4u);
    history.note(key, {.index = 20});
    EXPECT_TRUE(history.news(key).empty());  // the packet that it was asked for
    for (std::uint32_t i = 0; i < FlowHistory::most_flows; ++i)
        history.note({.low = Address::v4(1000 + i)}, {.index = 1});
    history.note(key, {.index = 21});
    EXPECT_EQ(history.news(key).size(), 1u);
}

TEST(FlowKey, IsTheSameBothWays) {
    Flat there{.source = Address::v4(9), .destination = Address::v4(2), .protocol = wire::protocol::tcp};
    there.transport = Transport::whole;
    there.sport = 1;
    there.dport = 2;
    Flat back = there;
    std::swap(back.source, back.destination);
    std::swap(back.sport, back.dport);
    EXPECT_EQ(flow_key(there), flow_key(back));
    EXPECT_NE(flow_key(there).turned, flow_key(back).turned);
    back.sport = 3;
    EXPECT_FALSE(flow_key(there) == flow_key(back));
}

}  // namespace
}  // namespace gatehouse::frontend

// What replay prints of connections: the lines are those of conntrack(8) for the same packets.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "frontend/replay/outputs.h"
#include "frontend/replay/session.h"
#include "io/pcapng_writer.h"
#include "wire/builder.h"

namespace gatehouse::frontend {
namespace {

using testing::ElementsAre;
using testing::SizeIs;
using wire::tcp_flag::ack;
using wire::tcp_flag::rst;
using wire::tcp_flag::syn;

class Printed : public testing::Test {
  protected:
    Printed() : folder_(mkdtemp(name_.data())) {}
    ~Printed() override {
        std::fclose(out_);
        std::filesystem::remove_all(folder_);
    }

    // A handshake, its reset; and a connection that another takes the place of.
    void run(Form form) {
        write_capture();
        std::ofstream(folder_ / "rules") << "*filter\n-A FORWARD -m conntrack --ctstate INVALID\nCOMMIT\n";
        std::ofstream(folder_ / "net.toml") << network;
        auto session = Session::open(
            {.rules4 = folder_ / "rules", .config = folder_ / "net.toml", .events = true}, {folder_ / "in"});
        ASSERT_TRUE(session) << session.error().text();
        EventLines events(out_, form);
        ASSERT_TRUE((*session)->run(folder_ / "in", events, [](const io::CaptureReader&, std::uint64_t) {}));
        (*session)->finish(events);
        print_connections(out_, (*session)->engine(), form);
    }

    std::vector<std::string> lines() {
        std::rewind(out_);
        std::vector<std::string> all;
        for (char line[1024]; std::fgets(line, sizeof line, out_) != nullptr;) {
            all.emplace_back(line);
            all.back().pop_back();
        }
        return all;
    }

  private:
    static constexpr const char* network = R"(
[[interface]]
name = "any"
mac = "02:00:00:00:01:01"
address = "10.0.1.1/24"
neighbours = { "10.0.1.2" = "02:00:00:00:01:02", "10.0.1.9" = "02:00:00:00:01:09" }
[sysctl]
"net.netfilter.nf_conntrack_acct" = 1
)";

    void write_capture() {
        auto writer = io::PcapngWriter::create(folder_ / "in");
        ASSERT_TRUE(writer);
        writer->add_interface({.name = "any"});
        Nanoseconds at = 1'700'000'000 * second;
        const auto add = [&](bool up, std::uint8_t flags, std::uint32_t seq, std::uint32_t acked) {
            const auto c = *parse_address("10.0.1.2", Family::ipv4),
                       s = *parse_address("10.0.1.9", Family::ipv4);
            const auto frame = wire::PacketBuilder()
                                   .ethernet({.destination = {{2, 0, 0, 0, 1, 1}}})
                                   .ipv4({.source = up ? c : s, .destination = up ? s : c})
                                   .tcp({.source = static_cast<std::uint16_t>(up ? 40000 : 80),
                                         .destination = static_cast<std::uint16_t>(up ? 80 : 40000),
                                         .sequence = seq,
                                         .acknowledgment = acked,
                                         .flags = flags,
                                         .window = 400})
                                   .build();
            writer->write({.time = {at}, .bytes = frame});
            at += 1500 * millisecond;
        };
        add(true, syn, 100, 0);
        add(false, syn | ack, 500, 101);
        add(true, ack, 101, 501);
        add(false, rst | ack, 501, 101);
        at += 20 * second;
        add(true, syn, 7000, 0);
        ASSERT_TRUE(writer->close());
    }

    std::string name_ = std::filesystem::temp_directory_path() / "gatehouse-printed-XXXXXX";
    std::filesystem::path folder_;
    std::FILE* out_ = std::tmpfile();
};

TEST_F(Printed, IsWhatConntrackPrints) {
    run(Form::text);
    const std::string original = "src=10.0.1.2 dst=10.0.1.9 sport=40000 dport=80 ",
                      reply = "src=10.0.1.9 dst=10.0.1.2 sport=80 dport=40000";
    EXPECT_THAT(
        lines(),
        ElementsAre("[1700000000.000000]\t    [NEW] ipv4     2 tcp      6 120 SYN_SENT " + original +
                        "[UNREPLIED] " + reply,
                    "[1700000001.500000]\t [UPDATE] ipv4     2 tcp      6 60 SYN_RECV " + original + reply,
                    "[1700000003.000000]\t [UPDATE] ipv4     2 tcp      6 432000 ESTABLISHED " + original +
                        reply + " [ASSURED]",
                    "[1700000004.500000]\t [UPDATE] ipv4     2 tcp      6 10 CLOSE " + original + reply +
                        " [ASSURED]",
                    "[1700000026.000000]\t[DESTROY] ipv4     2 tcp      6 CLOSE " + original +
                        "packets=2 bytes=80 " + reply + " packets=2 bytes=80 [ASSURED]",
                    "[1700000026.000000]\t    [NEW] ipv4     2 tcp      6 120 SYN_SENT " + original +
                        "[UNREPLIED] " + reply,
                    "ipv4     2 tcp      6 120 SYN_SENT " + original + "packets=1 bytes=40 [UNREPLIED] " +
                        reply + " packets=0 bytes=0 mark=0"));
}

TEST_F(Printed, IsJsonWhenAskedFor) {
    run(Form::json);
    std::vector<nlohmann::json> all;
    for (const auto& line : lines()) all.push_back(nlohmann::json::parse(line));
    ASSERT_THAT(all, SizeIs(7));
    EXPECT_EQ(all[0]["event"], "new");
    EXPECT_EQ(all[0]["changes"], nlohmann::json({"new"}));
    EXPECT_EQ(all[1]["event"], "update");
    EXPECT_EQ(all[1]["time"], 1700000001.5);
    EXPECT_EQ(all[1]["changes"], nlohmann::json({"reply", "protoinfo"}));
    EXPECT_FALSE(all[1]["connection"].contains("mark"));
    EXPECT_EQ(all[4]["event"], "destroy");
    EXPECT_EQ(all[4]["why"], "expired");
    EXPECT_FALSE(all[4]["connection"].contains("seconds"));
    const auto& last = all[6]["connection"];
    EXPECT_EQ(last["family"], "ipv4");
    EXPECT_EQ(last["protocol"], 6);
    EXPECT_EQ(last["seconds"], 120);
    EXPECT_EQ(last["state"], "SYN_SENT");
    EXPECT_EQ(last["original"], nlohmann::json({{"source", "10.0.1.2"},
                                                {"destination", "10.0.1.9"},
                                                {"sport", 40000},
                                                {"dport", 80},
                                                {"packets", 1},
                                                {"bytes", 40}}));
    EXPECT_EQ(last["replied"], false);
    EXPECT_EQ(last["mark"], 0);
}

}  // namespace
}  // namespace gatehouse::frontend

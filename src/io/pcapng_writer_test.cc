#include "io/pcapng_writer.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>

#include "io/capture_testing.h"

namespace gatehouse::io {
namespace {

using testing::HasSubstr;

Bytes bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// A file that is gone at the end of the test.
class PcapngFile : public testing::Test {
  protected:
    PcapngFile()
        : path_(std::filesystem::temp_directory_path() /
                ("gatehouse-io-" + std::to_string(::getpid()) + ".pcapng")) {}
    ~PcapngFile() override { std::filesystem::remove(path_); }

    const std::string path_;
};

std::string output_of(const std::string& command) {
    std::string out;
    FILE* pipe = ::popen(command.c_str(), "r");
    char piece[4096];
    while (const std::size_t n = std::fread(piece, 1, sizeof piece, pipe)) out.append(piece, n);
    ::pclose(pipe);
    return out;
}

// A frame of an unassigned Ethertype.
const std::string frame = std::string("\2\0\0\0\0\2\2\0\0\0\0\1\x88\xb5", 14) + std::string(46, 'x');

void write_example(PcapngWriter& writer) {
    const auto lan =
        writer.add_interface({.name = "lan", .description = "inside", .mac = Mac{{2, 0, 0, 0, 0, 1}}});
    const auto wan = writer.add_interface({.name = "wan", .snap_length = 65535});
    EXPECT_TRUE(writer.write({.interface = lan,
                              .time = {1'700'000'000'123'456'789},
                              .bytes = bytes_of(frame),
                              .comment = "accepted: policy of FORWARD",
                              .direction = CaptureDirection::inbound}));
    EXPECT_TRUE(writer.write({.interface = wan,
                              .time = {1'700'000'001'000'000'001},
                              .bytes = bytes_of(frame),
                              .original_length = 1500,
                              .direction = CaptureDirection::outbound}));
    EXPECT_TRUE(writer.write(
        {.interface = lan, .time = {-5}, .bytes = bytes_of(std::string_view(frame).substr(0, 17))}));
}

TEST(PcapngWriter, WhatItWritesTheReaderReads) {
    auto writer = PcapngWriter::to_memory({.application = "gatehouse", .comment = "a test"});
    write_example(writer);
    EXPECT_EQ(writer.interfaces(), 2u);
    EXPECT_EQ(writer.packets(), 3u);
    const auto all = read_all(writer.written());
    ASSERT_EQ(all.kept.size(), 3u) << all.damage;
    EXPECT_EQ(all.last, Next::end);
    EXPECT_EQ(all.kept[0].interface, "lan");
    EXPECT_EQ(all.kept[0].comment, "accepted: policy of FORWARD");
    EXPECT_EQ(all.kept[0].data, frame);
    EXPECT_EQ(all.kept[0].record.time.since_epoch, 1'700'000'000'123'456'789);
    EXPECT_EQ(all.kept[0].record.direction, CaptureDirection::inbound);
    EXPECT_EQ(all.kept[0].record.original_length, frame.size());
    EXPECT_EQ(all.kept[1].interface, "wan");
    EXPECT_EQ(all.kept[1].comment, "");
    EXPECT_EQ(all.kept[1].record.original_length, 1500u);
    EXPECT_EQ(all.kept[1].record.direction, CaptureDirection::outbound);
    EXPECT_EQ(all.kept[2].record.time.since_epoch, 0) << "before 1970";
    EXPECT_EQ(all.kept[2].data, frame.substr(0, 17));
    EXPECT_EQ(all.kept[2].record.direction, CaptureDirection::unknown);
}

TEST(PcapngWriter, CutsWhatDoesNotFit) {
    auto writer = PcapngWriter::to_memory();
    writer.add_interface({.name = "lan"});
    const std::string large(max_captured_length + 1, 'x');
    writer.write({.bytes = bytes_of(large), .comment = std::string(65'534, 'y') + "\u00e4"});
    writer.write({.comment = std::string(65'533, 'y') + "\u00e4"});
    const auto all = read_all(writer.written());
    ASSERT_EQ(all.kept.size(), 2u) << all.damage;
    EXPECT_EQ(all.kept[0].record.bytes.size(), max_captured_length);
    EXPECT_EQ(all.kept[0].record.original_length, max_captured_length + 1);
    EXPECT_EQ(all.kept[0].comment, std::string(65'534, 'y')) << "no half character";
    EXPECT_EQ(all.kept[1].comment.size(), 65'535u);
}

TEST_F(PcapngFile, HoldsWhatWasWrittenAfterClose) {
    auto writer = PcapngWriter::create(path_);
    ASSERT_TRUE(writer) << writer.error().text();
    const auto lan = writer->add_interface({.name = "lan"});
    constexpr std::uint32_t count = 10'000;  // more than the buffer holds
    for (std::uint32_t i = 0; i < count; ++i)
        writer->write({.interface = lan, .time = {i}, .bytes = bytes_of(frame)});
    ASSERT_TRUE(writer->close());
    auto reader = CaptureReader::open(path_);
    ASSERT_TRUE(reader) << reader.error().text();
    CaptureRecord record;
    std::uint32_t read = 0;
    while (reader->next(record) == Next::record) EXPECT_EQ(record.time.since_epoch, read++);
    EXPECT_EQ(read, count);
    EXPECT_EQ(reader->stored_read(), reader->stored_size());
}

TEST(PcapngWriter, TellsWhatItCannotWrite) {
    EXPECT_THAT(PcapngWriter::create("/nowhere/a.pcapng").error().text(),
                HasSubstr("can't write `/nowhere/a.pcapng`: No such file or directory"));
    auto full = PcapngWriter::create("/dev/full");
    ASSERT_TRUE(full) << full.error().text();
    const auto lan = full->add_interface({.name = "lan"});
    bool written = true;
    for (int i = 0; i < 10'000 && written; ++i)
        written = full->write({.interface = lan, .bytes = bytes_of(frame)});
    EXPECT_FALSE(written);
    EXPECT_EQ(full->flush().error().text(), "can't write `/dev/full`: No space left on device");
    EXPECT_EQ(full->close().error().text(), "can't write `/dev/full`: No space left on device");
}

TEST_F(PcapngFile, TsharkReadsIt) {
    if (std::system("command -v tshark capinfos >/dev/null 2>&1") != 0)
        GTEST_SKIP() << "tshark isn't installed";
    auto writer = PcapngWriter::create(path_, {.application = "gatehouse"});
    ASSERT_TRUE(writer) << writer.error().text();
    write_example(*writer);
    ASSERT_TRUE(writer->close());
    EXPECT_EQ(
        output_of(
            "tshark -n -r " + path_ +
            " -T fields -E separator='|' -e frame.time_epoch -e frame.interface_name -e frame.cap_len -e "
            "frame.len -e frame.comment -e frame.packet_flags_direction 2>&1 | grep -v '^Running as'"),
        "1700000000.123456789|lan|60|60|accepted: policy of FORWARD|0x00000001\n"
        "1700000001.000000001|wan|60|1500||0x00000002\n"
        "0.000000000|lan|17|17||\n");
    EXPECT_THAT(output_of("capinfos -T -r -c " + path_ + " 2>&1"), HasSubstr("\t3\n"));
}

}  // namespace
}  // namespace gatehouse::io

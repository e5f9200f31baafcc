#include "io/capture_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "io/capture_testing.h"

namespace gatehouse::io {
namespace {

class ByteOrder : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(, ByteOrder, testing::Bool(),
                         [](const auto& c) { return c.param ? "swapped" : "native"; });

TEST_P(ByteOrder, PcapMicrosecondsAndNanoseconds) {
    for (const bool nano : {false, true}) {
        CaptureBytes file(GetParam());
        file.pcap_header(nano ? 0xa1b23c4d : 0xa1b2c3d4, 101)
            .pcap_record(7, 5, "abc", 60)
            .pcap_record(8, 0, "", 0);
        const auto all = read_all(file);
        ASSERT_EQ(all.kept.size(), 2u) << all.damage << all.error;
        EXPECT_EQ(all.last, Next::end);
        const auto& first = all.kept[0].record;
        EXPECT_EQ(first.index, 1u);
        EXPECT_EQ(first.time.since_epoch, 7 * second + 5 * (nano ? 1 : microsecond));
        EXPECT_EQ(first.link_type, LinkType::raw);
        EXPECT_EQ(first.original_length, 60u);
        EXPECT_EQ(all.kept[0].data, "abc");
        EXPECT_EQ(all.kept[1].record.index, 2u);
        EXPECT_EQ(all.kept[1].data, "");
    }
}

TEST_P(ByteOrder, PcapngInterfacesTimesAndComments) {
    CaptureBytes file(GetParam());
    const auto none = file.part();
    file.section();
    file.interface(1, file.part().option(2, "lan").option(3, "inside").option(9, "\x09"));
    file.interface(101, file.part().option(2, std::string_view("wan\0", 4)).option(9, "\x83").option(0, ""));
    const auto offset = file.part().u64(100).bytes();
    file.interface(113,
                   file.part().option(14, std::string_view(reinterpret_cast<const char*>(offset.data()), 8)));
    file.enhanced(0, 1'700'000'000'123'456'789, "first", 99, file.part().option(1, "one").option(1, "two"));
    file.block(0x0bad, file.part().text("something else"));
    file.enhanced(1, 8 * 5 + 4, "second", 6, none);
    file.enhanced(2, 1'500'000, "third", 5,
                  file.part().option(
                      2, GetParam() ? std::string_view("\0\0\0\x02", 4) : std::string_view("\x02\0\0\0", 4)));
    const auto all = read_all(file);
    ASSERT_EQ(all.kept.size(), 3u) << all.damage << all.error;
    EXPECT_EQ(all.last, Next::end);
    const auto& [first, second_, third] = std::tie(all.kept[0], all.kept[1], all.kept[2]);
    EXPECT_EQ(first.record.time.since_epoch, 1'700'000'000'123'456'789);
    EXPECT_EQ(first.interface, "lan");
    EXPECT_EQ(first.comment, "one\ntwo");
    EXPECT_EQ(first.data, "first");
    EXPECT_EQ(first.record.original_length, 99u);
    EXPECT_EQ(second_.record.time.since_epoch, 5 * second + second / 2);
    EXPECT_EQ(second_.interface, "wan");
    EXPECT_EQ(second_.record.link_type, LinkType::raw);
    EXPECT_EQ(second_.comment, "");
    EXPECT_EQ(third.record.time.since_epoch, 101 * second + second / 2);
    EXPECT_EQ(third.record.direction, CaptureDirection::outbound);
    EXPECT_EQ(third.interface, "");
}

TEST_P(ByteOrder, SimpleAndObsoletePackets) {
    CaptureBytes file(GetParam());
    file.section().interface(1, file.part(), 4);
    auto obsolete = file.part().u16(0).u16(3).u32(0).u32(9).u32(2).u32(70).text("ab").pad();
    file.block(2, obsolete.option(1, "old"));
    file.block(3, file.part().u32(90).text("wxyz"));
    const auto all = read_all(file);
    ASSERT_EQ(all.kept.size(), 2u) << all.damage << all.error;
    EXPECT_EQ(all.kept[0].record.time.since_epoch, 9 * microsecond);
    EXPECT_EQ(all.kept[0].data, "ab");
    EXPECT_EQ(all.kept[0].comment, "old");
    EXPECT_EQ(all.kept[1].record.time.since_epoch, 9 * microsecond) << "no time of its own: the one before";
    EXPECT_FALSE(all.kept[1].record.timed);
    EXPECT_EQ(all.kept[1].data, "wxyz") << "the snap length cuts a simple packet";
    EXPECT_EQ(all.kept[1].record.original_length, 90u);
}

TEST(CaptureReader, SectionsOfBothByteOrdersShareInterfaces) {
    CaptureBytes file, other(true);
    file.section().interface(1, file.part().option(2, "a")).interface(1, file.part().option(2, "b"));
    file.enhanced(1, 1, "1", 1, file.part());
    other.section().interface(1, other.part().option(2, "b")).interface(101, other.part().option(2, "b"));
    other.enhanced(0, 2, "2", 1, other.part()).enhanced(1, 3, "3", 1, other.part());
    file.append(other);
    const auto all = read_all(file);
    ASSERT_EQ(all.kept.size(), 3u) << all.damage;
    EXPECT_EQ(all.kept[0].record.interface, 1u);
    EXPECT_EQ(all.kept[1].record.interface, 1u) << "described in the same words: the same interface";
    EXPECT_EQ(all.kept[2].record.interface, 2u) << "another link type: another interface";
    EXPECT_EQ(all.kept[2].interface, "b");
}

TEST(CaptureReader, TwoInterfacesOfOneSectionInTheSameWordsAreTwo) {
    CaptureBytes file;
    for (int section = 0; section < 3; ++section) {
        file.section().interface(1, file.part()).interface(1, file.part());
        file.enhanced(0, 1, "x", 1, file.part()).enhanced(1, 1, "y", 1, file.part());
    }
    const auto all = read_all(file);
    ASSERT_EQ(all.kept.size(), 6u) << all.damage;
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(all.kept[i].record.interface, i % 2);
}

TEST(CaptureReader, PcapBeforeVersion24MayHaveItsLengthsSwapped) {
    CaptureBytes file;
    file.pcap_header(0xa1b2c3d4, 1, 3);
    file.u32(1).u32(2).u32(60).u32(3).text("abc");
    file.u32(1).u32(2).u32(3).u32(60).text("def");
    const auto all = read_all(file);
    ASSERT_EQ(all.kept.size(), 2u) << all.damage;
    EXPECT_EQ(all.kept[0].data, "abc");
    EXPECT_EQ(all.kept[0].record.original_length, 60u);
    EXPECT_EQ(all.kept[1].data, "def");
}

TEST(CaptureReader, GzipWithSeveralMembersAndPadding) {
    CaptureBytes head, tail;
    head.pcap_header().pcap_record(1, 0, "first", 5);
    head.u32(2);
    tail.u32(0).u32(6).u32(6).text("second");
    CaptureBytes file;
    file.append(gzip(head)).append(gzip({})).append(gzip(tail)).u64(0);
    const auto all = read_all(file);
    ASSERT_EQ(all.kept.size(), 2u) << all.damage << all.error;
    EXPECT_EQ(all.last, Next::end);
    EXPECT_EQ(all.kept[1].data, "second");
}

TEST(CaptureReader, RecordsLargerThanTheBufferAndMany) {
    CaptureBytes file;
    const std::string large(max_captured_length, 'x');
    file.pcap_header();
    for (std::uint32_t i = 0; i < 5; ++i)
        file.pcap_record(i, 0, large, max_captured_length).pcap_record(i, 1, "small", 5);
    for (const bool packed : {false, true}) {
        const auto bytes = packed ? gzip(file) : file.bytes();
        const auto all = read_all(bytes);
        ASSERT_EQ(all.kept.size(), 10u) << all.damage;
        for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(all.kept[i].data, i % 2 == 0 ? large : "small");
    }
}

TEST(TimeScale, EveryResolution) {
    const auto time_of = [](std::string_view resolution, std::uint64_t units) {
        CaptureBytes file;
        file.section().interface(1, file.part().option(9, resolution)).enhanced(0, units, "", 0, file.part());
        const auto all = read_all(file);
        return all.kept.empty() ? -1 : all.kept[0].record.time.since_epoch;
    };
    constexpr auto last = std::numeric_limits<Nanoseconds>::max();
    EXPECT_EQ(time_of(std::string_view("\0", 1), 3), 3 * second);
    EXPECT_EQ(time_of("\x03", 3), 3 * millisecond);
    EXPECT_EQ(time_of("\x09", 3), 3);
    EXPECT_EQ(time_of("\x0c", 3'500), 3);
    EXPECT_EQ(time_of("\x1c", ~0ull), 1) << "10^-28";
    EXPECT_EQ(time_of("\x7f", ~0ull), 0);
    EXPECT_EQ(time_of("\x80", 3), 3 * second);
    EXPECT_EQ(time_of("\xa0", 1ull << 31), second / 2);
    EXPECT_EQ(time_of("\xff", ~0ull), 0);
    EXPECT_EQ(time_of(std::string_view("\0", 1), ~0ull), last) << "saturates";
}

}  // namespace
}  // namespace gatehouse::io

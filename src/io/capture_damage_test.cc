// Captures that are cut short, lie about their lengths or aren't captures at all.
#include <cstring>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "io/capture_reader.h"
#include "io/capture_testing.h"

namespace gatehouse::io {
namespace {

using testing::HasSubstr;

struct DamageCase {
    const char* name;
    std::vector<std::uint8_t> bytes;
    std::size_t whole;  // records before it
    std::string text;
};

void PrintTo(const DamageCase& c, std::ostream* out) { *out << c.name; }

std::vector<std::uint8_t> cut(std::vector<std::uint8_t> bytes, std::size_t drop) {
    bytes.resize(bytes.size() - drop);
    return bytes;
}

// The file with the 32-bit word at `at` (from the front; negative: from the end) replaced.
std::vector<std::uint8_t> lie(std::vector<std::uint8_t> bytes, std::ptrdiff_t at, std::uint32_t value) {
    if (at < 0) at += static_cast<std::ptrdiff_t>(bytes.size());
    std::memcpy(bytes.data() + at, &value, sizeof value);
    return bytes;
}

std::vector<DamageCase> damage_cases() {
    const auto pcap =
        CaptureBytes().pcap_header().pcap_record(1, 0, "first", 5).pcap_record(2, 0, "second", 6).bytes();
    CaptureBytes ng;
    ng.section().interface(1, ng.part().option(2, "lan")).enhanced(0, 1, "first...", 8, ng.part());
    // The last block begins 44 bytes before the end.
    ng.enhanced(0, 2, "second..", 8, ng.part().option(1, "word"));
    const auto pcapng = ng.bytes();
    const auto last = static_cast<std::ptrdiff_t>(pcapng.size()) - 48;
    const auto packed = gzip(pcap);
    const auto at = [](std::ptrdiff_t offset) { return "damaged at byte " + std::to_string(offset) + " "; };
    return {
        {"PcapHeaderCut", cut(pcap, pcap.size() - 10), 0,
         "expected 24 bytes of the file header; the file ends after 10"},
        {"PcapVersion", lie(pcap, 4, 3), 0,
         "damaged at byte 4 (record 1): expected a version from 2.0 to 2.4; version 3.0 came"},
        {"PcapRecordHeaderCut", cut(pcap, 6 + 13), 1,
         "damaged at byte 45 (record 2): expected 16 bytes of record header; the file ends after 3"},
        {"PcapRecordCut", cut(pcap, 1), 1,
         "damaged at byte 45 (record 2): expected 22 bytes of record; the file ends after 21"},
        {"PcapLyingLength", lie(pcap, 45 + 8, 0x7fffffff), 1,
         "damaged at byte 53 (record 2): expected a captured length of at most 262144 bytes; 2147483647 "
         "came"},
        {"GzipCut", cut(packed, 14), 1, "the gzip data is cut short after"},
        {"GzipChecksum", lie(packed, -8, 0), 2, "bad gzip data: incorrect data check"},
        {"GzipGarbageBehind", CaptureBytes().append(packed).text("rubbish").bytes(), 2,
         "bad gzip data: incorrect header check"},
        {"SectionMagic", lie(pcapng, 8, 0x11223344), 0,
         "expected the byte-order magic 0x1a2b3c4d; 0x11223344 came"},
        {"SectionVersion", lie(pcapng, 12, 2), 0, "expected version 1.0 of the section; 2.0 came"},
        {"SectionCut", cut(pcapng, pcapng.size() - 20), 0,
         "expected 28 bytes of block; the file ends after 20"},
        {"BlockHeaderCut", cut(pcapng, 48 - 7), 1,
         at(last) + "(record 2): expected 12 bytes of block header; the file ends after 7"},
        {"BlockCut", cut(pcapng, 4), 1,
         at(last) + "(record 2): expected 48 bytes of block; the file ends after 44"},
        {"BlockTooShort", lie(pcapng, last + 4, 8), 1,
         at(last + 4) + "(record 2): expected a block length from 12 to 16777216, a multiple of 4; 8 came"},
        {"BlockTooLong", lie(pcapng, last + 4, 0xfffffffc), 1, "4294967292 came"},
        {"BlockLengthOdd", lie(pcapng, last + 4, 47), 1, "47 came"},
        {"BlockLengthsDiffer", lie(pcapng, -4, 44), 1, "expected the block length 48 again; 44 came"},
        {"UnknownBlockCut", cut(lie(pcapng, last, 99), 4), 1,
         at(last) + "(record 2): expected 48 bytes of block; the file ends after 44"},
        {"UnknownBlockLengthsDiffer", lie(lie(pcapng, last, 99), -4, 44), 1,
         "expected the block length 48 again; 44 came"},
        {"InterfaceUnknown", lie(pcapng, last + 8, 1), 1,
         at(last + 8) + "(record 2): expected one of the section's 1 interfaces; interface 1 came"},
        {"PacketPastBlock", lie(pcapng, last + 20, 17), 1,
         "expected a packet of 17 bytes; the block ends after 16"},
        {"PacketTooLong", lie(pcapng, last + 20, 300'000), 1,
         "expected a captured length of at most 262144 bytes; 300000 came"},
        {"OptionPastBlock", lie(pcapng, last + 36, 1 | 5 << 16), 1,
         at(last + 36) + "(record 2): expected option 1 of 5 bytes; the block ends after 4"},
        {"FlagsOfOneByte", lie(pcapng, last + 36, 2 | 1 << 16), 1,
         "expected packet flags of 4 bytes; 1 came"},
        {"PacketBlockTooShort", CaptureBytes().section().block(6, CaptureBytes().u32(0)).bytes(), 0,
         "expected a packet block of at least 32 bytes; 16 came"},
        {"SimplePacketTooShort", CaptureBytes().section().block(3, CaptureBytes()).bytes(), 0,
         "expected a packet block of at least 16 bytes; 12 came"},
        {"SimplePacketWithoutInterface",
         CaptureBytes().section().block(3, CaptureBytes().u32(4).u32(0)).bytes(), 0,
         "expected one of the section's 0 interfaces; interface 0 came"},
        {"InterfaceTooShort", CaptureBytes().section().block(1, CaptureBytes().u32(1)).bytes(), 0,
         "expected an interface description of at least 20 bytes; 16 came"},
        {"SectionTooShort", CaptureBytes().block(0x0a0d0d0a, CaptureBytes().u32(0x1a2b3c4d)).bytes(), 0,
         "expected a section header of at least 28 bytes; 16 came"},
        {"ResolutionOfTwoBytes",
         CaptureBytes().section().interface(1, CaptureBytes().option(9, "ab")).bytes(), 0,
         "expected if_tsresol of 1 byte; 2 came"},
        {"TimeOffsetOfFourBytes",
         CaptureBytes().section().interface(1, CaptureBytes().option(14, "abcd")).bytes(), 0,
         "expected if_tsoffset of 8 bytes; 4 came"},
    };
}

class DamagedCapture : public testing::TestWithParam<DamageCase> {};
INSTANTIATE_TEST_SUITE_P(, DamagedCapture, testing::ValuesIn(damage_cases()),
                         [](const auto& c) { return c.param.name; });

TEST_P(DamagedCapture, DeliversWhatIsBeforeAndSaysWhere) {
    const auto all = read_all(GetParam().bytes);
    EXPECT_EQ(all.error, "");
    EXPECT_EQ(all.last, Next::damage);
    EXPECT_EQ(all.kept.size(), GetParam().whole);
    EXPECT_THAT(all.damage, HasSubstr(GetParam().text));
}

TEST(CaptureReader, TooManyInterfacesAreDamage) {
    CaptureBytes file;
    file.section();
    for (std::uint32_t i = 0; i <= max_capture_interfaces; ++i) file.interface(1, file.part());
    EXPECT_THAT(read_all(file).damage, HasSubstr("expected at most 4096 interfaces; one more came"));

    CaptureBytes sections;
    for (std::uint32_t i = 0; i <= max_capture_interfaces; ++i) {
        sections.section().interface(1, sections.part().option(2, std::to_string(i)));
    }
    EXPECT_THAT(read_all(sections).damage, HasSubstr("expected at most 4096 interfaces; one more came"));
}

TEST(CaptureReader, SaysWhatAFileIsThatItCannotRead) {
    const struct {
        const char* name;
        std::vector<std::uint8_t> bytes;
        const char* text;
    } cases[] = {
        {"empty", {}, "`<memory>` is empty"},
        {"short", {0xd4, 0xc3}, "`<memory>` is no pcap or pcapng file: it begins with d4 c3"},
        {"text", CaptureBytes().text("*filter\n:INPUT").bytes(),
         "no pcap or pcapng file: it begins with 2a 66 69 6c"},
        {"modified", CaptureBytes().pcap_header(0xa1b2cd34).bytes(), "modified magic 0xa1b2cd34"},
        {"modified, swapped", CaptureBytes(true).pcap_header(0xa1b2cd34).bytes(),
         "modified magic 0xa1b2cd34"},
        {"xz", CaptureBytes().text(std::string_view("\xfd\x37zXZ\0\0", 7)).bytes(),
         "compressed with xz; unpack it first"},
        {"gzip cut in its header", {0x1f, 0x8b, 8}, "the gzip data is cut short"},
    };
    for (const auto& [name, bytes, text] : cases) EXPECT_THAT(read_all(bytes).error, HasSubstr(text)) << name;
    EXPECT_THAT(CaptureReader::open("/nowhere/a.pcap").error().text(),
                HasSubstr("can't open `/nowhere/a.pcap`: No such file"));
    EXPECT_THAT(CaptureReader::open("/").error().text(), HasSubstr("can't read `/`: Is a directory"));
}

}  // namespace
}  // namespace gatehouse::io

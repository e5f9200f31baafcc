// Captures of any bytes: pcap, pcapng and gzip of them. Every record is read, framed as Ethernet and written
// again as pcapng, which must then read as the same records.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "io/capture_reader.h"
#include "io/link_type.h"
#include "io/pcapng_writer.h"

namespace {

using namespace gatehouse;
using namespace gatehouse::io;

void expect(bool fine) {
    if (!fine) std::abort();
}

// A gzip of a kilobyte may unpack to a megabyte: enough is enough.
constexpr std::uint64_t enough = 4'000;

void frame(const CaptureRecord& record) {
    static std::array<std::uint8_t, max_captured_length + 64> out;
    const auto framing = framing_of(record.link_type, record.bytes);
    if (!framing) {
        expect(!framing.error().text().empty());
        return;
    }
    const auto length = write_ethernet(*framing, record.bytes, {}, {}, out);
    expect(length == record.bytes.size() + framing->growth());
}

// Copies all records into `writer` and tells how many; the comments that a writer can't hold make no
// difference to the number.
std::uint64_t copy(CaptureReader& reader, PcapngWriter& writer) {
    CaptureRecord record;
    std::uint64_t count = 0;
    Next next{};
    while (count < enough && (next = reader.next(record)) == Next::record) {
        ++count;
        expect(record.index == count && record.bytes.size() <= max_captured_length);
        expect(record.interface < reader.interfaces().size());
        frame(record);
        while (writer.interfaces() <= record.interface) {
            const auto& interface = reader.interfaces()[writer.interfaces()];
            writer.add_interface({.name = interface.name, .link_type = interface.link_type});
        }
        expect(writer.write({.interface = record.interface,
                             .time = record.time,
                             .bytes = record.bytes,
                             .original_length = record.original_length,
                             .comment = record.comment,
                             .direction = record.direction}));
    }
    if (next == Next::damage) expect(!reader.damage().text().empty() && reader.damage().record == count + 1);
    return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto reader = CaptureReader::from_memory({data, size});
    if (!reader) {
        expect(!reader.error().text().empty());
        return 0;
    }
    auto writer = PcapngWriter::to_memory();
    const std::uint64_t count = copy(*reader, writer);

    auto again = CaptureReader::from_memory(writer.written());
    expect(again.has_value());
    CaptureRecord record;
    Next next{};
    std::uint64_t copies = 0;
    while ((next = again->next(record)) == Next::record) ++copies;
    expect(next == Next::end && copies == count);
    return 0;
}

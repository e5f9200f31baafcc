#include "io/capture_reader.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "io/capture_format.h"
#include "io/pcap_format.h"
#include "io/pcapng_format.h"

namespace gatehouse::io {

namespace {

struct Foreign {
    std::string_view magic;
    std::string_view what;
    std::string_view hint;
};

constexpr std::string_view unpack_hint = "unpack it first, and read it from standard input as `-`";
constexpr Foreign foreign[] = {
    {"\x28\xb5\x2f\xfd", "compressed with zstd", unpack_hint},
    {std::string_view("\xfd\x37zXZ\0", 6), "compressed with xz", unpack_hint},
    {"BZh", "compressed with bzip2", unpack_hint},
    {"\x04\x22\x4d\x18", "compressed with lz4", unpack_hint},
    {"snoop", "a snoop capture", "`editcap` turns it into pcapng"},
    {"XCP", "a NetXRay or Windows Sniffer capture", "`editcap` turns it into pcapng"},
    {"TRSNIFF", "a Sniffer capture", "`editcap` turns it into pcapng"},
    {"GMBU", "a Network Monitor capture", "`editcap` turns it into pcapng"},
    {"\x34\xcd\xb2\xa1",
     "pcap with the modified magic 0xa1b2cd34, whose record headers differ between its writers",
     "`editcap` turns it into pcapng"},
    {"\xa1\xb2\xcd\x34",
     "pcap with the modified magic 0xa1b2cd34, whose record headers differ between its writers",
     "`editcap` turns it into pcapng"},
};

std::string hexadecimal(Bytes bytes) {
    std::string text;
    for (const auto byte : bytes) text += fmt::format("{}{:02x}", text.empty() ? "" : " ", byte);
    return text;
}

}  // namespace

std::string Damage::text() const {
    return fmt::format("damaged at byte {} (record {}): expected {}; {}", offset, record, expected, came);
}

Next cut_short(const ByteSource& source, std::string_view what, std::uint64_t wanted, Damage& damage) {
    damage.offset = source.offset();
    damage.expected = fmt::format("{} bytes of {}", wanted, what);
    damage.came = fmt::format("{} after {}", source.trouble().empty() ? "the file ends" : source.trouble(),
                              source.available());
    return Next::damage;
}

CaptureReader::CaptureReader(ByteSource source, std::unique_ptr<CaptureFormat> format)
    : source_(std::move(source)), format_(std::move(format)) {}

CaptureReader::CaptureReader(CaptureReader&&) noexcept = default;
CaptureReader& CaptureReader::operator=(CaptureReader&&) noexcept = default;
CaptureReader::~CaptureReader() = default;

Result<CaptureReader> CaptureReader::open(const std::string& path) {
    auto source = ByteSource::open(path);
    if (!source) return std::unexpected(source.error());
    return recognise(std::move(*source), path);
}

Result<CaptureReader> CaptureReader::from_memory(Bytes bytes, const std::string& name) {
    return recognise(ByteSource::from_memory(bytes), name);
}

Result<CaptureReader> CaptureReader::recognise(ByteSource source, const std::string& name) {
    const std::size_t there = source.want(8);
    if (there == 0 && source.trouble().empty()) return fail(fmt::format("`{}` is empty", name));
    const Bytes head(source.data(), std::min<std::size_t>(there, 8));
    if (auto format = PcapFormat::recognise(head)) return CaptureReader(std::move(source), std::move(format));
    if (auto format = PcapngFormat::recognise(head))
        return CaptureReader(std::move(source), std::move(format));
    const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
    for (const auto& [magic, what, hint] : foreign) {
        if (text.starts_with(magic)) return fail(fmt::format("`{}` is {}", name, what), std::string(hint));
    }
    const std::string ending =
        source.trouble().empty() ? "" : fmt::format(", then can't be read: {}", source.trouble());
    return fail(fmt::format("`{}` is no pcap or pcapng file: it begins with {}{}", name,
                            head.empty() ? "nothing" : hexadecimal(head), ending));
}

Next CaptureReader::next(CaptureRecord& record) {
    if (last_ != Next::record) return last_;
    last_ = format_->next(source_, record, damage_);
    if (last_ == Next::record) [[likely]] {
        record.index = ++records_;
    } else if (last_ == Next::damage) {
        damage_.record = records_ + 1;
    }
    return last_;
}

const std::vector<CaptureInterface>& CaptureReader::interfaces() const { return format_->interfaces(); }
std::string_view CaptureReader::format() const { return format_->name(); }

}  // namespace gatehouse::io

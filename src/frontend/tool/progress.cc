#include "frontend/tool/progress.h"

#include <fmt/format.h>
#include <unistd.h>

namespace gatehouse::frontend {

void show_progress(const io::CaptureReader& reader, std::uint64_t packets) {
    if (!isatty(STDERR_FILENO)) return;
    const std::uint64_t size = reader.stored_size();
    if (size > 0) {
        fmt::print(stderr, "\r{} packets, {} %", packets, 100 * reader.stored_read() / size);
    } else {
        fmt::print(stderr, "\r{} packets", packets);
    }
}

void clear_progress() {
    if (isatty(STDERR_FILENO)) fmt::print(stderr, "\r\x1b[K");
}

}  // namespace gatehouse::frontend

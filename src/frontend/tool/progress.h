// How far a tool has come with a capture, on standard error if that is a terminal.
#pragma once
#include <cstdint>

#include "io/capture_reader.h"

namespace gatehouse::frontend {

void show_progress(const io::CaptureReader& reader, std::uint64_t packets);
void clear_progress();

}  // namespace gatehouse::frontend

// The search for the next chunk that holds a candidate for a packet.
//
// One source, compiled for plain x86-64 (or any processor) and for AVX2; which of them runs is asked of the
// processor once.
#pragma once
#include <span>
#include <string_view>

#include "rules/spine_chunk.h"

namespace gatehouse::rules {

// The first chunk from `chunk` on that has candidates, and which of its rules they are; nullptr if none has.
using ScanFn = const Chunk* (*)(const Chunk* chunk, const PacketKey& key, std::uint64_t& candidates);

struct ScanVersion {
    std::string_view name;
    ScanFn scan;
};
// Those that run on this processor, the fastest first.
std::span<const ScanVersion> scan_versions();

}  // namespace gatehouse::rules

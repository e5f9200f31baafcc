// Two small XDP programs, assembled by hand, so that no compiler is needed where the benchmarks run: one that
// writes the frames which are fed into the kernel, one that swallows what comes out.
//
// Programs are loaded for the whole machine; interfaces are those of the calling thread's namespace. Needs
// root.
#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "base/error.h"
#include "oracle/fd.h"

namespace gatehouse::oracle {

// An Ethernet frame with an IPv4 packet without options, its header checksum not yet right.
using FrameTemplate = std::array<std::uint8_t, 60>;

enum class AfterWriting {
    receive,  // hand the frame to the kernel as the device's driver would
    drop,     // at once: what is left is the cost of writing
};

// A program that, each time it runs, writes the whole of `frame` with the lower 16 bits of the destination
// drawn at random (one frame in 65,536 addresses) and the header checksum made right.
Result<Fd> load_writer(const FrameTemplate& frame, AfterWriting after);

// Feeds `count` frames, in batches of 64 as a driver polls, into device number `device` through `writer`
// (BPF_F_TEST_XDP_LIVE_FRAMES, Linux 5.18). The calling thread does the kernel's whole work on them.
Result<void> feed(const Fd& writer, int device, std::uint32_t count);

// Makes a device drop all that it receives, in its driver. Lasts as long as the device.
Result<void> swallow(int device);

}  // namespace gatehouse::oracle

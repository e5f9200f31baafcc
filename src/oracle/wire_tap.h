// One packet socket over all devices of a namespace: frames go out of them and come in by them, in one order.
//
// How it knows that the kernel is done with a frame: everything between two veth devices happens in the
// softirq of the CPU that sent, in the order of that CPU's backlog. So the tap sends a marker frame through a
// veth pair of its own, the fence, on the same CPU: when the marker is back, whatever stood in the backlog
// before it has been processed, and what that produced stands behind it. A few fences in a row that bring
// nothing else mean that nothing is under way, however loaded the machine is; no clock is involved. Frames
// that timers or other programs cause later need `quiet`.
//
// One thread at a time.
#pragma once
#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "oracle/fd.h"

namespace gatehouse::oracle {

struct Settling {
    // Fences that must come back without another frame. Each reaches one queue further: the device is one,
    // the wire behind it a second, a detour over its loopback a third.
    unsigned fences = 4;
    // Afterwards, how long nothing must arrive; 0: no wait.
    std::chrono::microseconds quiet{0};
};

struct TappedFrame {
    int device = 0;  // its index in the namespace
    std::vector<std::uint8_t> bytes;
};

class WireTap {
  public:
    // Inside the namespace. `fence` is a veth device of it whose peer is `fence_peer`, both up, in the same
    // namespace and without addresses.
    static Result<WireTap> open(const std::string& fence, const std::string& fence_peer);

    // Sends `frame` (a whole Ethernet frame, tags in place) by `device`, waits until the kernel is done with
    // it and returns what came in meanwhile, tags in place, in order.
    Result<std::vector<TappedFrame>> send(int device, Bytes frame, const Settling& settling);
    // The same for several, one behind the other: what came in of them all.
    struct Outgoing {
        int device = 0;
        Bytes bytes;
    };
    Result<std::vector<TappedFrame>> send_all(std::span<const Outgoing> frames, const Settling& settling);
    // What came in since, and what still comes in while settling.
    Result<std::vector<TappedFrame>> collect(const Settling& settling);

  private:
    WireTap(Fd socket, int fence, int fence_peer)
        : socket_(std::move(socket)), fence_(fence), fence_peer_(fence_peer), buffer_(1 << 17) {}

    enum class Read { nothing, frame, marker, other };
    Result<Read> read_one(std::vector<TappedFrame>& frames);
    Result<void> transmit(int device, Bytes frame);
    // False when a frame arrived before the marker.
    Result<bool> pass_fence(std::vector<TappedFrame>& frames);
    Result<void> settle(std::vector<TappedFrame>& frames, const Settling& settling);
    Result<void> stay_quiet(std::vector<TappedFrame>& frames, std::chrono::microseconds quiet);

    Fd socket_;
    int fence_;
    int fence_peer_;
    std::uint32_t marker_ = 0;  // the number of the last marker sent
    std::vector<std::uint8_t> buffer_;
};

}  // namespace gatehouse::oracle

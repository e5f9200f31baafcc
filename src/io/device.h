// Where packets come from and go to: batches in, batches out. A device that stands before another one
// (recording, counting, damaging what passes) is a Device too.
//
// One thread at a time uses a device. It takes no clock but what each packet's time says.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "packet/packet.h"
#include "packet/reason.h"

namespace gatehouse::io {

// What became of a packet that came in.
struct Completed {
    enum class Verdict : std::uint8_t {
        accepted,  // it left by some device, or went to a program on this host
        dropped,   // see `finding`
        consumed,  // the router answered it, used it up, or sent others in its stead
    };
    Verdict verdict{};
    Finding finding{};
    Mark mark{};
    bool changed = false;  // its bytes aren't what they were
};

class Device {
  public:
    virtual ~Device() = default;

    // Puts the packets that have come in, oldest first, into `batch` and tells how many; 0: none now. Never
    // waits. They belong to the device's pool, with time, cookie and pool set; each is handed back through
    // complete() exactly once. None come while the pool is empty.
    virtual std::size_t receive(std::span<Packet*> batch) = 0;

    // Sends packets, whosever pool they are from, and tells how many of them, from the front; the others
    // found no room. They are only lent: the device is done with their bytes when this returns.
    virtual std::size_t transmit(std::span<const Packet* const> batch) = 0;

    // Takes back a packet that receive() gave, the same Packet object. The device must not look into its
    // bytes for anything that they said on arrival: they may have been edited.
    virtual void complete(Packet& packet, const Completed& completed) = 0;

    // Whether receive() will never give another packet: a capture at its end.
    virtual bool exhausted() const = 0;
};

}  // namespace gatehouse::io

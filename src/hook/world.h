// The engine's questions to the world outside it. The answers come at once, or the packet waits.
#pragma once
#include <cstdint>
#include <optional>

#include "packet/packet.h"

namespace gatehouse {

enum class Answer : std::uint8_t { no, yes, wait };

class World {
  public:
    virtual ~World() = default;
    // Does a local program take this packet? `yes` hands the packet over (Disposition::delivered); `no` lets
    // the router answer as Linux does for a closed port; `wait` suspends the packet for
    // WaitFor::local_socket.
    virtual Answer local_socket(const Packet& packet) = 0;
    // Is somebody reading this NFQUEUE?
    virtual bool queue_has_reader(std::uint16_t queue) = 0;
};

// A world with no programs in it: the router alone, as in a network namespace where nothing listens.
class EmptyWorld final : public World {
  public:
    Answer local_socket(const Packet&) override { return Answer::no; }
    bool queue_has_reader(std::uint16_t) override { return false; }
};

}  // namespace gatehouse

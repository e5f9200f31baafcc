// The engine's questions to the world outside it. The answers come at once, or the packet waits.
#pragma once
#include <cstdint>
#include <optional>
#include <span>

#include "packet/packet.h"

namespace gatehouse {

enum class Answer : std::uint8_t { no, yes, wait };

// The socket of a local program, as -m owner and -m socket ask about it.
struct Socket {
    std::uint32_t user = 0, group = 0;
    std::span<const std::uint32_t> groups{};  // the program's others
    bool any_address = false;                 // it listens on every address of the host
    bool transparent = false;                 // it takes packets for other hosts, too (IP_TRANSPARENT)
    Mark mark{};
};

class World {
  public:
    virtual ~World() = default;
    // Does a local program take this packet? `yes` hands the packet over (Disposition::delivered); `no` lets
    // the router answer as Linux does for a closed port; `wait` suspends the packet for
    // WaitFor::local_socket.
    virtual Answer local_socket(const Packet& packet) = 0;
    // Is somebody reading this NFQUEUE?
    virtual bool queue_has_reader(std::uint16_t queue) = 0;
    // The socket that sent a packet which starts here.
    virtual std::optional<Socket> sender(const Packet&) { return {}; }
    // The socket that an arriving packet is for, be it only after a translation.
    virtual std::optional<Socket> receiver(const Packet&) { return {}; }
};

// A world with no programs in it: the router alone, as in a network namespace where nothing listens.
class EmptyWorld final : public World {
  public:
    Answer local_socket(const Packet&) override { return Answer::no; }
    bool queue_has_reader(std::uint16_t) override { return false; }
};

}  // namespace gatehouse

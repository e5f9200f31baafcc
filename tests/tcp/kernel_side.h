// The kernel's connection tracking, fed one segment at a time.
#pragma once
#include <memory>

#include "conntrack_socket.h"
#include "oracle/kernel_network.h"
#include "track/proto/tcp_testing.h"

namespace gatehouse::tcp_generator {

using namespace track::tcp::testing;

class KernelSide {
  public:
    static Result<std::unique_ptr<KernelSide>> start();

    // Takes the tunables of `settings` for what comes.
    Result<void> configure(const track::tcp::Settings& settings);

    // The two ends of another connection: the client's port, and the server's.
    struct Ends {
        std::uint16_t client = 0, server = 80;
    };
    // Sends the segment through the router; what then is so, without the reason. `detail`: what ctnetlink
    // says beside.
    Result<Outcome> send(Ends ends, const Sent& sent, KernelEntry& detail);
    // Leaves the entry, if there is one, so many seconds; 0: it goes.
    Result<void> leave(Ends ends, std::uint32_t seconds);

  private:
    KernelSide() = default;
    std::unique_ptr<oracle::Kernel> kernel_;
    std::optional<ConntrackSocket> conntrack_;
};

}  // namespace gatehouse::tcp_generator

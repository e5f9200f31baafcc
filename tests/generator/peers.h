// The two that are held against one another: the engine and the kernel, each fed a frame at a time.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "oracle/kernel_network.h"
#include "packets.h"
#include "tally.h"

namespace gatehouse::generator {

struct Left {
    std::string port;
    std::vector<std::uint8_t> bytes;
    // Known of the engine's only:
    bool own = false;   // the router made it
    bool copy = false;  // of another packet
    bool cut = false;   // a fragment that the router cut
};

class EnginePeer {
  public:
    // `counted`, if given: its extensions count in the tally, and are asked as that says.
    static Result<std::unique_ptr<EnginePeer>> start(Family family, std::string_view rules,
                                                     std::optional<Selection> counted = {});
    ~EnginePeer();

    // `walk`, if given, gets the packet's walk in words.
    std::vector<Left> inject(const Frame& frame, std::string* walk = nullptr);
    std::string counters() const;

  private:
    EnginePeer();
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

// What differs, in words; "" when nothing does. What the router makes has IP ids of its own and tells its
// time, and what it cuts has IPv6 fragments' ids of its own, be it its own or not: those count as equal.
// Where there are copies, the order doesn't count: Linux sends them before their packet has gone on.
std::string compare(const std::vector<oracle::LeftFrame>& expected, const std::vector<Left>& actual);

}  // namespace gatehouse::generator

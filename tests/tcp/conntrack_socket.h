// One connection of the kernel's table, asked for by its tuple over ctnetlink: microseconds, where listing
// the table takes a second.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/error.h"
#include "oracle/fd.h"

namespace gatehouse::tcp_generator {

struct Tuple4 {
    std::uint32_t source = 0, destination = 0;  // addresses, in host order
    std::uint16_t sport = 0, dport = 0;
};

struct KernelEntry {
    std::uint32_t status = 0;
    std::uint32_t seconds = 0;
    std::uint8_t phase = 0;
    std::uint8_t scale[2]{}, flags[2]{};  // by direction
};

// One thread's.
class ConntrackSocket {
  public:
    // Belongs to the calling thread's network namespace.
    static Result<ConntrackSocket> open();

    // The entry that has this tuple in either direction; nothing when there is none.
    Result<std::optional<KernelEntry>> get(const Tuple4& tuple);
    // Gives the entry so many seconds; 0 deletes it.
    Result<void> set_timeout(const Tuple4& tuple, std::uint32_t seconds);

  private:
    explicit ConntrackSocket(oracle::Fd socket) : socket_(std::move(socket)), answer_(8192) {}
    // The kernel's answer to a message of this type about the tuple: its attributes; nothing for ENOENT.
    Result<std::optional<std::size_t>> ask(std::uint8_t type, std::uint16_t flags, const Tuple4& tuple,
                                           std::optional<std::uint32_t> timeout);

    oracle::Fd socket_;
    std::vector<std::uint8_t> answer_;
    std::uint32_t sequence_ = 0;
};

}  // namespace gatehouse::tcp_generator

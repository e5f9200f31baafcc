// A network namespace without a name, held by a file descriptor alone: it and everything in it vanish with
// its last holder, however the process ends, and any number can exist at once.
//
// A Namespace may be used from several threads; the caller's own namespace never changes, since the work is
// done on a thread of its own that enters the namespace and ends.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "oracle/fd.h"

namespace gatehouse::oracle {

class Namespace {
  public:
    // Needs CAP_SYS_ADMIN; the error says so.
    static Result<Namespace> make();

    // Runs `work` inside the namespace and waits for it. Programs that it starts and sockets that it opens
    // belong to the namespace.
    Result<void> within(const std::function<Result<void>()>& work) const;

    // "/proc/PID/fd/N": how other programs name it while this process lives.
    std::string path() const;
    int fd() const { return fd_.get(); }

  private:
    explicit Namespace(Fd fd) : fd_(std::move(fd)) {}
    Fd fd_;
};

// Writes a sysctl of the calling thread's namespace; `key` with dots or slashes ("net.ipv4.ip_forward"; an
// interface whose name has a dot needs slashes).
Result<void> set_sysctl(std::string_view key, std::string_view value);

// Switches off what would let a device of the calling thread's namespace hand over packets that no wire could
// carry: checksum and segmentation offloads, scatter-gather, GRO.
Result<void> switch_offloads_off(const std::string& device);

}  // namespace gatehouse::oracle

// The kernel does the work of `gatehouse bench`, measured in the same run on the same machine.
//
// Frames enter a router (kernel_network.h) at the port `in` as if its driver had received them, by batches of
// 64, from an XDP program that writes each anew (xdp.h); they leave by the port `out`, a veth whose other end
// drops them in its driver. Each is 60 bytes of UDP, from 10.1.0.2 port 1024 to port 53 of one of the 65,536
// addresses of 10.2.0.0/16, drawn at random. One CPU does everything, pinned. Every figure comes with a count
// that proves that the frames took the way they should; a measurement in which one in a hundred didn't is an
// error.
//
// Needs root and Linux 5.18. One thread at a time uses a KernelBench. Everything is gone with it or with the
// process.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "oracle/kernel_network.h"
#include "wire/address.h"

namespace gatehouse::oracle {

// The median of several runs, with the lowest and the highest: nanoseconds a packet, or an operation.
struct Spread {
    double median = 0;
    double low = 0;
    double high = 0;
};

struct Sample {
    std::string name;
    Spread cpu;       // what the work used of the CPU; for packets, ksoftirqd's share included
    Spread wall;      // what passed meanwhile: more when the machine has other work to do
    double feed = 0;  // the part of `cpu` that writing the frames takes; no work of the router's. 0 for rules
    std::uint64_t count = 0;   // packets or operations, all runs together
    std::uint64_t proven = 0;  // how many of them the counter named in `proof` saw
    std::string proof;         // "packets sent by out", "packets matched by the last rule of FORWARD"
};

struct Effort {
    unsigned runs = 5;
    double seconds = 0.3;  // about how long each run lasts
};

class KernelBench {
  public:
    // Nothing when it can be used here, else why not.
    static Result<void> available();

    // `routes` lie in 10.2.0.0/16 and all lead to the same neighbour; when empty, that prefix is the only
    // one.
    static Result<std::unique_ptr<KernelBench>> start(const std::vector<Prefix>& routes = {});

    // Receive, route, forward, send: no table has rules (nor exists, unless a ruleset was measured before).
    Result<Sample> forward(const Effort& effort = {});
    // As forward(), with `ruleset` (iptables-save text for IPv4) loaded by iptables-legacy. The last rule of
    // FORWARD must match every frame and accept it. Leaves the tables empty.
    Result<Sample> rules(std::string_view ruleset, const Effort& effort = {});

    // One rule put at the head of FORWARD where `ruleset` is loaded, by the tool a person would use:
    // `iptables-legacy -I` or, after iptables-nft-restore, `nft insert rule`. The start of the program is
    // part of it.
    static Result<Sample> rule_insert(Tool tool, std::string_view ruleset, unsigned runs = 5);

  private:
    struct Timed;
    explicit KernelBench(std::unique_ptr<Kernel> kernel) : kernel_(std::move(kernel)) {}

    Result<Sample> measure(std::string name, const Effort& effort);
    Result<void> timed_runs(const Fd& writer, const Effort& effort, Timed& timed);

    std::unique_ptr<Kernel> kernel_;
    Fd receiver_;  // the writers, one for each thing that happens afterwards
    Fd dropper_;
};

}  // namespace gatehouse::oracle

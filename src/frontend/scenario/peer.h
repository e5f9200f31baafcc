// Who does a scenario's work: the engine in virtual time, or the real kernel. One thread's.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "frontend/scenario/scenario.h"
#include "oracle/kernel_network.h"

namespace gatehouse::frontend::scenario {

// What became of one packet that came in, as the engine knows it.
struct Outcome {
    bool left = false;
    std::string reason;        // "none" when it left
    std::string table, chain;  // who decided; empty: the stack
    std::size_t rule = 0;      // 0: the policy
};

class Peer {
  public:
    virtual ~Peer() = default;
    virtual Result<void> load(const Load& load) = 0;
    // Only where the scenario says that it is for the engine alone.
    virtual Result<void> reapply_nat() { return fail("the kernel can't reapply nat rules"); }
    // Lets `after` pass, then receives the frame; what leaves because of it, in order.
    virtual Result<std::vector<oracle::LeftFrame>> inject(const std::string& port, Bytes frame,
                                                          Nanoseconds after) = 0;
    // Lets `after` pass; what leaves meanwhile.
    virtual Result<std::vector<oracle::LeftFrame>> pass(Nanoseconds after) = 0;
    // As iptables-save -c writes them.
    virtual Result<std::string> counters(Family family) = 0;

    // Of the last packet; nullptr where nobody can say.
    virtual const Outcome* outcome() const { return nullptr; }
    // False where policies have no counters.
    virtual bool counts_policies() const { return true; }
    // How it went, in words; empty where nobody can say.
    virtual std::string walk() const { return {}; }
    // The lines logged because of it.
    virtual std::vector<std::string> logged() const { return {}; }
};

Result<std::unique_ptr<Peer>> make_engine_peer(const network::Network& network);
// Needs what oracle::Kernel::available() asks for.
Result<std::unique_ptr<Peer>> make_kernel_peer(const network::Network& network, oracle::Tool tool);

}  // namespace gatehouse::frontend::scenario

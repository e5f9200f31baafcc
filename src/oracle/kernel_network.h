// The real kernel as a peer: a router in a network namespace of its own, rules loaded by the real tools,
// frames in at its ports, frames and counters out. What `gatehouse test --against kernel` and the generators
// of rulesets compare with.
//
// Two namespaces without names (netns.h): the device, with one veth a port, and the wire, with the other
// ends. They, and everything in them, vanish with the Kernel or with the process, and any number can exist at
// once. Neighbours are static, offloads off (every checksum on the wire is a real one), and the device says
// nothing on its own account: no duplicate address detection, router solicitation, reverse-path filter,
// redirects or ICMP rate limit (sysctls may switch them on again). Everything else is as the kernel has it by
// default.
//
// Nothing of the caller changes: not its namespace, not its working folder, not the system's xtables lock.
// Needs root. One thread at a time uses a Kernel. A start takes about 0.2 s, a frame tens of microseconds, so
// keep a Kernel for many rulesets on the same network.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "network/network.h"
#include "oracle/netns.h"
#include "oracle/process.h"
#include "oracle/wire_tap.h"
#include "wire/address.h"

namespace gatehouse::oracle {

using network::Network;
using network::Port;

enum class Tool { iptables_legacy, iptables_nft };

// How the kernel is to play the network's device.
struct KernelSetup {
    Tool tool = Tool::iptables_legacy;
    std::vector<std::vector<std::string>> commands = {};  // run in the device after all else
};

// A frame that left the device.
struct LeftFrame {
    std::string port;
    std::vector<std::uint8_t> bytes;  // from the destination address; VLAN tags inside
};

class Kernel {
  public:
    // Nothing when a Kernel with this tool can be started here, else why not (not root, a tool isn't
    // installed, no network namespaces), to be shown to a person or to skip a test with.
    static Result<void> available(Tool tool = Tool::iptables_legacy);

    // Errors carry the words of the tool that failed and the line of the network it complained of.
    static Result<std::unique_ptr<Kernel>> start(const Network& network, const KernelSetup& setup = {});
    ~Kernel();
    Kernel(const Kernel&) = delete;
    Kernel& operator=(const Kernel&) = delete;

    // Replaces all tables of the family by those of `text`, as iptables-save writes it; counters in it are
    // taken. Tables that it doesn't name are emptied, their policies ACCEPT. Every rule's state is new, named
    // state (recent, hashlimit) too. Connections and reassembly queues stay. After an error no table has
    // rules.
    Result<void> load(Family family, std::string_view text);

    // Deletes every connection that the device tracks.
    Result<void> forget_connections();

    // Receives `frame` at `port` and returns what left the device because of it, in order, without what
    // the device says on its own account (noise.h). Fails for a frame that a packet socket refuses: shorter
    // than an Ethernet header, or longer than 65,535 bytes behind it.
    Result<std::vector<LeftFrame>> inject(std::string_view port, Bytes frame);
    // Several frames, one behind the other; what left because of them all. The order is that of the frames,
    // but for what took a detour by the device's own loopback. Several times as fast as one by one.
    struct Arrival {
        std::string_view port;
        Bytes frame;
    };
    Result<std::vector<LeftFrame>> inject_all(std::span<const Arrival> arrivals);
    // What left since, for example because of a timer or of run().
    Result<std::vector<LeftFrame>> collect();
    void set_settling(Settling settling) { settling_ = settling; }

    // What iptables-save -c says of the tables that the loaded text named, in its order, without comment
    // lines.
    Result<std::string> counters(Family family);

    // Runs `work` on a thread inside the device, or inside the namespace of the wire, where the other end of
    // port number i is the device "wI"; waits for it.
    Result<void> within_device(const std::function<Result<void>()>& work) const {
        return device_.within(work);
    }
    Result<void> within_wire(const std::function<Result<void>()>& work) const { return wire_.within(work); }

    // Runs a program inside the device; its output. A status other than 0 is an error.
    Result<std::string> run(std::vector<std::string> argv, std::string_view input = {});
    // The same, with the time that it took.
    Result<Finished> run_timed(std::vector<std::string> argv, std::string_view input = {});

  private:
    Kernel(Namespace device, Namespace wire, const Network& network, Tool tool);

    Result<void> build(const Network& network, const KernelSetup& setup);
    Result<void> make_wires(const Network& network);
    Result<void> configure_device(const Network& network);
    Result<void> open_tap();
    Result<std::vector<LeftFrame>> named(Result<std::vector<TappedFrame>> frames);
    std::string tool_name(Family family, std::string_view what) const;
    Result<Finished> run_within(const Namespace& where, std::vector<std::string> argv,
                                std::string_view input);
    Result<std::string> empty_tables(Family family);
    Result<std::string> emptying(Family family) const;

    Namespace device_;
    Namespace wire_;
    Tool tool_;
    Settling settling_;
    std::vector<std::string> names_;  // of the ports
    std::vector<Mac> macs_;
    std::vector<int> wires_;  // each port's device in the wire's namespace
    Fd lock_file_;            // xtables' lock, for this Kernel alone
    std::unique_ptr<WireTap> tap_;
    std::vector<std::string> tables_[2];  // that the loaded text names, v4 and v6
};

}  // namespace gatehouse::oracle

#include <chrono>
#include <thread>

#include "frontend/scenario/peer.h"

namespace gatehouse::frontend::scenario {

namespace {

// The tables that the kernel has: all but `debug`.
std::string without_debug(std::string_view text) {
    std::string kept;
    bool skipping = false;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.starts_with("*")) skipping = line == "*debug";
        if (!skipping) kept.append(line).push_back('\n');
    }
    return kept;
}

class KernelPeer final : public Peer {
  public:
    KernelPeer(std::unique_ptr<oracle::Kernel> kernel, oracle::Tool tool)
        : kernel_(std::move(kernel)), tool_(tool) {}

    Result<void> load(const Load& load) override {
        return kernel_->load(load.family, without_debug(load.text));
    }
    Result<std::vector<oracle::LeftFrame>> inject(const std::string& port, Bytes frame,
                                                  Nanoseconds after) override {
        if (after > 0) std::this_thread::sleep_for(std::chrono::nanoseconds(after));
        return kernel_->inject(port, frame);
    }
    Result<std::vector<oracle::LeftFrame>> pass(Nanoseconds after) override {
        std::this_thread::sleep_for(std::chrono::nanoseconds(after));
        return kernel_->collect();
    }
    Result<std::string> counters(Family family) override { return kernel_->counters(family); }
    // iptables-nft has no counters of policies.
    bool counts_policies() const override { return tool_ == oracle::Tool::iptables_legacy; }

  private:
    std::unique_ptr<oracle::Kernel> kernel_;
    oracle::Tool tool_;
};

}  // namespace

Result<std::unique_ptr<Peer>> make_kernel_peer(const network::Network& network, oracle::Tool tool) {
    network::Network known = network;
    // What only Gatehouse knows. With `track.pickup` it may be told to do as the kernel does.
    std::erase_if(known.sysctls, [](const auto& one) { return one.first.starts_with("track."); });
    auto kernel = oracle::Kernel::start(known, {.tool = tool});
    if (!kernel) return std::unexpected(kernel.error());
    return std::make_unique<KernelPeer>(std::move(*kernel), tool);
}

}  // namespace gatehouse::frontend::scenario

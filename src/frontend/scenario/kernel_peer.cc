#include <array>
#include <chrono>
#include <thread>

#include "frontend/scenario/debug_table.h"
#include "frontend/scenario/peer.h"

namespace gatehouse::frontend::scenario {

namespace {

class KernelPeer final : public Peer {
  public:
    KernelPeer(std::unique_ptr<oracle::Kernel> kernel, oracle::Tool tool)
        : kernel_(std::move(kernel)), tool_(tool) {}

    Result<void> load(const Load& load) override {
        const auto known = debug_into_raw(load.text, load.family);
        if (!known) return std::unexpected(known.error());
        if (auto done = kernel_->load(load.family, known->text); !done) return done;
        raw_holds_[is_v4(load.family) ? 0 : 1] = known->holds;
        return {};
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
    Result<std::string> counters(Family family) override {
        auto saved = kernel_->counters(family);
        if (!saved) return saved;
        return debug_out_of_raw(*saved, raw_holds_[is_v4(family) ? 0 : 1]);
    }
    // iptables-nft has no counters of policies.
    bool counts_policies() const override { return tool_ == oracle::Tool::iptables_legacy; }

  private:
    std::unique_ptr<oracle::Kernel> kernel_;
    oracle::Tool tool_;
    std::array<RawHolds, 2> raw_holds_{};
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

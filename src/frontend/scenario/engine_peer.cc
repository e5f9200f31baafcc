#include <algorithm>

#include "frontend/scenario/peer.h"
#include "iptables/restore.h"
#include "iptables/save.h"
#include "network/configure.h"
#include "packet/pool.h"
#include "trace/narrator.h"

namespace gatehouse::frontend::scenario {

namespace {

constexpr std::uint32_t packets = 64;                      // one, and the fragments that wait
constexpr Nanoseconds beginning = 1'700'000'000 * second;  // when a scenario starts

class EnginePeer final : public Peer, Outlet, LogSink {
  public:
    EnginePeer(Configuration configuration)
        : engine_(std::move(configuration), world_, *this), narrator_(engine_) {
        engine_.set_trace(&narrator_);
        engine_.set_log(this);
    }

    Result<void> load(const Load& load) override {
        auto ruleset = iptables::read_restore(load.text, load.file, load.family);
        if (!ruleset) return std::unexpected(ruleset.error());
        return engine_.install(*ruleset);
    }

    Result<void> reapply_nat() override {
        track::ScanCursor cursor;
        while (engine_.reapply_nat(cursor)) {
        }
        return {};
    }

    Result<std::vector<oracle::LeftFrame>> inject(const std::string& port, Bytes frame,
                                                  Nanoseconds after) override {
        forget();
        now_ = now_ + after;
        Packet* const packet = pool_.take();
        if (packet == nullptr) return fail("more fragments wait than a scenario may have");
        if (frame.size() > max_frame) return fail("the frame doesn't fit a packet");
        std::copy(frame.begin(), frame.end(), packet->data);
        packet->length = static_cast<std::uint32_t>(frame.size());
        packet->in = *engine_.router().interfaces().find(port);
        packet->time = now_;
        packet->traced = true;
        engine_.receive({&packet, 1});
        return left_;
    }

    Result<std::vector<oracle::LeftFrame>> pass(Nanoseconds after) override {
        forget();
        now_ = now_ + after;
        engine_.advance(now_);
        return left_;
    }
    Result<std::string> counters(Family family) override {
        return iptables::save(engine_.tables(family), true);
    }
    const Outcome* outcome() const override { return &outcome_; }
    std::string walk() const override { return narrator_.text(); }
    std::vector<std::string> logged() const override { return logged_; }

  private:
    void forget() {
        outcome_ = {};
        left_.clear();
        logged_.clear();
        narrator_.clear();
    }
    void complete(Packet& packet, const Completion& completion) override {
        outcome_ = {.left = completion.disposition == Disposition::forwarded ||
                            completion.disposition == Disposition::replaced,
                    .reason = std::string(name(completion.finding.reason)),
                    .table = std::string(completion.decision.table),
                    .chain = std::string(completion.decision.chain)};
        if (completion.decision.rule != 0)
            outcome_.rule = engine_.tables(packet.flat.family).number(completion.decision).value_or(0);
        if (completion.disposition == Disposition::forwarded) transmit(packet, completion.out);
        pool_.give_back(&packet);
    }
    void transmit(const Packet& packet, InterfaceId out) override {
        left_.push_back({std::string(engine_.router().interfaces().name(out)),
                         {packet.data, packet.data + packet.length}});
    }
    void discard(const Packet&, const Completion&) override {}
    void log(Time, int, std::string_view line) override { logged_.emplace_back(line); }

    EmptyWorld world_;
    Pool pool_{static_cast<PoolId>(1), packets, max_frame + 64};
    Time now_{beginning};
    Outcome outcome_;
    std::vector<oracle::LeftFrame> left_;
    std::vector<std::string> logged_;
    Engine engine_;
    trace::Narrator narrator_;
};

}  // namespace

Result<std::unique_ptr<Peer>> make_engine_peer(const network::Network& network) {
    network::Network quiet = network;
    // A scenario has no limit on ICMP errors unless it sets one, as the kernel's peer hasn't.
    const std::pair<std::string, std::string> unlimited[] = {{"net.ipv4.icmp_ratelimit", "0"},
                                                             {"net.ipv4.icmp_msgs_per_sec", "100000"},
                                                             {"net.ipv4.icmp_msgs_burst", "100000"},
                                                             {"net.ipv6.icmp.ratelimit", "0"}};
    quiet.sysctls.insert(quiet.sysctls.begin(), std::begin(unlimited), std::end(unlimited));
    auto configuration = network::configure(quiet);
    if (!configuration) return std::unexpected(configuration.error());
    return std::make_unique<EnginePeer>(std::move(*configuration));
}

}  // namespace gatehouse::frontend::scenario

#include "peers.h"

#include <algorithm>
#include <chrono>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/engine.h"
#include "iptables/restore.h"
#include "iptables/save.h"
#include "network.h"
#include "network/configure.h"
#include "oracle/noise.h"
#include "packet/pool.h"
#include "trace/narrator.h"
#include "wire/protocol.h"

namespace gatehouse::generator {
namespace {

Time now() {
    return {std::chrono::duration_cast<std::chrono::nanoseconds>(
                std::chrono::system_clock::now().time_since_epoch())
                .count()};
}

class Collector final : public Outlet {
  public:
    explicit Collector(const network::Network& network) {
        for (const auto& port : network.ports) own_.push_back(port.mac);
    }
    void complete(Packet& packet, const Completion& completion) override {
        replaced = completion.disposition == Disposition::replaced;
        if (completion.disposition == Disposition::forwarded) put(packet, completion.out, false);
        pool.give_back(&packet);
    }
    void transmit(const Packet& packet, InterfaceId out) override {
        put(packet, out, true);
        const auto id = static_cast<std::uint16_t>(packet.pool);
        if (!left.empty()) left.back().copy |= id == 2 || id == 3;  // engine/emitter.cc
    }
    void discard(const Packet&, const Completion&) override {}

    const Interfaces* interfaces = nullptr;
    std::vector<Left> left;
    Pool pool{static_cast<PoolId>(1), 1100};  // one, and as many fragments as an engine lets wait
    bool replaced = false;

  private:
    void put(const Packet& packet, InterfaceId out, bool own) {
        if (oracle::is_noise(packet.bytes(), own_)) return;
        left.push_back(
            {std::string(interfaces->name(out)), {packet.bytes().begin(), packet.bytes().end()}, own});
    }
    std::vector<Mac> own_;
};

// Sets to zero what two hosts may choose as they like in packets of their own, and what their clocks say.
void mask(std::vector<std::uint8_t>& frame) {
    constexpr std::size_t ip = 14, timestamps = 12, message = 20;
    if (frame.size() < ip + 20) return;
    if (load_be16(&frame[12]) != wire::ethertype::ipv4) return;
    store_be16(&frame[ip + 4], 0);
    store_be16(&frame[ip + 10], 0);
    const std::size_t icmp = ip + (frame[ip] & 15u) * 4u;
    if (frame[ip + 9] != wire::protocol::icmp || frame.size() < icmp + message) return;
    if (frame[icmp] != wire::icmp::timestamp_reply) return;
    store_be16(&frame[icmp + 2], 0);
    std::fill(frame.begin() + static_cast<std::ptrdiff_t>(icmp + timestamps),
              frame.begin() + static_cast<std::ptrdiff_t>(icmp + message), 0);
}

// An IPv6 fragment's id.
void mask_fragment(std::vector<std::uint8_t>& frame) {
    constexpr std::size_t ip = 14, fragment = ip + 40;
    if (frame.size() < fragment + 8 || load_be16(&frame[12]) != wire::ethertype::ipv6) return;
    if (frame[ip + 6] == wire::protocol::fragment) store_be32(&frame[fragment + 4], 0);
}

bool equal(const oracle::LeftFrame& expected, const Left& actual) {
    if (expected.port != actual.port) return false;
    auto theirs = expected.bytes, ours = actual.bytes;
    if (actual.own) {
        mask(theirs);
        mask(ours);
    }
    if (actual.own || actual.cut) {
        mask_fragment(theirs);
        mask_fragment(ours);
    }
    return theirs == ours;
}

}  // namespace

struct EnginePeer::Parts {
    Parts(Family f, const network::Network& n, Configuration configuration)
        : family(f), outlet(n), engine(std::move(configuration), world, outlet), narrator(engine) {
        outlet.interfaces = &engine.router().interfaces();
    }
    Family family;
    EmptyWorld world;
    Collector outlet;
    Engine engine;
    trace::Narrator narrator;
};

EnginePeer::EnginePeer() = default;
EnginePeer::~EnginePeer() = default;

Result<std::unique_ptr<EnginePeer>> EnginePeer::start(Family family, std::string_view rules,
                                                      std::optional<Selection> counted) {
    const network::Network net = network();
    auto configuration = network::configure(net);
    if (!configuration) return std::unexpected(configuration.error());
    std::unique_ptr<EnginePeer> peer(new EnginePeer);
    peer->parts_ = std::make_unique<Parts>(family, net, std::move(*configuration));
    iptables::RestoreOptions options;
    if (counted) options.each_rule = [&](rules::RuleDraft& rule) { count_extensions(rule, *counted); };
    auto ruleset = iptables::read_restore(rules, "rules", family, options);
    if (!ruleset) return std::unexpected(ruleset.error());
    if (auto done = peer->parts_->engine.install(*ruleset); !done) return std::unexpected(done.error());
    return peer;
}

std::vector<Left> EnginePeer::inject(const Frame& frame, std::string* walk) {
    Parts& parts = *parts_;
    Packet* packet = parts.outlet.pool.take();
    std::copy(frame.bytes.begin(), frame.bytes.end(), packet->data);
    packet->length = static_cast<std::uint32_t>(frame.bytes.size());
    packet->in = static_cast<InterfaceId>(frame.port + 1);  // lo is 0
    packet->time = now();
    packet->traced = walk != nullptr;
    parts.engine.set_trace(walk != nullptr ? &parts.narrator : nullptr);
    parts.engine.receive({&packet, 1});
    parts.engine.discard_waiting();
    if (walk != nullptr) *walk = parts.narrator.text();
    auto left = std::exchange(parts.outlet.left, {});
    if (std::exchange(parts.outlet.replaced, false)) {
        for (auto& one : left) {
            one.own = false;
            one.cut = true;
        }
    }
    return left;
}

std::string EnginePeer::counters() const {
    return iptables::save(parts_->engine.tables(parts_->family), true);
}

std::string compare(const std::vector<oracle::LeftFrame>& expected, const std::vector<Left>& actual) {
    const auto line = [](std::string_view who, const std::string& port,
                         const std::vector<std::uint8_t>& bytes) {
        return fmt::format("{} {} {:02x}\n", who, port, fmt::join(bytes, ""));
    };
    bool same = expected.size() == actual.size();
    const bool in_order = std::ranges::none_of(actual, &Left::copy);
    std::vector<bool> taken(expected.size());
    for (std::size_t i = 0; same && i < actual.size(); ++i) {
        std::size_t at = in_order ? i : 0;
        while (at < expected.size() && (taken[at] || !equal(expected[at], actual[i])))
            at = in_order ? expected.size() : at + 1;
        same = at < expected.size();
        if (same) taken[at] = true;
    }
    if (same) return "";
    std::string out;
    for (const auto& frame : expected) out += line("expected", frame.port, frame.bytes);
    if (expected.empty()) out += "expected nothing\n";
    for (const auto& frame : actual)
        out += line(frame.own ? "actual (own)" : "actual", frame.port, frame.bytes);
    if (actual.empty()) out += "actual nothing\n";
    return out;
}

}  // namespace gatehouse::generator

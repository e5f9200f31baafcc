#include "router.h"

#include <algorithm>

#include "frontend/scenario/scenario.h"
#include "iptables/restore.h"
#include "network/configure.h"

namespace gatehouse::triggers {

Result<std::unique_ptr<Router>> Router::make(Family family, const std::string& rules,
                                             const std::vector<Setting>& settings) {
    auto network = frontend::scenario::default_network();
    for (const Setting& setting : settings) network.settings.emplace_back(setting.name, setting.value);
    auto configuration = network::configure(network);
    if (!configuration) return std::unexpected(configuration.error());
    auto ruleset = iptables::read_restore(rules, "rules", family);
    if (!ruleset) return std::unexpected(ruleset.error());
    std::unique_ptr<Router> router(new Router);
    Outlet& outlet = *router;
    router->engine_ = std::make_unique<Engine>(std::move(*configuration), router->world_, outlet);
    router->engine_->set_log(router.get());
    if (auto done = router->engine_->install(*ruleset); !done) return std::unexpected(done.error());
    router->lan_ = *router->engine_->router().interfaces().find("lan");
    router->wan_ = *router->engine_->router().interfaces().find("wan");
    return router;
}

std::vector<Router::Left> Router::receive(bool from_inside, Bytes frame) {
    left_.clear();
    Packet* const packet = pool_.take();
    if (packet == nullptr) {
        std::fprintf(stderr, "no packet\n");
        return {};
    }
    std::ranges::copy(frame, packet->data);
    packet->length = static_cast<std::uint32_t>(frame.size());
    packet->in = from_inside ? lan_ : wan_;
    packet->time = now_;
    engine_->receive({&packet, 1});
    return std::move(left_);
}

std::vector<Router::Left> Router::pass(Nanoseconds time) {
    left_.clear();
    now_ = now_ + time;
    engine_->advance(now_);
    return std::move(left_);
}

void Router::complete(Packet& packet, const Completion& completion) {
    if (completion.disposition == Disposition::forwarded) transmit(packet, completion.out);

    pool_.give_back(&packet);
}

void Router::transmit(const Packet& packet, InterfaceId out) {
    left_.push_back({out == lan_, {packet.data, packet.data + packet.length}});
}

}  // namespace gatehouse::triggers

// Segments that wait for their connection's helper: the engine has their packets, the helper's driver says
// what becomes of them (helper/holding.h).
#include "engine/stages.h"

namespace gatehouse {

namespace {

// Longer than what was promised is ever sent again.
constexpr Nanoseconds kept_at_most = 120 * second;

}  // namespace

Packet* Engine::Core::held_packet(Token token) {
    const Waiting* const held = waiting.find(token);
    return held == nullptr ? nullptr : held->packet;
}

bool Engine::Core::make_own(Token token) {
    const Waiting* const held = waiting.find(token);
    Packet* const own = held == nullptr ? nullptr : emitter.keep(*held->packet);
    if (own == nullptr) return false;
    waiting.keep(token, *own, kept_at_most);
    return true;
}

// Of a packet that waited and goes no further: what is left to end, nullptr if it has left before.
Packet* Engine::Core::reclaim(const Waiting& held) {
    if (!held.kept) return held.packet;
    emitter.give_back(held.packet);
    return held.came;
}

// The packet that came has done its part when the copy leaves for the first time: that leaves in its stead.
void Engine::Core::send_kept(Token token) {
    const Waiting* const held = waiting.find(token);
    Packet* const copy = held == nullptr ? nullptr : emitter.keep(*held->packet);
    if (copy == nullptr) return;
    Packet* const came = waiting.take_came(token);
    copy->cookie = came == nullptr ? no_cookie : came->cookie;
    Waiting goes = *held;
    goes.packet = copy;
    go_on(goes, {});
    if (came != nullptr)
        settle(*came, {.disposition = Disposition::replaced, .out = goes.out, .mark = came->mark});
}

void Engine::Core::end_held(const Waiting& held, const Finding& why) {
    Packet* const packet = reclaim(held);
    if (packet == nullptr) return;
    Passage passage(*packet, services, held.hook, held.in);
    passage.context.out = held.out;
    passage.context.decision = held.decision.view();
    if (tracking != nullptr) tracking->go_on(passage.context, held.connection);
    drop(passage, why);
}

void Engine::Core::move_held(const helper::Move& move) {
    using What = helper::Move::What;
    if (move.what == What::go) {
        resume(move.token, {});
    } else if (move.what == What::send) {
        send_kept(move.token);
    } else if (const auto held = waiting.leave(move.token)) {
        end_held(*held, move.why);
    }
}

void Engine::Core::move_held() {
    while (const auto move = helpers->next_move()) move_held(*move);
    due = std::min(due, helpers->due());
}

void Engine::Core::expire_held() {
    if (helpers == nullptr) return;
    helpers->advance(services);
    move_held();
}

}  // namespace gatehouse

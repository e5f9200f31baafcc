// Packets that became ones of the other family on their way (nat/nat64.cc).
#include <algorithm>
#include <tuple>

#include "engine/stages.h"

namespace gatehouse {

namespace {
constexpr std::uint32_t least_mtu6 = 1280;  // RFC 8200, 5
}  // namespace

// Where another family's hook goes on that was left behind `row`.
std::size_t Engine::Core::row_behind(std::span<const OrderRow> rows, const OrderRow& row) {
    const auto place = [](const OrderRow& r) { return std::tuple(r.priority, r.last); };
    return static_cast<std::size_t>(std::ranges::upper_bound(rows, place(row), {}, place) - rows.begin());
}

// The packet is of the other family since `row` of the hook, and goes on in that one's.
void Engine::Core::go_on_across(Passage& passage, std::size_t row) {
    Context& context = passage.context;
    const HookFamily now = family_of(context.packet);
    const HookFamily before = now == HookFamily::ip ? HookFamily::ip6 : HookFamily::ip;
    const std::size_t next = row_behind(order.at(now, context.hook), order.at(before, context.hook)[row]);
    passage.ahead = nullptr;
    context.ahead = nullptr;
    context.options = {};
    if (context.hook == Hook::output) {
        passage.route = router().output(route_key(context.packet, InterfaceId::none));
        if (passage.origin != nullptr) passage.origin->towards.reset();
        trace_route(passage, true);
        if (passage.route.kind == route::Kind::drop) return drop(passage, {.reason = passage.route.reason});
        context.out = passage.route.interface;
    }
    if (to_be_cut(passage, next)) return;
    live(passage, next);
}

// What IPv4's routers may cut and IPv6's may not is cut here, if it is longer than every IPv6 link takes
// (RFC 7915, 4.1): it goes on as a datagram that came in pieces. True if it does, or found no room.
bool Engine::Core::to_be_cut(Passage& passage, std::size_t row) {
    Packet& packet = passage.packet();
    const bool long6 = !is_v4(packet.flat.family) && packet.flat.l3_length > least_mtu6 &&
                       packet.segmentation == SegmentationType::none;
    if (!long6 || !nat->may_be_cut() || packet.generated || defrag::Whole::of(packet) != nullptr)
        return false;
    defrag::Whole* const whole = wholes.take();
    if (whole == nullptr || !clone(packet, whole->packet)) {
        if (whole != nullptr) wholes.give_back(*whole);
        drop(passage, {.reason = Reason::no_buffer});
        return true;
    }
    whole->packet.connection = packet.connection;
    whole->last = &packet;
    whole->largest = least_mtu6;
    successor = &whole->packet;
    succeed(passage, row);
    return true;
}

// What the router says of a packet that had crossed, to whoever sent it, in his family. False when it ends
// here.
bool Engine::Core::answer_across(Passage& passage, Sending& how) {
    Finding why;
    if (!nat->answer_across(passage.packet(), why)) return true;
    if (why) {
        drop(passage, why);
        return false;
    }
    how.over = InterfaceId::none;
    how.options = {};
    return true;
}

}  // namespace gatehouse

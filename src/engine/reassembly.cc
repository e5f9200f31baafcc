// Fragments that wait, and the datagrams that are made of them.
#include <algorithm>
#include <limits>
#include <utility>

#include "engine/stages.h"
#include "hook/icmp_error.h"
#include "packet/reason.h"
#include "wire/protocol.h"

namespace gatehouse {

using defrag::Purpose;
using defrag::Taken;

defrag::Reassembler& Engine::Core::reassembler(Family family, Purpose purpose) {
    if (is_v4(family)) return fragments4;
    return purpose == Purpose::local ? fragments6 : *tracked_fragments6;
}

// Hands the context's packet to the fragments of its datagram. proceed: it isn't a fragment, or goes on as
// one; stolen: it waits, or its datagram is whole, which goes on as `successor`; drop: as the
// finding says.
Verdict Engine::Core::gather(Context& context, Purpose purpose, std::uint16_t zone) {
    Packet& packet = context.packet;
    const auto piece = defrag::read_piece(packet, {.purpose = purpose, .zone = zone}, context.in);
    if (!piece) {
        const bool tracked6 = !is_v4(packet.flat.family) && purpose != Purpose::local;
        if (!tracked6 || !defrag::fragment_header_cut(packet)) return Verdict::proceed;
        context.finding = {.reason = Reason::ip6_bad_extension,
                           .numbers = {wire::protocol::fragment, packet.flat.l3_length}};
        return Verdict::drop;
    }
    auto& fragments = reassembler(packet.flat.family, purpose);
    const Taken taken = fragments.take(packet, *piece, context.in, services.now, *this);
    due = std::min(due, fragments.next_expiry());
    switch (taken.what) {
        case Taken::What::passed: return Verdict::proceed;
        case Taken::What::waits:
            context.trace({.kind = TraceKind::suspended, .text = "the rest of its datagram"});
            return Verdict::stolen;
        case Taken::What::whole:
            context.trace({.kind = TraceKind::resumed, .text = "the datagram that it makes whole"});
            successor = &taken.whole->packet;
            return Verdict::stolen;
        case Taken::What::answered:
            icmp_error::send(context, wire::icmpv6::parameter_problem, taken.code, taken.pointer);
            break;
        case Taken::What::dropped: break;
    }
    context.finding = taken.finding;
    return Verdict::drop;
}

// The row that stands before connection tracking.
Verdict Engine::Core::gather_at_hook(void* core, std::uint32_t, Context& context) {
    Packet& packet = context.packet;
    if (is_v4(packet.flat.family) && !packet.flat.fragmented) [[likely]]
        return Verdict::proceed;
    // Nobody tracks what a rule before this one exempted, and a tracked packet was whole.
    const auto info = static_cast<track::Info>(packet.connection.info);
    const bool spoken_of = info != track::Info::none && info != track::Info::templated;
    if (spoken_of || packet.generated || defrag::Whole::of(packet) != nullptr) return Verdict::proceed;
    Core& engine = *static_cast<Core*>(core);
    // Fragments that rules put into different zones make different datagrams.
    const track::Zone zone = engine.tracking == nullptr ? track::Zone{} : engine.tracking->zone_given(packet);
    return engine.gather(context, context.hook == Hook::output ? Purpose::tracking_out : Purpose::tracking_in,
                         zone.value);
}

// The datagram that the packet at hand made whole, if it did, goes on in its stead, at `row` of the hook.
void Engine::Core::succeed(const Passage& passage, std::size_t row) {
    Packet* const whole = std::exchange(successor, nullptr);
    if (whole == nullptr) return;
    const Context& context = passage.context;
    Passage heir(*whole, services, context.hook, context.in);
    heir.context.out = context.out;
    heir.route = passage.route;
    heir.origin = passage.origin;
    live(heir, row);
}

std::size_t Engine::Core::socket_row() const {
    const auto rows = order.at(HookFamily::ip6, Hook::input);
    return static_cast<std::size_t>(std::ranges::find(rows, socket_stage, &OrderRow::name) - rows.begin());
}

// A fragment for this host. IPv4's are put together before INPUT, IPv6's behind it, where Linux takes
// extension headers one after the other. False when the fragment's way ended or paused here.
bool Engine::Core::gather_local(Passage& passage) {
    Context& context = passage.context;
    const bool v4 = is_v4(context.family());
    if (defrag::Whole::of(context.packet) != nullptr) {
        const auto nested = defrag::read_piece(context.packet, {}, context.in);
        if (!nested) return true;
        const std::uint32_t at = nested->fragment_header;
        icmp_error::send(context, wire::icmpv6::parameter_problem, wire::icmpv6::bad_header_field, at);
        drop(passage, {.reason = Reason::fragment_nested, .numbers = {at}});
        return false;
    }
    switch (gather(context, Purpose::local)) {
        case Verdict::proceed: return true;
        case Verdict::drop: finish(passage, Disposition::dropped); break;
        case Verdict::stolen: succeed(passage, v4 ? 0 : socket_row()); break;
        case Verdict::suspend:
        case Verdict::crossed: break;
    }
    return false;
}

// Where a fragment stood when it was kept.
Passage Engine::Core::passage_of(Packet& fragment, InterfaceId in, Purpose purpose) {
    const Hook hook = purpose == Purpose::local         ? Hook::input
                      : purpose == Purpose::tracking_in ? Hook::prerouting
                                                        : Hook::output;
    return {fragment, services, hook, in};
}

void Engine::Core::absorbed(Packet& fragment, InterfaceId in, const defrag::Whole& whole) {
    Passage passage = passage_of(fragment, in, Purpose::local);
    passage.context.finding = {.reason = Reason::fragment_absorbed, .numbers = {whole.fragments}};
    finish(passage, Disposition::consumed);
}

void Engine::Core::dropped(Packet& fragment, InterfaceId in, defrag::Group group, const Finding& why) {
    Passage passage = passage_of(fragment, in, group.purpose);
    drop(passage, why);
}

// The sender is told that the rest didn't come: of an IPv4 datagram by its destination alone (RFC 792), of an
// IPv6 datagram by whoever waited, as Linux does.
void Engine::Core::expired(Packet& first, InterfaceId in, defrag::Group group) {
    if (in == InterfaceId::none) return;
    Context context = passage_of(first, in, group.purpose).context;
    const bool ours = router().input(route_key(first, in)).kind == route::Kind::local;
    if (ours) context.hook = Hook::input;  // the answer comes from the address that it was for
    if (is_v4(first.flat.family)) {
        if (ours || group.purpose == Purpose::local)
            icmp_error::send(context, wire::icmp::time_exceeded, wire::icmp::reassembly_exceeded);
    } else {
        icmp_error::send(context, wire::icmpv6::time_exceeded, wire::icmpv6::reassembly_exceeded);
    }
}

void Engine::Core::expire_due() {
    due = {std::numeric_limits<Nanoseconds>::max()};
    each_reassembler([&](defrag::Reassembler& fragments) {
        fragments.expire(services.now, *this);
        due = std::min(due, fragments.next_expiry());
    });
    expire_held();
    drain_emitted();
}

void Engine::Core::discard_fragments() {
    each_reassembler([&](defrag::Reassembler& fragments) {
        fragments.discard({.reason = Reason::suspended_discarded}, *this);
    });
}

// A datagram that was put together has come to its end: so has the fragment that made it whole.
void Engine::Core::settle_whole(Packet& packet, Completion completion) {
    defrag::Whole& whole = *defrag::Whole::of(packet);
    if (completion.disposition == Disposition::forwarded) {
        outlet.transmit(packet, completion.out);
        completion.disposition = Disposition::replaced;
    } else if (completion.disposition == Disposition::delivered) {
        completion.whole = &packet;
    }
    completion.changed = false;
    settle(*whole.last, completion);
    wholes.give_back(whole);
}

void Engine::defragment(Family family, bool on) {
    core_->whole_by_wish[is_v4(family) ? 0 : 1] = on;
    core_->defragment(family);
}

void Engine::Core::defragment(Family family) {
    const bool v4 = is_v4(family);
    const std::size_t i = v4 ? 0 : 1;
    const bool on = tracked[i] || whole_by_wish[i] || wishes[i].datagrams;
    if (on && !v4) track_fragments6();
    order.fill(v4 ? HookFamily::ip : HookFamily::ip6, "defrag", on ? &Core::gather_at_hook : nullptr, this);
}

}  // namespace gatehouse

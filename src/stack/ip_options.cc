#include "stack/ip_options.h"

#include <optional>

#include "hook/icmp_error.h"
#include "packet/edit.h"
#include "packet/reason.h"
#include "wire/protocol.h"

namespace gatehouse::stack {

namespace {

namespace option = wire::ipv4_option;

constexpr std::uint32_t fixed_header = 20;

// This host's address as the packet's sender would write to it (fib_compute_spec_dst): the packet's
// destination, or the one that an answer would come from.
Address here(const Context& context, const route::Decision& route) {
    const Flat& flat = context.packet.flat;
    if (route.kind == route::Kind::local) return flat.destination;
    const route::Router& router = *context.services.router;
    if (flat.source.words[0] >> 24 != 0) {
        const route::Decision back = router.output({.family = Family::ipv4,
                                                    .destination = flat.source,
                                                    .tos = flat.tos,
                                                    .interface = InterfaceId::none});
        if (back.kind != route::Kind::drop) return back.source;
    }
    return router.select_source(Family::ipv4, context.in, flat.source);
}

// Reads the options one by one, as Linux's ip_options_compile() does.
class Reader {
  public:
    Reader(Context& context, const route::Decision& route)
        : context_(context), route_(route), ip_(context.packet.l3()) {}

    // The offset from the IP header of the byte that is wrong; nothing if all is right.
    std::optional<std::uint32_t> read();

  private:
    // Each gets an option's offset and length; where in the option a fault is.
    using Fault = std::optional<std::uint32_t>;
    Fault read_one(std::uint32_t at, std::uint32_t length);
    Fault source_route(const std::uint8_t* it, std::uint32_t length);
    Fault record_route(std::uint8_t* it, std::uint32_t length);
    Fault timestamp(std::uint8_t* it, std::uint32_t length);
    Fault stamp(std::uint8_t* it, std::uint32_t length);
    Fault cipso(const std::uint8_t* it, std::uint32_t length);
    std::uint8_t place(const std::uint8_t* it) const { return static_cast<std::uint8_t>(it - ip_); }
    void changed() { context_.options.changed = context_.packet.changed = true; }

    Context& context_;
    const route::Decision& route_;
    std::uint8_t* ip_;
};

std::optional<std::uint32_t> Reader::read() {
    const std::uint32_t header = (ip_[0] & 15u) * 4u;
    for (std::uint32_t at = fixed_header; at < header;) {
        if (ip_[at] == option::end) {
            // What lies behind the end is made padding.
            for (++at; at < header; ++at) {
                if (ip_[at] == option::end) continue;
                ip_[at] = option::end;
                changed();
            }
            break;
        }
        if (ip_[at] == option::nop) {
            ++at;
            continue;
        }
        const std::uint32_t length = at + 1 < header ? ip_[at + 1] : 0;
        if (length < 2 || at + length > header) return at;
        if (const auto fault = read_one(at, length)) return at + *fault;
        at += length;
    }
    return {};
}

Reader::Fault Reader::read_one(std::uint32_t at, std::uint32_t length) {
    std::uint8_t* const it = ip_ + at;
    switch (it[0]) {
        case option::loose_source_route:
        case option::strict_source_route: return source_route(it, length);
        case option::record_route: return record_route(it, length);
        case option::timestamp: return timestamp(it, length);
        case option::router_alert: return length < 4 ? Fault{1} : Fault{};
        case option::cipso: return cipso(it, length);
        default: return {};
    }
}

Reader::Fault Reader::source_route(const std::uint8_t* it, std::uint32_t length) {
    if (length < 3) return 1;
    if (it[2] < 4) return 2;
    if (context_.options.source_route != 0) return 0;
    context_.options.source_route = place(it);
    return {};
}

Reader::Fault Reader::record_route(std::uint8_t* it, std::uint32_t length) {
    if (context_.options.record_route != 0) return 0;
    if (length < 3) return 1;
    if (it[2] < 4) return 2;
    if (it[2] <= length) {
        if (it[2] + 3u > length) return 2;
        here(context_, route_).store(it + it[2] - 1, Family::ipv4);
        it[2] = static_cast<std::uint8_t>(it[2] + 4);
        context_.options.record_address = true;
        changed();
    }
    context_.options.record_route = place(it);
    return {};
}

Reader::Fault Reader::timestamp(std::uint8_t* it, std::uint32_t length) {
    if (context_.options.timestamp != 0) return 0;
    if (length < 4) return 1;
    if (it[2] < 5) return 2;
    if (it[2] <= length) return stamp(it, length);
    // No room: the routers that found none are counted.
    if (it[3] >> 4 == 15) return 3;
    context_.options.timestamp = place(it);
    it[3] = static_cast<std::uint8_t>(it[3] + 0x10);
    changed();
    return {};
}

Reader::Fault Reader::stamp(std::uint8_t* it, std::uint32_t length) {
    enum : std::uint8_t { time_only = 0, with_address = 1, prespecified = 3 };
    IpOptions& options = context_.options;
    const std::uint32_t pointer = it[2];
    if (pointer + 3 > length) return 2;
    const std::uint8_t flag = it[3] & 0xf;
    if (flag != time_only && flag != with_address && flag != prespecified) return {};
    if (flag != time_only && pointer + 7 > length) return 2;
    options.timestamp = place(it);
    std::uint32_t time_at = pointer - 1;
    if (flag == with_address) {
        here(context_, route_).store(it + time_at, Family::ipv4);
        options.stamp_address = true;
    } else if (flag == prespecified) {
        const Address named = Address::load(it + time_at, Family::ipv4);
        if (context_.services.router->address_type(named, Family::ipv4) == route::RouteType::unicast)
            return {};
    }
    if (flag != time_only) time_at += 4;
    options.stamp_time = true;
    store_be32(it + time_at, ip_options::timestamp(context_.services.now));
    it[2] = static_cast<std::uint8_t>(time_at + 5);
    changed();
    return {};
}

// A security label, of a domain that nobody has told this router of.
Reader::Fault Reader::cipso(const std::uint8_t* it, std::uint32_t length) {
    if (context_.options.cipso != 0) return 0;
    context_.options.cipso = place(it);
    return length < 8 ? 1 : 2;
}

}  // namespace

Finding accept_options(Context& context, const route::Decision& route) {
    Reader reader(context, route);
    if (const auto fault = reader.read()) {
        const bool to_many = route.kind == route::Kind::broadcast || route.kind == route::Kind::multicast;
        if (!to_many)
            icmp_error::send(context, wire::icmp::parameter_problem, wire::icmp::pointer_problem,
                             *fault << 24);
        return {.reason = Reason::ip_bad_options, .numbers = {*fault}};
    }
    if (context.options.source_route != 0) return {.reason = Reason::strict_source_route};
    return {};
}

void finish_options(Context& context, const Address& address) {
    IpOptions& options = context.options;
    Packet& packet = context.packet;
    if (options.record_address) {
        std::uint8_t* const it = packet.l3() + options.record_route;
        address.store(it + it[2] - 5, Family::ipv4);
        options.changed = true;
    }
    if (!options.changed) return;
    options.changed = false;
    edit::renew_network_checksum(packet);
}

}  // namespace gatehouse::stack

#include "stack/ip_options.h"

#include <algorithm>
#include <optional>

#include "base/checksum.h"
#include "hook/icmp_error.h"
#include "packet/edit.h"
#include "packet/reason.h"
#include "wire/protocol.h"

namespace gatehouse::stack {

namespace {

namespace option = wire::ipv4_option;

constexpr std::uint32_t fixed_header = 20;

// The byte at which an option is wrong, from the option itself; nothing if it is right. `option` is the whole
// of it, its length not below two.
std::optional<std::uint32_t> fault_in(Bytes bytes) {
    const std::uint8_t kind = bytes[0];
    if (kind != option::record_route && kind != option::loose_source_route &&
        kind != option::strict_source_route)
        return {};
    if (bytes.size() < 3) return 1;
    if (bytes[2] < 4) return 2;
    if (bytes[2] <= bytes.size() && bytes[2] + 3u > bytes.size()) return 2;
    return {};
}

bool is_source_route(std::uint8_t kind) {
    return kind == option::loose_source_route || kind == option::strict_source_route;
}

Finding malformed(Context& context, std::uint32_t offset) {
    icmp_error::send(context, wire::icmp::parameter_problem, wire::icmp::pointer_problem, offset << 24);
    return {.reason = Reason::ip_bad_options, .numbers = {offset}};
}

// What stands behind the end of the options means nothing: Linux overwrites it with more ends.
void clear_behind_end(Packet& packet) {
    std::uint8_t* const ip = packet.l3();
    const std::uint32_t header = (ip[0] & 15u) * 4u;
    std::uint32_t at = fixed_header;
    while (at < header && ip[at] != option::end) at += ip[at] == option::nop ? 1u : ip[at + 1];
    const auto is_end = [](std::uint8_t byte) { return byte == option::end; };
    if (std::all_of(ip + std::min(at, header), ip + header, is_end)) return;
    std::fill(ip + at, ip + header, option::end);
    edit::renew_network_checksum(packet);
    packet.changed = true;
}

}  // namespace

Finding accept_options(Context& context) {
    Packet& packet = context.packet;
    if (!is_v4(packet.flat.family)) return {};
    const std::uint32_t header = (packet.l3()[0] & 15u) * 4u;
    const Bytes ip = packet.network();
    for (std::uint32_t at = fixed_header; at < header && ip[at] != option::end;) {
        if (ip[at] == option::nop) {
            ++at;
            continue;
        }
        const std::uint32_t length = at + 1 < header ? ip[at + 1] : 0;
        if (length < 2 || at + length > header) return malformed(context, at);
        if (const auto fault = fault_in(ip.subspan(at, length))) return malformed(context, at + *fault);
        if (is_source_route(ip[at])) return {.reason = Reason::strict_source_route};
        at += length;
    }
    clear_behind_end(packet);
    return {};
}

void record_route(Packet& packet, const Address& address) {
    std::uint8_t* const ip = packet.l3();
    const std::uint32_t header = (ip[0] & 15u) * 4u;
    for (std::uint32_t at = fixed_header; at < header && ip[at] != option::end;) {
        if (ip[at] == option::nop) {
            ++at;
            continue;
        }
        std::uint8_t* const it = ip + at;
        if (it[0] == option::record_route && it[2] + 3u <= it[1]) {
            address.store(it + it[2] - 1, Family::ipv4);
            it[2] = static_cast<std::uint8_t>(it[2] + 4);
            store_be16(ip + 10, 0);
            store_be16(ip + 10, checksum::finish(checksum::add({ip, header})));
            packet.changed = true;
            return;
        }
        at += it[1];
    }
}

}  // namespace gatehouse::stack

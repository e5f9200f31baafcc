#include "hook/ip_options.h"

#include <algorithm>

#include "packet/edit.h"
#include "packet/packet.h"
#include "wire/protocol.h"

namespace gatehouse::ip_options {

namespace {

constexpr std::uint8_t fixed_header = 20;

class Writer {
  public:
    Writer(const Packet& packet, Echo& echo) : ip_(packet.network()), echo_(echo) {}

    bool record_route(const IpOptions& of);
    bool timestamp(const IpOptions& of);
    void source_route(const IpOptions& of);
    void cipso(const IpOptions& of) { echo_.options.cipso = copy(of.cipso); }

  private:
    std::uint8_t& byte(std::size_t in_header) { return echo_.bytes[in_header - fixed_header]; }
    std::uint8_t end() const { return static_cast<std::uint8_t>(fixed_header + echo_.size); }
    // Copies the option at `from` of the packet; where the copy begins in the answer's header.
    std::uint8_t copy(std::uint8_t from) {
        const std::uint8_t length = ip_[from + 1u], at = end();
        std::ranges::copy(ip_.subspan(from, length), echo_.bytes.begin() + echo_.size);
        echo_.size = static_cast<std::uint8_t>(echo_.size + length);
        return at;
    }

    Bytes ip_;
    Echo& echo_;
};

bool Writer::record_route(const IpOptions& of) {
    const std::uint8_t at = echo_.options.record_route = copy(of.record_route);
    const unsigned length = byte(at + 1u), pointer = byte(at + 2u);
    if (!of.record_address || pointer > length) return true;
    if (pointer + 3 > length) return false;
    byte(at + 2u) = static_cast<std::uint8_t>(pointer + 4);
    echo_.options.record_address = true;
    return true;
}

bool Writer::timestamp(const IpOptions& of) {
    constexpr unsigned prespecified = 3;
    const std::uint8_t at = echo_.options.timestamp = copy(of.timestamp);
    const unsigned length = byte(at + 1u);
    unsigned pointer = byte(at + 2u);
    if (pointer > length) return true;
    if (of.stamp_address) {
        if (pointer + 3 > length) return false;
        echo_.options.stamp_address = true;
        pointer += 4;
    }
    if (of.stamp_time && pointer + 3 > length) return false;
    if (of.stamp_time && (byte(at + 3u) & 0xfu) != prespecified) {
        echo_.options.stamp_time = true;
        pointer += 4;
    }
    byte(at + 2u) = static_cast<std::uint8_t>(pointer);
    return true;
}

// The hops that the packet has passed, the last one first; the packet's source ends them (RFC 1122, 3.2.1.8).
void Writer::source_route(const IpOptions& of) {
    const Bytes route = ip_.subspan(of.source_route);
    const int length = route[1];
    int from = std::min<int>(route[2], length + 1) - 4;
    if (from <= 3) return;
    const auto hop = [&](int at) { return route.subspan(static_cast<std::size_t>(at) - 1, 4); };
    const Address first = Address::load(hop(from).data(), Family::ipv4);
    const std::uint8_t at = end();
    int to = 4;
    for (from -= 4; from > 3; from -= 4, to += 4)
        std::ranges::copy(hop(from), &byte(at + static_cast<std::size_t>(to) - 1));
    const Bytes source = ip_.subspan(12, 4);
    if (std::ranges::equal(source, hop(from + 4))) to -= 4;
    if (to <= 3) return;
    byte(at) = route[0];
    byte(at + 1u) = static_cast<std::uint8_t>(to + 3);
    byte(at + 2u) = 4;
    std::ranges::copy(source, &byte(at + static_cast<std::size_t>(to) - 1));
    echo_.size = static_cast<std::uint8_t>(echo_.size + to + 3);
    echo_.options.source_route = at;
    echo_.first_hop = first;
}

}  // namespace

std::optional<Echo> echo(const Packet& packet, const IpOptions& options) {
    Echo echo;
    Writer writer(packet, echo);
    if (options.record_route != 0 && !writer.record_route(options)) return {};
    if (options.timestamp != 0 && !writer.timestamp(options)) return {};
    if (options.source_route != 0) writer.source_route(options);
    if (options.cipso != 0) writer.cipso(options);
    while (echo.size % 4 != 0) echo.bytes[echo.size++] = wire::ipv4_option::end;
    return echo;
}

void put(const Echo& echo, std::uint8_t* header) {
    header[0] = static_cast<std::uint8_t>(0x40 | (fixed_header + echo.size) / 4);
    std::copy_n(echo.bytes.begin(), echo.size, header + fixed_header);
}

void record(Packet& packet, const IpOptions& options, const Address& source, Time now) {
    if (!options.record_address && !options.stamp_address && !options.stamp_time) return;
    // Before the pointer: an address; of a timestamp an address, a time, or both.
    const auto slot = [&](std::uint8_t option, unsigned back) {
        std::uint8_t* const it = packet.l3() + option;
        return it + it[2] - 1 - back;
    };
    if (options.record_address) source.store(slot(options.record_route, 4), Family::ipv4);
    if (options.stamp_address) source.store(slot(options.timestamp, 8), Family::ipv4);
    if (options.stamp_time) store_be32(slot(options.timestamp, 4), timestamp(now));
    edit::renew_network_checksum(packet);
}

std::uint32_t timestamp(Time now) {
    constexpr Nanoseconds day = 86'400 * second;
    return static_cast<std::uint32_t>(now.since_epoch % day / millisecond);
}

}  // namespace gatehouse::ip_options

#include "listeners.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "packet/edit.h"
#include "wire/builder.h"
#include "wire/udp.h"

namespace gatehouse::differential {

Result<Listeners> Listeners::read(const nlohmann::json& scenario) {
    Listeners all;
    for (const auto& one : scenario.value("listeners", nlohmann::json::array())) {
        if (one.at("proto") != "udp") return fail("unsupported: a program that listens to TCP");
        if (one.value("transparent", false)) return fail("unsupported: a transparent socket");
        const std::string text = one.value("addr", "0.0.0.0");
        const Family family = text.contains(':') ? Family::ipv6 : Family::ipv4;
        const auto address = parse_address(text, family);
        if (!address) return fail(fmt::format("listener: bad address `{}`", text));
        all.listeners_.push_back({.port = one.at("port").get<std::uint16_t>(),
                                  .address = *address,
                                  .family = family,
                                  .echo = one.value("action", "echo") == "echo"});
    }
    return all;
}

const Listeners::Listener* Listeners::of(const Packet& packet) const {
    const Flat& flat = packet.flat;
    if (flat.protocol != wire::protocol::udp || flat.transport != Transport::whole) return nullptr;
    for (const auto& listener : listeners_) {
        const bool here = listener.address.is_unspecified() || listener.address == flat.destination;
        if (listener.family == flat.family && listener.port == flat.dport && here) return &listener;
    }
    return nullptr;
}

Answer Listeners::local_socket(const Packet& packet) {
    const bool taken = of(packet) != nullptr && wire::UdpView::parse(packet.transport()) &&
                       edit::transport_checksum_ok(packet);
    return taken ? Answer::yes : Answer::no;
}

void Listeners::take(const Packet& packet, std::size_t index) {
    const Listener* const listener = of(packet);
    if (listener == nullptr) return;
    const Flat& flat = packet.flat;
    const auto view = wire::UdpView::parse(packet.transport());
    const Bytes data = view->payload();
    heard_ += fmt::format(
        R"({{"in_index": {}, "listener": "udp:{}", "peer": ["{}", {}], "origdst": ["{}", {}], "data": "{:02x}"}})"
        "\n",
        index, listener->port, to_string(flat.source, flat.family), flat.sport,
        to_string(flat.destination, flat.family), flat.dport, fmt::join(data, ""));
    if (!listener->echo) return;
    // Its socket leaves the source to the router, unless it is bound to an address.
    wire::PacketBuilder builder;
    if (is_v4(flat.family)) {
        builder.ipv4({.source = listener->address, .destination = flat.source, .dont_fragment = true});
    } else {
        builder.ipv6({.source = listener->address, .destination = flat.source});
    }
    builder.udp({.source = flat.dport, .destination = flat.sport}).payload(data);
    answers_.push_back(builder.build());
}

}  // namespace gatehouse::differential

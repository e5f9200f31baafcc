#include "frontend/replay/derive.h"

#include <algorithm>
#include <fmt/format.h>

#include "io/capture_reader.h"
#include "packet/parse.h"

namespace gatehouse::frontend {

namespace {

constexpr unsigned looked_at = 10'000;

std::vector<Prefix> private_prefixes() {
    std::vector<Prefix> all;
    for (const char* text : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"})
        all.push_back(*parse_prefix(text));
    return all;
}

bool in_any(const std::vector<Prefix>& prefixes, Family family, const Address& address) {
    return std::ranges::any_of(prefixes,
                               [&](const Prefix& p) { return p.family == family && p.contains(address); });
}

// Addresses that say nothing about sides: groups, broadcasts, link-local and loopback ones.
bool is_placeless(Family family, const Address& a) {
    const std::uint32_t w = a.words[0];
    if (is_v4(family)) return w == 0 || w >> 28 >= 0xe || w >> 24 == 127 || w >> 16 == 0xa9fe;
    return w >> 24 == 0xff || w >> 22 == 0xfe80 >> 6 || (w == 0 && a.words[1] == 0 && a.words[2] == 0);
}

struct Seen {
    bool any_public = false, any_private = false;
    std::optional<Prefix> first4, first6;
};

Result<Seen> look(const std::string& capture) {
    auto reader = io::CaptureReader::open(capture);
    if (!reader) return std::unexpected(reader.error());
    Seen seen;
    const auto privates = private_prefixes();
    std::vector<std::uint8_t> buffer(io::max_captured_length + 64);
    io::CaptureRecord record;
    for (unsigned n = 0; n < looked_at && reader->next(record) == io::Next::record; ++n) {
        const auto framing = io::framing_of(record.link_type, record.bytes);
        if (!framing) continue;
        Packet packet;
        packet.buffer = packet.data = buffer.data();
        packet.capacity = static_cast<std::uint32_t>(buffer.size());
        packet.length = io::write_ethernet(*framing, record.bytes, {}, {}, buffer);
        if (packet.length > max_frame || parse_frame(packet).finding || !packet.flat.network) continue;
        const Flat& flat = packet.flat;
        for (const Address& address : {flat.source, flat.destination}) {
            if (is_placeless(flat.family, address)) continue;
            (in_any(privates, flat.family, address) ? seen.any_private : seen.any_public) = true;
        }
        auto& first = is_v4(flat.family) ? seen.first4 : seen.first6;
        if (!first && !is_placeless(flat.family, flat.source)) {
            const std::uint8_t length = is_v4(flat.family) ? 24 : 64;
            first = Prefix{flat.family, flat.source & prefix_mask(length), length};
        }
    }
    return seen;
}

}  // namespace

Result<DerivedNetwork> derive_network(const std::string& capture, const DeriveOptions& options) {
    DerivedNetwork derived;
    std::string how;
    if (!options.inside.empty()) {
        derived.inside = options.inside;
        how = "as given";
    } else {
        const auto seen = look(capture);
        if (!seen) return std::unexpected(seen.error());
        if (seen->any_private && seen->any_public) {
            derived.inside = private_prefixes();
            how = "private addresses";
        } else {
            if (seen->first4) derived.inside.push_back(*seen->first4);
            if (seen->first6) derived.inside.push_back(*seen->first6);
            how = "the first sender's network";
        }
    }
    // The legs' own addresses are from the ranges set aside for benchmarks (RFC 2544, RFC 5180): no capture
    // should hold them.
    const Mac gateway_in{{2, 0, 0, 0, 1, 2}}, gateway_out{{2, 0, 0, 0, 2, 2}};
    derived.network.ports = {
        {.name = options.inside_name,
         .mac = {{2, 0, 0, 0, 1, 1}},
         .addresses = {"198.18.0.1/30", "2001:2:0:1::1/64"},
         .neighbours = {{"198.18.0.2", gateway_in}, {"2001:2:0:1::2", gateway_in}},
         .mtu = 65535},
        {.name = options.outside_name,
         .mac = {{2, 0, 0, 0, 2, 1}},
         .addresses = {"198.18.0.5/30", "2001:2:0:2::1/64"},
         .neighbours = {{"198.18.0.6", gateway_out}, {"2001:2:0:2::2", gateway_out}},
         .mtu = 65535},
    };
    derived.network.routes = {fmt::format("0.0.0.0/0 via 198.18.0.6 dev {}", options.outside_name),
                              fmt::format("::/0 via 2001:2:0:2::2 dev {}", options.outside_name)};
    std::string list;
    for (const auto& prefix : derived.inside) {
        const bool v4 = is_v4(prefix.family);
        list += fmt::format("{}{}", list.empty() ? "" : ", ", to_string(prefix));
        derived.network.routes.push_back(fmt::format(
            "{} via {} dev {}", to_string(prefix), v4 ? "198.18.0.2" : "2001:2:0:1::2", options.inside_name));
    }
    derived.why =
        fmt::format("no network description: `{}` has {} ({}), `{}` all the rest", options.inside_name,
                    list.empty() ? "nothing" : list, how, options.outside_name);
    return derived;
}

}  // namespace gatehouse::frontend

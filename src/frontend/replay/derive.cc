#include "frontend/replay/derive.h"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>

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

// What an interface of the capture took in.
struct Leg {
    std::string name;
    std::uint64_t packets = 0, from_inside = 0;
};

struct Seen {
    std::vector<Leg> legs{};
    bool any_public = false, any_private = false;
    std::optional<Prefix> first4, first6;
};

// Which side the packet's addresses are on.
void note_addresses(const Flat& flat, const std::vector<Prefix>& privates, Seen& seen) {
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
        if (record.direction != io::CaptureDirection::outbound && !record.interface_name.empty()) {
            auto leg = std::ranges::find(seen.legs, record.interface_name, &Leg::name);
            if (leg == seen.legs.end())
                leg = seen.legs.insert(leg, {.name = std::string(record.interface_name)});
            ++leg->packets;
            leg->from_inside += in_any(privates, flat.family, flat.source);
        }
        note_addresses(flat, privates, seen);
    }
    return seen;
}

// The names of the two legs: as asked for, as the capture names them, or our own.
void name_legs(const Seen& seen, DeriveOptions& names, bool& named) {
    if (!names.inside_name.empty() || !names.outside_name.empty() || seen.legs.size() != 2) {
        if (names.inside_name.empty()) names.inside_name = "inside";
        if (names.outside_name.empty()) names.outside_name = "outside";
        return;
    }
    // The inside is where the larger share comes from inside addresses.
    const auto& [a, b] = std::tie(seen.legs[0], seen.legs[1]);
    const bool first = a.from_inside * b.packets >= b.from_inside * a.packets;
    names.inside_name = first ? a.name : b.name;
    names.outside_name = first ? b.name : a.name;
    named = true;
}

// What is inside, and why that is thought.
std::string choose_inside(const Seen& seen, const DeriveOptions& options, std::vector<Prefix>& inside) {
    if (!options.inside.empty()) {
        inside = options.inside;
        return "as given";
    }
    if (seen.any_private && seen.any_public) {
        inside = private_prefixes();
        return "private addresses";
    }
    if (seen.first4) inside.push_back(*seen.first4);
    if (seen.first6) inside.push_back(*seen.first6);
    return "the first sender's network";
}

// Tagged frames are taken as if they had no tags, as a capture from a trunk has them. The legs' own addresses
// are from the ranges set aside for benchmarks (RFC 2544, RFC 5180): no capture should hold them.
network::Network two_legs(const DeriveOptions& names, const std::vector<Prefix>& inside) {
    const Mac gateway_in{{2, 0, 0, 0, 1, 2}}, gateway_out{{2, 0, 0, 0, 2, 2}};
    network::Network made{
        .ports = {{.name = names.inside_name,
                   .mac = {{2, 0, 0, 0, 1, 1}},
                   .addresses = {"198.18.0.1/30", "2001:2:0:1::1/64"},
                   .neighbours = {{"198.18.0.2", gateway_in}, {"2001:2:0:1::2", gateway_in}},
                   .mtu = 65535,
                   .accept_tagged = true},
                  {.name = names.outside_name,
                   .mac = {{2, 0, 0, 0, 2, 1}},
                   .addresses = {"198.18.0.5/30", "2001:2:0:2::1/64"},
                   .neighbours = {{"198.18.0.6", gateway_out}, {"2001:2:0:2::2", gateway_out}},
                   .mtu = 65535,
                   .accept_tagged = true}},
        .routes = {fmt::format("0.0.0.0/0 via 198.18.0.6 dev {}", names.outside_name),
                   fmt::format("::/0 via 2001:2:0:2::2 dev {}", names.outside_name)}};
    for (const auto& prefix : inside)
        made.routes.push_back(fmt::format("{} via {} dev {}", to_string(prefix),
                                          is_v4(prefix.family) ? "198.18.0.2" : "2001:2:0:1::2",
                                          names.inside_name));
    return made;
}

DerivedNetwork make_derived(const Seen& seen, const DeriveOptions& names, bool named) {
    DerivedNetwork derived{.named = named};
    const std::string how = choose_inside(seen, names, derived.inside);
    derived.network = two_legs(names, derived.inside);
    std::string list;
    for (const auto& prefix : derived.inside)
        list += fmt::format("{}{}", list.empty() ? "" : ", ", to_string(prefix));
    if (list.empty()) {
        derived.why = fmt::format("no network description, and no IP packet to tell the sides by: `{}`, `{}`",
                                  names.inside_name, names.outside_name);
        return derived;
    }
    derived.why =
        fmt::format("no network description: `{}` has {} ({}), `{}` all the rest{}", names.inside_name, list,
                    how, names.outside_name, named ? "; packets come in where the capture says" : "");
    return derived;
}

}  // namespace

Result<DerivedNetwork> derive_network(const std::string& capture, const DeriveOptions& given) {
    DeriveOptions options = given;
    bool named = false;
    Seen seen;
    if (capture != "-") {
        auto looked = look(capture);
        if (!looked) return std::unexpected(looked.error());
        seen = std::move(*looked);
    }
    name_legs(seen, options, named);
    return make_derived(seen, options, named);
}

DerivedNetwork derive_network(std::string_view interface, Bytes frame, const DeriveOptions& given) {
    std::vector<std::uint8_t> copy(frame.begin(), frame.end());
    Packet packet;
    packet.buffer = packet.data = copy.data();
    packet.length = packet.capacity = static_cast<std::uint32_t>(copy.size());
    Seen seen;
    const bool readable = !parse_frame(packet).finding && packet.flat.network;
    if (readable) note_addresses(packet.flat, private_prefixes(), seen);
    std::vector<Prefix> inside;
    choose_inside(seen, given, inside);
    const bool from_inside = readable && in_any(inside, packet.flat.family, packet.flat.source);
    DeriveOptions names = given;
    auto& own = from_inside ? names.inside_name : names.outside_name;
    auto& other = from_inside ? names.outside_name : names.inside_name;
    if (own.empty() && other != interface) own = interface;
    if (names.inside_name.empty()) names.inside_name = "inside";
    if (names.outside_name.empty()) names.outside_name = "outside";
    if (own == other) other = own == "inside" ? "outside" : "inside";
    return make_derived(seen, names, false);
}

}  // namespace gatehouse::frontend

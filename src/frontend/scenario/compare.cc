#include "frontend/scenario/compare.h"

#include <algorithm>
#include <fmt/format.h>

namespace gatehouse::frontend::scenario {

namespace {

// Said to the builder or to the comparison, no fields of a packet.
constexpr std::string_view instructions[] = {"pad", "cut", "total", "version", "header", "size", "quotes"};

bool is_instruction(std::string_view name) {
    return std::ranges::find(instructions, name) != std::end(instructions);
}

std::string line(std::string_view name, std::string_view expected, std::string_view actual) {
    return fmt::format("      {:<12} expected {}, got {}\n", name, expected, actual);
}

// What a forwarded packet is: the one that came in, its TTL lower by one, from the interface's own address.
Fields forwarded(const Leaving& leaving, Bytes input) {
    const bool piece = leaving.written.has("size");
    Fields fields = decode_frame(input, piece);
    fields.remove("to");
    fields.remove("vlan");
    fields.set("ttl", fields.number("ttl") - 1);
    fields.set("ip-checksum", "right");
    if (!fields.v4()) fields.remove("ip-checksum");
    if (!piece) return fields;
    const auto data = fields.bytes("data");
    const std::size_t from = std::min<std::size_t>(leaving.written.number("offset"), data.size());
    const std::size_t size = std::min<std::size_t>(leaving.written.number("size"), data.size() - from);
    fields.set("data", Bytes(data).subspan(from, size));
    fields.set("more", std::uint64_t{0});
    return fields;
}

bool is_v6(const Fields& fields) { return fields.has("dst") && !fields.v4(); }

// The same packet with a header of the other family: what only the one's headers have isn't there any more,
// what only the other's have is as a translator leaves it (RFC 7915).
void cross_families(Fields& fields) {
    const bool to_v4 = !fields.v4();
    const std::uint8_t icmp = to_v4 ? 58 : 1;
    if (fields.number("protocol") == icmp) fields.set("protocol", std::uint64_t{to_v4 ? 1u : 58u});
    for (const char* name : {"id", "df", "more", "offset", "reserved", "ip-options", "ip-checksum", "flow",
                             "hopopts", "routing", "dstopts"})
        fields.remove(name);
    if (fields.has("checksum")) fields.set("checksum", "right");
    if (!to_v4) return fields.set("flow", std::uint64_t{0});
    for (const char* name : {"more", "offset", "reserved"}) fields.set(name, std::uint64_t{0});
    fields.set("ip-options", "");
    fields.set("ip-checksum", "right");
}

// What a translator decides, and is compared only if it is written.
bool is_free(std::string_view name) { return name == "id" || name == "df"; }

// The packet that an ICMP error quotes is the one that came in, but for its TTL and what that changes.
std::string quote_differences(const Leaving& leaving, Bytes input, const Fields& actual) {
    const auto quoted = actual.bytes("payload");
    const std::uint64_t length = leaving.written.number("quotes");
    if (quoted.size() != length)
        return line("quotes", fmt::format("{} bytes", length), fmt::format("{} bytes", quoted.size()));
    const Bytes original = input.subspan(14);
    for (std::size_t i = 0; i < std::min(quoted.size(), original.size()); ++i) {
        const bool v4 = original[0] >> 4 == 4;
        const bool free = v4 ? i == 8 || i == 10 || i == 11 : i == 7;
        if (!free && quoted[i] != original[i])
            return line("quotes", fmt::format("the packet that came in ({:02x} at byte {})", original[i], i),
                        fmt::format("{:02x}", quoted[i]));
    }
    return {};
}

}  // namespace

std::string differences(const Leaving& leaving, const network::Network& network, Bytes input, Bytes actual) {
    if (leaving.form == Leaving::Form::hex) {
        const auto expected = leaving.written.bytes("hex");
        return std::ranges::equal(expected, actual) ? "" : line("frame", to_hex(expected), to_hex(actual));
    }
    const Fields got = decode_frame(actual, leaving.written.has("size"));
    Fields expected;
    bool crossed = false;
    if (leaving.form == Leaving::Form::same) {
        expected = forwarded(leaving, input);
        crossed = leaving.written.has("dst") && is_v6(leaving.written) != is_v6(expected);
        if (crossed) cross_families(expected);
    } else {
        // That of a datagram of which this is the first piece can't be told.
        const bool whole = !got.has("more") || got.number("more") == 0;
        if (got.has("checksum") && whole) expected.set("checksum", "right");
        if (got.has("ip-checksum")) expected.set("ip-checksum", "right");
    }
    const auto port = std::ranges::find(network.ports, leaving.port, &network::Port::name);
    expected.set("from", to_string(port->mac));
    for (const auto& field : leaving.written.all()) {
        if (!is_instruction(field.name)) expected.set(field.name, field.value);
    }
    constexpr std::size_t udp_header = 8;
    if (leaving.written.has("payload") && expected.has("udp-length"))
        expected.set("udp-length", udp_header + leaving.written.bytes("payload").size());
    std::string text;
    for (const auto& field : expected.all()) {
        const std::string* const found = got.find(field.name);
        if (found != nullptr && *found == field.value) continue;
        text += line(field.name, shown(field), found == nullptr ? "nothing" : shown({field.name, *found}));
    }
    if (leaving.form == Leaving::Form::same) {
        for (const auto& field : got.all()) {
            if (field.name != "to" && !expected.has(field.name) && !(crossed && is_free(field.name)))
                text += line(field.name, "nothing", shown(field));
        }
    }
    if (leaving.written.has("quotes")) text += quote_differences(leaving, input, got);
    return text;
}

std::string brief(Bytes frame) {
    const Fields f = decode_frame(frame);
    if (!f.has("src")) return fmt::format("hex {}", to_hex(frame));
    const auto end = [&](const char* address, const char* port) {
        if (!f.has(port)) return *f.find(address);
        return fmt::format(fmt::runtime(f.v4() ? "{}:{}" : "[{}]:{}"), *f.find(address), *f.find(port));
    };
    std::string text = fmt::format("{} {} > {}", *f.find("proto"), end("src", "sport"), end("dst", "dport"));
    for (const char* name : {"flags", "type", "code", "rest", "seq", "ack", "offset", "more", "tos"}) {
        if (f.has(name)) text += fmt::format(" {} {}", name, *f.find(name));
    }
    return text + fmt::format(" ttl {}, {} bytes", *f.find("ttl"), frame.size());
}

}  // namespace gatehouse::frontend::scenario

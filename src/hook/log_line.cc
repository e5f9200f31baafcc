#include "hook/log_line.h"

#include <fmt/format.h>
#include <iterator>

#include "hook/interfaces.h"
#include "wire/protocol.h"

namespace gatehouse {

namespace {

namespace protocol = wire::protocol;

constexpr std::size_t ethernet_header = 14;

class LineWriter {
  public:
    LineWriter(const Packet& packet, const LogDetails& details, std::string& out)
        : packet_(packet), details_(details), out_(out) {}

    void mac_header();
    // A network packet; `inner`: one that an ICMP error quotes, to be followed no further.
    void ipv4(Bytes packet, bool inner);
    void ipv6(Bytes packet, bool inner);

  private:
    template <class... Args>
    void add(fmt::format_string<Args...> format, Args&&... args) {
        fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    }
    void hex(Bytes bytes) {
        for (const std::uint8_t byte : bytes) add("{:02X}", byte);
    }
    void incomplete(Bytes there) { add("INCOMPLETE [{} bytes] ", there.size()); }
    void address6(std::string_view word, Bytes at);
    void mark() {
        if (packet_.mark.value != 0) add("MARK={:#x} ", packet_.mark.value);
    }
    // Each of these gives false where the line ends early.
    bool transport4(Bytes header, Bytes payload, bool inner);
    bool transport6(std::uint8_t number, Bytes payload, bool fragment, bool inner);
    bool tcp(Bytes segment, bool fragment);
    bool udp(std::string_view name, Bytes segment, bool fragment);
    void icmp(Bytes message, bool fragment, bool inner);
    void icmp_body(Bytes message, bool inner);
    bool icmpv6(Bytes message, bool fragment, bool inner);
    void security(std::string_view name, std::size_t spi, std::size_t needed, Bytes payload);
    enum class Walk : std::uint8_t { next, end };
    Walk extension(std::uint8_t number, Bytes header, bool& fragment);
    Walk authentication6(Bytes header, bool fragment);
    void encapsulation6(Bytes header, bool fragment);

    const Packet& packet_;
    const LogDetails& details_;
    std::string& out_;
};

void LineWriter::mac_header() {
    const bool there = packet_.flat.l3 >= ethernet_header;
    const std::uint8_t* const frame = packet_.data;
    if (details_.decode_mac) {
        if (!there) return;
        add("MACSRC={} MACDST={} ", to_string(Mac::load(frame + 6)), to_string(Mac::load(frame)));
        if (packet_.vlan_count > 0)
            add("VPROTO={:04x} VID={} ", packet_.vlan[0].protocol, packet_.vlan[0].control);
        add("MACPROTO={:04x} ", load_be16(packet_.l3() - 2));
        return;
    }
    out_ += "MAC=";
    if (there) {
        // Tags are left out: the two addresses, and the type that stands right before the packet.
        for (std::size_t i = 0; i < 12; ++i) add("{:02x}:", frame[i]);
        add("{:02x}:{:02x}", packet_.l3()[-2], packet_.l3()[-1]);
    }
    out_ += ' ';
}

bool LineWriter::tcp(Bytes segment, bool fragment) {
    out_ += "PROTO=TCP ";
    if (fragment) return true;
    if (segment.size() < 20) {
        incomplete(segment);
        return false;
    }
    add("SPT={} DPT={} ", load_be16(&segment[0]), load_be16(&segment[2]));
    if (details_.tcp_sequence) add("SEQ={} ACK={} ", load_be32(&segment[4]), load_be32(&segment[8]));
    add("WINDOW={} ", load_be16(&segment[14]));
    add("RES={:#04x} ", (segment[12] & 0x0eu) << 2);
    if ((segment[12] & 1) != 0) out_ += "AE ";
    constexpr std::string_view names[] = {"CWR ", "ECE ", "URG ", "ACK ", "PSH ", "RST ", "SYN ", "FIN "};
    for (unsigned i = 0; i < 8; ++i) {
        if ((segment[13] & (0x80u >> i)) != 0) out_ += names[i];
    }
    add("URGP={} ", load_be16(&segment[18]));
    const std::size_t header = (segment[12] >> 4) * 4u;
    if (!details_.tcp_options || header <= 20) return true;
    if (header > segment.size()) {
        out_ += "OPT (TRUNCATED)";
        return false;
    }
    out_ += "OPT (";
    hex(segment.subspan(20, header - 20));
    out_ += ") ";
    return true;
}

bool LineWriter::udp(std::string_view name, Bytes segment, bool fragment) {
    add("PROTO={} ", name);
    if (fragment) return true;
    if (segment.size() < 8) {
        incomplete(segment);
        return false;
    }
    add("SPT={} DPT={} LEN={} ", load_be16(&segment[0]), load_be16(&segment[2]), load_be16(&segment[4]));
    return true;
}

// How much of a message there must be for its body to be shown.
std::size_t needed_icmp(std::uint8_t type) {
    namespace icmp = wire::icmp;
    switch (type) {
        case icmp::echo_reply:
        case icmp::echo_request: return 4;
        case icmp::unreachable:
        case icmp::source_quench:
        case icmp::redirect:
        case icmp::time_exceeded:
        case icmp::parameter_problem: return 28;
        case icmp::timestamp_request:
        case icmp::timestamp_reply: return 20;
        case icmp::address_mask_request:
        case icmp::address_mask_reply: return 12;
        default: return 0;
    }
}

void LineWriter::icmp(Bytes message, bool fragment, bool inner) {
    out_ += "PROTO=ICMP ";
    if (fragment) return;
    if (message.size() < 8) {
        incomplete(message);
        return;
    }
    add("TYPE={} CODE={} ", message[0], message[1]);
    if (message.size() < needed_icmp(message[0])) {
        incomplete(message);
        return;
    }
    icmp_body(message, inner);
}

void LineWriter::icmp_body(Bytes message, bool inner) {
    namespace icmp = wire::icmp;
    const std::uint8_t type = message[0];
    switch (type) {
        case icmp::echo_reply:
        case icmp::echo_request: add("ID={} SEQ={} ", load_be16(&message[4]), load_be16(&message[6])); return;
        case icmp::parameter_problem: add("PARAMETER={} ", message[4]); return;
        case icmp::redirect:
            add("GATEWAY={} ", to_string(Address::load(&message[4], Family::ipv4), Family::ipv4));
            break;
        case icmp::unreachable:
        case icmp::source_quench:
        case icmp::time_exceeded: break;
        default: return;
    }
    if (!inner) {
        out_ += '[';
        ipv4(message.subspan(8), true);
        out_ += "] ";
    }
    if (type == icmp::unreachable && message[1] == icmp::fragmentation_needed)
        add("MTU={} ", load_be16(&message[6]));
}

void LineWriter::security(std::string_view name, std::size_t spi, std::size_t needed, Bytes payload) {
    add("PROTO={} ", name);
    if (payload.size() < needed) {
        incomplete(payload);
    } else {
        add("SPI={:#x} ", load_be32(&payload[spi]));
    }
}

bool LineWriter::transport4(Bytes header, Bytes payload, bool inner) {
    const bool fragment = (load_be16(&header[6]) & 0x1fff) != 0;
    switch (header[9]) {
        case protocol::tcp: return tcp(payload, fragment);
        case protocol::udp: return udp("UDP", payload, fragment);
        case protocol::udplite: return udp("UDPLITE", payload, fragment);
        case protocol::icmp: icmp(payload, fragment, inner); return true;
        case protocol::ah:
            if (!fragment) security("AH", 4, 12, payload);
            return true;
        case protocol::esp:
            if (fragment) {
                out_ += "PROTO=ESP ";
            } else {
                security("ESP", 0, 8, payload);
            }
            return true;
        default: add("PROTO={} ", header[9]); return true;
    }
}

void LineWriter::ipv4(Bytes packet, bool inner) {
    if (packet.size() < 20) {
        out_ += "TRUNCATED";
        return;
    }
    add("SRC={} DST={} ", to_string(Address::load(&packet[12], Family::ipv4), Family::ipv4),
        to_string(Address::load(&packet[16], Family::ipv4), Family::ipv4));
    add("LEN={} TOS=0x{:02X} PREC=0x{:02X} TTL={} ID={} ", load_be16(&packet[2]), packet[1] & 0x1e,
        packet[1] & 0xe0, packet[8], load_be16(&packet[4]));
    const std::uint16_t flags = load_be16(&packet[6]);
    if ((flags & 0x8000) != 0) out_ += "CE ";
    if ((flags & 0x4000) != 0) out_ += "DF ";
    if ((flags & 0x2000) != 0) out_ += "MF ";
    if ((flags & 0x1fff) != 0) add("FRAG:{} ", flags & 0x1fff);
    const std::size_t header = (packet[0] & 0x0fu) * 4u;
    if (details_.ip_options && header > 20) {
        if (header > packet.size()) {
            out_ += "TRUNCATED";
            return;
        }
        out_ += "OPT (";
        hex(packet.subspan(20, header - 20));
        out_ += ") ";
    }
    const Bytes payload = packet.subspan(std::min(header, packet.size()));
    if (transport4(packet.first(20), payload, inner) && !inner) mark();
}

// All eight groups, uncompressed.
void LineWriter::address6(std::string_view word, Bytes at) {
    add("{}=", word);
    for (std::size_t i = 0; i < 16; i += 2) add("{}{:04x}", i == 0 ? "" : ":", load_be16(&at[i]));
    out_ += ' ';
}

LineWriter::Walk LineWriter::authentication6(Bytes header, bool fragment) {
    if (!details_.ip_options) return Walk::next;
    out_ += "AH ";
    if (fragment) {
        out_ += ')';
        return Walk::end;
    }
    if (header.size() < 12) {
        add("INCOMPLETE [{} bytes] )", header.size());
        return Walk::end;
    }
    add("SPI={:#x} ", load_be32(&header[4]));
    return Walk::next;
}

void LineWriter::encapsulation6(Bytes header, bool fragment) {
    if (!details_.ip_options) return;
    out_ += "ESP ";
    if (fragment) {
        out_ += ')';
    } else if (header.size() < 8) {
        add("INCOMPLETE [{} bytes] )", header.size());
    } else {
        add("SPI={:#x} )", load_be32(&header[0]));
    }
}

LineWriter::Walk LineWriter::extension(std::uint8_t number, Bytes header, bool& fragment) {
    if (details_.ip_options) out_ += "OPT ( ";
    switch (number) {
        case protocol::fragment: {
            out_ += "FRAG:";
            if (header.size() < 8) {
                out_ += "TRUNCATED ";
                return Walk::end;
            }
            const std::uint16_t place = load_be16(&header[2]);
            add("{} {}ID:{:08x} ", place & 0xfff8, (place & 1) != 0 ? "INCOMPLETE " : "",
                load_be32(&header[4]));
            fragment = fragment || (place & 0xfff8) != 0;
            break;
        }
        case protocol::ah:
            if (authentication6(header, fragment) == Walk::end) return Walk::end;
            break;
        case protocol::esp: encapsulation6(header, fragment); return Walk::end;
        default:
            if (!fragment) break;
            if (details_.ip_options) out_ += ')';
            return Walk::end;
    }
    if (details_.ip_options) out_ += ") ";
    return Walk::next;
}

bool LineWriter::icmpv6(Bytes message, bool fragment, bool inner) {
    namespace icmpv6 = wire::icmpv6;
    out_ += "PROTO=ICMPv6 ";
    if (fragment) return true;
    if (message.size() < 8) {
        incomplete(message);
        return false;
    }
    const std::uint8_t type = message[0];
    add("TYPE={} CODE={} ", type, message[1]);
    if (type == icmpv6::echo_request || type == icmpv6::echo_reply) {
        add("ID={} SEQ={} ", load_be16(&message[4]), load_be16(&message[6]));
    } else if (type >= icmpv6::unreachable && type <= icmpv6::parameter_problem) {
        if (type == icmpv6::parameter_problem) add("POINTER={:08x} ", load_be32(&message[4]));
        if (!inner) {
            out_ += '[';
            ipv6(message.subspan(8), true);
            out_ += "] ";
        }
        if (type == icmpv6::packet_too_big) add("MTU={} ", load_be32(&message[4]));
    }
    return true;
}

bool LineWriter::transport6(std::uint8_t number, Bytes payload, bool fragment, bool inner) {
    switch (number) {
        case protocol::tcp: return tcp(payload, fragment);
        case protocol::udp: return udp("UDP", payload, fragment);
        case protocol::udplite: return udp("UDPLITE", payload, fragment);
        case protocol::icmpv6: return icmpv6(payload, fragment, inner);
        default: add("PROTO={} ", number); return true;
    }
}

void LineWriter::ipv6(Bytes packet, bool inner) {
    if (packet.size() < 40) {
        out_ += "TRUNCATED";
        return;
    }
    address6("SRC", packet.subspan(8, 16));
    address6("DST", packet.subspan(24, 16));
    const std::uint32_t first = load_be32(packet.data());
    add("LEN={} TC={} HOPLIMIT={} FLOWLBL={} ", load_be16(&packet[4]) + 40, (first >> 20) & 0xff, packet[7],
        first & 0xfffff);
    bool fragment = false;
    std::uint8_t number = packet[6];
    Bytes rest = packet.subspan(40);
    while (wire::is_skipped_extension(number) || number == protocol::esp) {
        if (rest.size() < 2) {
            out_ += "TRUNCATED";
            return;
        }
        if (extension(number, rest, fragment) == Walk::end) return;
        const std::size_t length = number == protocol::fragment ? 8u
                                   : number == protocol::ah     ? (rest[1] + 2u) * 4u
                                                                : (rest[1] + 1u) * 8u;
        number = rest[0];
        rest = rest.subspan(std::min(length, rest.size()));
    }
    if (transport6(number, rest, fragment, inner) && !inner) mark();
}

}  // namespace

std::string log_line(const Context& context, std::string_view prefix, const LogDetails& details) {
    std::string line(prefix);
    const Interfaces& interfaces = *context.services.interfaces;
    line += fmt::format("IN={} OUT={} ", interfaces.name(context.in), interfaces.name(context.out));
    LineWriter writer(context.packet, details, line);
    if (context.in != InterfaceId::none) writer.mac_header();
    if (is_v4(context.family())) {
        writer.ipv4(context.packet.network(), false);
    } else {
        writer.ipv6(context.packet.network(), false);
    }
    return line;
}

}  // namespace gatehouse

// For tests of fragments: packets of either family, cut by hand.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/checksum.h"
#include "packet/parse.h"
#include "wire/protocol.h"

namespace gatehouse::defrag::testing {

// A fragment of UDP datagram `id` in an Ethernet frame. Its data are the datagram's bytes [offset, end), each
// byte telling its place, but for a UDP header at the start.
struct Cutting {
    std::uint32_t offset = 0, end = 0;
    bool more = true;
    std::uint32_t id = 7;
    std::uint8_t tos = 0;
    bool dont_fragment = false;
    std::string from = {};  // empty: the LAN's host
    std::string to = {};
    std::vector<std::uint8_t> options =
        {};                   // IPv4's; IPv6: a destination options header before the fragment's
    std::uint32_t whole = 0;  // the datagram's length, as UDP's header has it
};

inline std::uint8_t byte_at(std::uint32_t place) {
    return static_cast<std::uint8_t>(place * 7 + place / 256);
}

inline void put_data(std::vector<std::uint8_t>& frame, const Cutting& cut) {
    for (std::uint32_t at = cut.offset; at < cut.end; ++at) {
        std::uint8_t byte = byte_at(at);
        if (at < 8) {
            const std::uint8_t udp[8] = {0x0f,
                                         0xa0,
                                         0,
                                         53,
                                         static_cast<std::uint8_t>(cut.whole >> 8),
                                         static_cast<std::uint8_t>(cut.whole),
                                         0,
                                         0};
            byte = udp[at];
        }
        frame.push_back(byte);
    }
}

inline std::vector<std::uint8_t> frame_of(Family family, const Cutting& cut) {
    std::vector<std::uint8_t> frame{2, 0, 0, 0, 1, 1, 2, 0, 0, 0, 1, 2};
    const bool v4 = is_v4(family);
    const auto put16 = [&](std::uint32_t v) {
        frame.push_back(static_cast<std::uint8_t>(v >> 8));
        frame.push_back(static_cast<std::uint8_t>(v));
    };
    const auto put_address = [&](const std::string& text, const char* otherwise) {
        std::uint8_t bytes[16];
        parse_address(text.empty() ? otherwise : text, family)->store(bytes, family);
        frame.insert(frame.end(), bytes, bytes + (v4 ? 4 : 16));
    };
    const std::uint32_t data = cut.end - cut.offset;
    put16(v4 ? 0x0800 : 0x86dd);
    if (v4) {
        const auto header = static_cast<std::uint32_t>(20 + cut.options.size());
        frame.push_back(static_cast<std::uint8_t>(0x40 | header / 4));
        frame.push_back(cut.tos);
        put16(header + data);
        put16(cut.id);
        put16(cut.offset / 8 | (cut.more ? 0x2000 : 0) | (cut.dont_fragment ? 0x4000 : 0));
        frame.push_back(64);
        frame.push_back(wire::protocol::udp);
        put16(0);
        put_address(cut.from, "10.0.1.2");
        put_address(cut.to, "198.51.100.7");
        frame.insert(frame.end(), cut.options.begin(), cut.options.end());
        store_be16(&frame[24], checksum::finish(checksum::add({&frame[14], header})));
    } else {
        put16(0x6000u | cut.tos << 4);
        put16(0);
        put16(static_cast<std::uint32_t>(cut.options.size()) + 8 + data);
        frame.push_back(cut.options.empty() ? wire::protocol::fragment : wire::protocol::destination_options);
        frame.push_back(64);
        put_address(cut.from, "fd00:1::2");
        put_address(cut.to, "2001:db8::7");
        frame.insert(frame.end(), cut.options.begin(), cut.options.end());
        frame.push_back(wire::protocol::udp);
        frame.push_back(0);
        put16(cut.offset | (cut.more ? 1 : 0));
        put16(cut.id >> 16);
        put16(cut.id);
    }
    put_data(frame, cut);
    return frame;
}

// A parsed packet over a frame of its own.
struct Held {
    explicit Held(std::vector<std::uint8_t> frame) : bytes(std::move(frame)) {
        packet.buffer = packet.data = bytes.data();
        packet.length = packet.capacity = static_cast<std::uint32_t>(bytes.size());
        packet.in = static_cast<InterfaceId>(1);
        finding = parse_frame(packet).finding;
    }
    std::vector<std::uint8_t> bytes;
    Packet packet;
    Finding finding;
};

}  // namespace gatehouse::defrag::testing

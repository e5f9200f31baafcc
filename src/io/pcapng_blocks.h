// Numbers of the pcapng format (draft-ietf-opsawg-pcapng) that reader and writer share.
#pragma once
#include <cstddef>
#include <cstdint>

namespace gatehouse::io::pcapng {

enum class Block : std::uint32_t {
    section_header = 0x0a0d0d0a,  // reads the same in both byte orders
    interface_description = 1,
    packet = 2,  // obsolete
    simple_packet = 3,
    enhanced_packet = 6,
};

enum class Option : std::uint16_t {
    end = 0,
    comment = 1,
    // In a section header.
    hardware = 2,
    operating_system = 3,
    application = 4,
    // In an interface description.
    interface_name = 2,
    interface_description = 3,
    mac_address = 6,
    time_resolution = 9,
    time_offset = 14,
    // In a packet.
    flags = 2,
};

constexpr std::uint32_t byte_order_magic = 0x1a2b3c4d;
constexpr std::size_t block_overhead = 12;  // type, length, and the length again

constexpr std::size_t padded(std::size_t length) { return (length + 3) & ~std::size_t{3}; }

}  // namespace gatehouse::io::pcapng

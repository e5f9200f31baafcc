// Ethernet frames: the header with its VLAN tags, 802.2 LLC and SNAP (IEEE 802.3, 802.1Q, 802.1ad; RFC 1042).
#pragma once
#include <optional>

#include "wire/address.h"
#include "wire/fault.h"
#include "wire/protocol.h"

namespace gatehouse::wire {

struct VlanView {
    std::uint16_t protocol = 0;  // ethertype::vlan or service_vlan
    std::uint16_t control = 0;
    constexpr std::uint16_t id() const { return control & 0x0fff; }
    constexpr std::uint8_t priority() const { return static_cast<std::uint8_t>(control >> 13); }
    constexpr bool drop_eligible() const { return (control & 0x1000) != 0; }
};

class EthernetView {
  public:
    static constexpr std::size_t header = 14;
    static constexpr std::size_t most_tags = 2;

    // Checked: the header, up to two VLAN tags (a third counts as payload), and that an 802.3 length isn't
    // more than the bytes there. Faults: truncated, bad_length.
    static Checked<EthernetView> parse(Bytes frame);

    Mac destination() const { return Mac::load(frame_.data()); }
    Mac source() const { return Mac::load(&frame_[6]); }
    std::size_t tag_count() const { return tags_; }
    VlanView tag(std::size_t i) const {
        return {.protocol = load_be16(&frame_[12 + 4 * i]), .control = load_be16(&frame_[14 + 4 * i])};
    }
    // Past the tags; or an 802.3 length.
    std::uint16_t type() const { return load_be16(&frame_[12 + 4 * tags_]); }
    bool is_802_3() const { return type() < ethertype::first; }
    // Past the tags and the type: as long as an 802.3 length says, else all there is, padding included.
    Bytes payload() const {
        const Bytes behind = frame_.subspan(header + 4 * tags_);
        return is_802_3() ? behind.first(type()) : behind;
    }

  private:
    EthernetView(Bytes frame, std::size_t tags) : frame_(frame), tags_(tags) {}
    Bytes frame_;
    std::size_t tags_;
};

// 802.2: the payload of an 802.3 frame.
class LlcView {
  public:
    // Faults: truncated.
    static Checked<LlcView> parse(Bytes bytes);
    std::uint8_t destination_sap() const { return bytes_[0]; }
    std::uint8_t source_sap() const { return bytes_[1]; }
    // One byte of an unnumbered frame; the first of two otherwise.
    std::uint8_t control() const { return bytes_[2]; }
    bool is_snap() const { return destination_sap() == 0xaa && source_sap() == 0xaa && control() == 3; }
    // Of a SNAP header.
    std::uint32_t organisation() const { return load_be32(&bytes_[2]) & 0xffffff; }
    std::uint16_t type() const { return load_be16(&bytes_[6]); }
    Bytes payload() const { return bytes_.subspan(header_); }

  private:
    LlcView(Bytes bytes, std::size_t header) : bytes_(bytes), header_(header) {}
    Bytes bytes_;
    std::size_t header_;
};

}  // namespace gatehouse::wire

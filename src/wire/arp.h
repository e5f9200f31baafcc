// ARP for IPv4 over Ethernet (RFC 826).
#pragma once
#include "wire/address.h"
#include "wire/fault.h"

namespace gatehouse::wire {

class ArpView {
  public:
    static constexpr std::size_t length = 28;
    static constexpr std::uint16_t request = 1;
    static constexpr std::uint16_t reply = 2;

    // Checked: hardware Ethernet, protocol IPv4, and their address lengths. Faults: truncated, bad_type
    // (hardware or protocol type), bad_length (address lengths).
    static Checked<ArpView> parse(Bytes bytes);

    std::uint16_t operation() const { return load_be16(&bytes_[6]); }
    Mac sender_mac() const { return Mac::load(&bytes_[8]); }
    Address sender() const { return Address::load(&bytes_[14], Family::ipv4); }
    Mac target_mac() const { return Mac::load(&bytes_[18]); }
    Address target() const { return Address::load(&bytes_[24], Family::ipv4); }

  private:
    explicit ArpView(Bytes bytes) : bytes_(bytes) {}
    Bytes bytes_;
};

}  // namespace gatehouse::wire

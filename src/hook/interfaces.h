// The engine's interfaces, by id and by name. Read-only while packets flow.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "packet/packet.h"
#include "wire/address.h"

namespace gatehouse {

// An address of an interface: the host's own, with the length of the network it is on.
struct InterfaceAddress {
    Family family = Family::ipv4;
    Address address{};
    std::uint8_t length = 32;
};

struct Interface {
    std::string name;
    Mac mac{};
    std::uint32_t mtu = 1500;
    bool loopback = false;
    bool up = true;
    bool accept_tagged = false;  // take frames with VLAN tags as if they had none (captures taken on a trunk)
    std::vector<InterfaceAddress> addresses;
};

class Interfaces {
  public:
    // Names are unique; the id is the place in the order of addition.
    InterfaceId add(Interface interface);

    const Interface& operator[](InterfaceId id) const { return interfaces_[index(id)]; }
    std::optional<InterfaceId> find(std::string_view name) const;
    std::size_t size() const { return interfaces_.size(); }
    // "" for InterfaceId::none.
    std::string_view name(InterfaceId id) const;

    auto begin() const { return interfaces_.begin(); }
    auto end() const { return interfaces_.end(); }

  private:
    std::vector<Interface> interfaces_;
};

// An interface name as rules write it: "eth0", or "ppp+" for every name that begins with "ppp".
struct InterfacePattern {
    std::string text;  // empty: any

    bool any() const { return text.empty() || text == "+"; }
    bool matches(std::string_view name) const;
    friend bool operator==(const InterfacePattern&, const InterfacePattern&) = default;
};

}  // namespace gatehouse

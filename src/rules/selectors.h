// The conditions that every rule can have without a match: addresses, protocol, interfaces, fragments.
#pragma once
#include <cstdint>

#include "hook/context.h"
#include "hook/interfaces.h"
#include "wire/address.h"

namespace gatehouse::rules {

// An address under any mask, not only a prefix's. A mask of zero matches every address (so its inversion
// none).
struct AddressSelector {
    Address address{};  // its bits outside the mask are zero
    Address mask{};
    bool inverted = false;

    bool any() const { return mask.is_unspecified() && !inverted; }
    bool matches(const Address& a) const { return ((a & mask) == address) != inverted; }
    friend bool operator==(const AddressSelector&, const AddressSelector&) = default;
};

struct InterfaceSelector {
    InterfacePattern pattern;
    bool inverted = false;

    bool matches(std::string_view name) const { return pattern.matches(name) != inverted; }
    friend bool operator==(const InterfaceSelector&, const InterfaceSelector&) = default;
};

enum class FragmentSelector : std::uint8_t { any, later, not_later };  // `-f`: second and further fragments

struct Selectors {
    Family family = Family::ipv4;
    AddressSelector source, destination;
    InterfaceSelector in, out;
    std::uint8_t protocol = 0;  // 0: any
    bool protocol_inverted = false;
    FragmentSelector fragment = FragmentSelector::any;  // IPv4 only

    friend bool operator==(const Selectors&, const Selectors&) = default;
};

// Whether the packet passes all of them; `hotdrop` for an IPv6 packet whose protocol a rule asks for and
// whose extension headers end too soon to tell (as ip6_tables has it).
enum class Selected : std::uint8_t { no, yes, hotdrop };
Selected select(const Selectors& selectors, const Context& context);

}  // namespace gatehouse::rules

// The five hook points, and what a stage at one may answer.
#pragma once
#include <cstdint>
#include <string_view>

namespace gatehouse {

enum class Hook : std::uint8_t { prerouting, input, forward, output, postrouting };
constexpr unsigned hook_count = 5;

// "PREROUTING", as chains are named.
constexpr std::string_view name(Hook hook) {
    constexpr std::string_view names[] = {"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"};
    return names[static_cast<unsigned>(hook)];
}

// Where hooks stand from the netfilter families' point of view; inet expands to ip and ip6.
enum class HookFamily : std::uint8_t { netdev, bridge, arp, ip, ip6 };
constexpr unsigned hook_family_count = 5;

// A set of hooks or tables or families, as a declaration lists them.
using HookSet = std::uint8_t;
constexpr HookSet bit(Hook hook) { return static_cast<HookSet>(1u << static_cast<unsigned>(hook)); }
constexpr HookSet all_hooks = 0x1f;

// What a stage says of the packet in its Context. Its reason stands in Context::finding, a suspension's terms
// in Context::suspension.
enum class Verdict : std::uint8_t {
    proceed,  // go on with the next stage
    drop,
    stolen,   // the stage has taken the packet over
    suspend,  // the packet waits for resume()
    crossed,  // it is of the other family now: the hook goes on in that one's order
};

}  // namespace gatehouse

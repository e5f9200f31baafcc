// What TTL and HL do to the hop count of a packet; the two differ in names and family alone. Stateless.
#pragma once
#include <algorithm>
#include <fmt/format.h>

#include "packet/edit.h"
#include "rules/declaration.h"

namespace gatehouse::rules {

// The options of both; `act` saturates at 0 and 255 as Linux does.
struct HopChange {
    Opt<std::uint32_t> set, dec, inc;
    friend bool operator==(const HopChange&, const HopChange&) = default;

    static constexpr value::Number any{.max = 255, .metavar = "0-255"};
    static constexpr value::Number step{.min = 1, .max = 255, .metavar = "1-255"};

    Outcome change(Context& context, std::string_view field) const {
        const std::uint32_t before = context.packet.flat.ttl;
        std::uint32_t after = before;
        if (set) after = *set;
        if (inc) after = std::min(before + *inc, 255u);
        if (dec) after = before - std::min(before, *dec);
        if (after == before) return Outcome::next;
        edit::set_ttl(context.packet, static_cast<std::uint8_t>(after));
        if (context.traced()) [[unlikely]]
            context.trace({.kind = TraceKind::altered, .text = field, .before = before, .after = after});
        return Outcome::next;
    }

    void describe(std::string& out, std::string_view name) const {
        out += name;
        if (set) out += fmt::format(" set to {}", *set);
        if (dec) out += fmt::format(" decrement by {}", *dec);
        if (inc) out += fmt::format(" increment by {}", *inc);
    }
};

}  // namespace gatehouse::rules

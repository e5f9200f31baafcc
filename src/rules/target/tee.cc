// -j TEE: sends a copy of the packet to another station, which is to be on a network of the router's.
#include <fmt/format.h>

#include "base/checksum.h"
#include "hook/emit.h"
#include "hook/interfaces.h"
#include "rules/declaration.h"
#include "rules/value/address.h"
#include "track/tracking.h"

namespace gatehouse::rules {

namespace {

constexpr std::uint8_t dont_fragment = 0x40;

struct Tee {
    Opt<Address> gateway;
    Opt<std::string> interface;
    friend bool operator==(const Tee&, const Tee&) = default;

    static constexpr std::tuple options{
        option<&Tee::gateway>("gateway", value::AddressValue{},
                              {.help = "the station that gets the copy", .required = true}),
        option<&Tee::interface>("oif", value::Word{.max = 15, .metavar = "interface"},
                                {.help = "it leaves by this interface"}),
    };

    Result<void> check(const Facts& facts) const {
        if (gateway->is_unspecified())
            return fail(fmt::format("`{}` is nobody's address", to_string(*gateway, facts.family)));
        return {};
    }

    // Connection tracking doesn't see the copy. It isn't cut on its way, so that who sent the packet learns
    // of a smaller link; and two routers that send one another copies come to an end, as each takes one from
    // the TTL.
    Outcome act(Context& context) const {
        Packet* const copy = context.services.emitter->copy(context.packet);
        if (copy == nullptr) return Outcome::next;
        const bool arrived = context.hook == Hook::prerouting || context.hook == Hook::input;
        mark_header(*copy, is_v4(context.family()), arrived ? 1 : 0);
        track::Tracking::leave_out(*copy);
        context.trace({.kind = TraceKind::generated, .text = "copy"});
        context.services.emitter->emit(copy, context.packet,
                                       {.over = over(context), .copy = true, .towards = *gateway});
        return Outcome::next;
    }

    void list(std::string& out, Family family, bool) const {
        out += "TEE gw:" + to_string(*gateway, family);
        if (interface) out += " oif=" + *interface;
    }

  private:
    static void mark_header(Packet& copy, bool v4, std::uint8_t hops) {
        std::uint8_t* const ip = copy.data;
        ip[v4 ? 8 : 7] -= hops;
        if (!v4) return;
        ip[6] |= dont_fragment;
        store_be16(ip + 10, 0);
        store_be16(ip + 10, checksum::finish(checksum::add({ip, (ip[0] & 0x0fu) * 4u})));
    }

    // An interface that isn't there is none.
    InterfaceId over(const Context& context) const {
        if (!interface || context.services.interfaces == nullptr) return InterfaceId::none;
        return context.services.interfaces->find(*interface).value_or(InterfaceId::none);
    }
};

}  // namespace

extern constinit const Declaration target_tee =
    declare_target<Tee>({.name = "TEE",
                         .help = "sends a copy of the packet to another station",
                         .reads = reads_payload,
                         .does = does_emit});

}  // namespace gatehouse::rules

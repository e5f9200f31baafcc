// -j SYNPROXY: answers a client's SYN in the server's place.
#include "track/synproxy/synproxy.h"

#include <fmt/format.h>

#include "rules/declaration.h"
#include "wire/protocol.h"

namespace gatehouse::rules {

namespace {

struct SynProxy {
    Flag sack, timestamp, ecn;
    Opt<std::uint32_t> wscale, mss;
    friend bool operator==(const SynProxy&, const SynProxy&) = default;

    static constexpr std::tuple options{
        flag<&SynProxy::sack>("sack-perm", {.help = "permits selective acknowledgements"}),
        flag<&SynProxy::timestamp>("timestamp", {.help = "uses timestamps"}),
        option<&SynProxy::wscale>("wscale", value::Number{.max = 14, .metavar = "shift"},
                                  {.help = "the window scale to announce"}),
        option<&SynProxy::mss>("mss", value::Number{.max = 65535, .metavar = "size"},
                               {.help = "the maximum segment size to announce"}),
        flag<&SynProxy::ecn>("ecn", {.help = "uses explicit congestion notification"}),
    };

    Outcome act(Context& context) const {
        track::synproxy::Offer offer{.timestamps = timestamp.set, .sack = sack.set, .ecn = ecn.set};
        if (mss) offer.mss = static_cast<std::uint16_t>(*mss);
        if (wscale) offer.scale = static_cast<std::uint8_t>(*wscale);
        return track::synproxy::answer(context, offer) == track::synproxy::Answer::none ? Outcome::next
                                                                                        : Outcome::drop;
    }

    void list(std::string& out, Family, bool) const {
        out += "SYNPROXY ";
        if (sack) out += "sack-perm ";
        if (timestamp) out += "timestamp ";
        if (wscale) out += fmt::format("wscale {} ", *wscale);
        if (mss) out += fmt::format("mss {} ", *mss);
        if (ecn) out += "ecn ";
    }
};

constexpr std::uint8_t protocols[] = {wire::protocol::tcp};

}  // namespace

extern constinit const Declaration target_synproxy =
    declare_target<SynProxy>({.name = "SYNPROXY",
                              .hooks = bit(Hook::input) | bit(Hook::forward),
                              .protocols = protocols,
                              .help = "answers a client's SYN in the server's place",
                              .reads = reads_payload | reads_connection,
                              .does = does_alter_packet | does_alter_connection | does_emit,
                              .need = Need::tracking});

}  // namespace gatehouse::rules

// -m connlimit: how many connections an address or a network has.
#include <algorithm>
#include <fmt/format.h>

#include "rules/connection_counts.h"
#include "rules/declaration.h"
#include "rules/seen.h"
#include "rules/value/address.h"
#include "track/tuple_of.h"

namespace gatehouse::rules {

namespace {

struct Connlimit {
    Opt<std::uint32_t> upto, above, mask;
    Flag by_source, by_destination;
    friend bool operator==(const Connlimit&, const Connlimit&) = default;

    static constexpr std::tuple options{
        option<&Connlimit::upto>("connlimit-upto", value::Number{},
                                 {.help = "it has at most so many", .invertible = true, .group = 1}),
        option<&Connlimit::above>("connlimit-above", value::Number{},
                                  {.help = "it has more than so many", .invertible = true, .group = 1}),
        option<&Connlimit::mask>("connlimit-mask", value::LengthValue{},
                                 {.help = "count networks of this length, not addresses"}),
        flag<&Connlimit::by_source>(
            "connlimit-saddr", {.help = "count by the source address, as if nothing were said", .group = 2}),
        flag<&Connlimit::by_destination>("connlimit-daddr",
                                         {.help = "count by the destination address", .group = 2}),
    };

    // "Not above" is "up to": one spelling is kept for each.
    Result<void> check(const Facts& facts) {
        if (upto.inverted) {
            above = {.value = *upto, .set = true};
            upto = {};
        } else if (above.inverted) {
            upto = {.value = *above, .set = true};
            above = {};
        }
        if (!mask) mask = {.value = address_bits(facts.family), .set = true};
        if (!by_destination) by_source.set = true;
        return {};
    }

    struct State {
        ConnectionCounts counts;
    };

    MatchResult test(State& state, const Context& context) const {
        const auto at = seen(context);
        if (at.entry == nullptr && track::tuple_of(context.packet).finding) return MatchResult::hotdrop;
        const Flat& flat = context.packet.flat;
        const ConnectionCounts::Key key{
            .address = (by_destination ? flat.destination : flat.source) & prefix_mask(*mask),
            .zone = at.entry == nullptr ? track::Zone{} : std::max(at.entry->zone[0], at.entry->zone[1])};
        const std::uint32_t count = state.counts.count(key, at, context.services.tracking->table());
        if (count == 0) return MatchResult::hotdrop;
        return (upto ? count <= *upto : count > *above) ? MatchResult::yes : MatchResult::no;
    }

    void list(std::string& out, Family, bool) const {
        out += fmt::format("#conn {}/{} {} {}", by_destination ? "dst" : "src", *mask, upto ? "<=" : ">",
                           upto ? *upto : *above);
    }
};

}  // namespace

extern constinit const Declaration match_connlimit =
    declare_match<Connlimit>({.name = "connlimit",
                              .help = "how many connections an address or a network has",
                              .reads = reads_tuple | reads_connection | reads_shared_state,
                              .does = does_count,
                              .state = StateKind::engine,
                              .need = Need::tracking,
                              .required_groups = 1});

}  // namespace gatehouse::rules

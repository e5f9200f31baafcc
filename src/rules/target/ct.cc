// -j CT: how the packet's connection is to be tracked.
#include <fmt/format.h>

#include "rules/declaration.h"
#include "rules/selectors.h"
#include "rules/value/name_set.h"
#include "track/helper_name.h"
#include "track/tracking.h"

namespace gatehouse::rules {

namespace {

constexpr value::Name connection_events[] = {{"new", 1 << 0},    {"related", 1 << 1}, {"destroy", 1 << 2},
                                             {"reply", 1 << 3},  {"assured", 1 << 4}, {"protoinfo", 1 << 5},
                                             {"helper", 1 << 6}, {"mark", 1 << 7},    {"natseqinfo", 1 << 8},
                                             {"secmark", 1 << 9}};
constexpr value::Name expectation_events[] = {{"new", 1}};

// A zone's number, or "mark": the packet's mark is the number.
constexpr std::uint32_t zone_of_mark = 65536;
constexpr value::Name zone_names[] = {{"mark", zone_of_mark}};
constexpr value::OneOf zone_value{.names = zone_names, .metavar = "zone", .numbers = true, .max = 65535};

constexpr std::uint16_t no_helper = 0;

// Printed bare, whatever is in it.
struct BareName : value::Text {
    void print(std::string& out, const type& value, Family) const { out += value; }
};

struct Ct {
    Flag notrack;
    Opt<std::string> helper, timeout;
    Opt<std::uint32_t> events, expectations, zone, zone_original, zone_reply;
    std::uint16_t place_of_helper = 0;  // among all_helper_names()
    friend bool operator==(const Ct&, const Ct&) = default;

    static constexpr std::tuple options{
        flag<&Ct::notrack>("notrack", {.help = "keeps the packet out of tracking"}),
        option<&Ct::helper>("helper", BareName{{.max = 15, .metavar = "name"}},
                            {.help = "the helper to use"}),
        option<&Ct::timeout>("timeout", BareName{{.max = 31, .metavar = "name"}},
                             {.help = "the timeout policy to use"}),
        option<&Ct::events>("ctevents", value::NameSet{.names = connection_events, .metavar = "event"},
                            {.help = "the connection's events to report"}),
        option<&Ct::expectations>("expevents",
                                  value::NameSet{.names = expectation_events, .metavar = "event"},
                                  {.help = "the expectations' events to report"}),
        option<&Ct::zone>("zone", zone_value, {.help = "the zone", .group = 1}),
        option<&Ct::zone_original>("zone-orig", zone_value,
                                   {.help = "the zone of the original direction alone", .group = 1}),
        option<&Ct::zone_reply>("zone-reply", zone_value,
                                {.help = "the zone of the reply direction alone", .group = 1}),
    };

    // Linux starts tracking for every other use of CT. Whatever stands beside --notrack does nothing.
    Need needs() const {
        if (notrack) return Need::nothing;
        return helper ? Need::helpers : Need::tracking;
    }
    std::string_view timeout_policy() const { return timeout ? std::string_view(*timeout) : ""; }

    Outcome act(Context& context) const {
        if (notrack) {
            track::Tracking::leave_out(context.packet);
            return Outcome::next;
        }
        const auto& number = zone ? zone : zone_original ? zone_original : zone_reply;
        track::Tracking& tracking = *context.services.tracking;
        tracking.apply(context.packet,
                       {.zone = {static_cast<std::uint16_t>(*number)},
                        .zone_of_mark = *number == zone_of_mark,
                        .zone_for = {!zone_reply, !zone_original},
                        .helper = helper ? static_cast<std::uint16_t>(place_of_helper + 1) : no_helper,
                        .events = static_cast<std::uint16_t>(*events),
                        .expectation_events = static_cast<std::uint16_t>(*expectations),
                        .limits_events = events.set || expectations.set,
                        .timeout_policy = timeout ? tracking.policy(*timeout) : std::uint16_t{0}});
        return Outcome::next;
    }

    Result<void> check(const Facts& facts) {
        const Selectors& selectors = *facts.selectors;
        const bool for_protocol = selectors.protocol != 0 && !selectors.protocol_inverted;
        if (helper && !for_protocol) return fail("`--helper` needs a rule for its protocol (`-p`)");
        if (helper) {
            const auto found = track::find_helper(*helper, selectors.protocol);
            if (!found) return fail(fmt::format("there is no helper `{}` for this protocol", *helper));
            place_of_helper = *found;
        }
        if (timeout && !for_protocol) return fail("`--timeout` needs a rule for its protocol (`-p`)");
        return {};
    }

    void list(std::string& out, Family family, bool) const {
        out += "CT";
        if (notrack) out += " notrack";
        if (helper) out += fmt::format(" helper {}", *helper);
        if (timeout) out += fmt::format(" timeout {}", *timeout);
        const auto set = [&](const auto& given, std::string_view word, std::span<const value::Name> names) {
            if (!given) return;
            out += fmt::format(" {} ", word);
            value::NameSet{.names = names}.print(out, *given, family);
        };
        set(events, "ctevents", connection_events);
        set(expectations, "expevents", expectation_events);
        const auto number = [&](const auto& given, std::string_view word) {
            if (!given) return;
            out += fmt::format(" {} ", word);
            zone_value.print(out, *given, family);
        };
        number(zone, "zone");
        number(zone_original, "zone-orig");
        number(zone_reply, "zone-reply");
    }
};

}  // namespace

extern constinit const Declaration target_ct =
    declare_target<Ct>({.name = "CT",
                        .tables = table_raw,
                        .help = "says how the connection is to be tracked",
                        .does = does_alter_connection,
                        .need = Need::tracking});

}  // namespace gatehouse::rules

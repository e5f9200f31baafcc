// -m recent: lists of addresses seen of late.
#include <fmt/format.h>

#include "rules/declaration.h"
#include "rules/named_states.h"
#include "rules/recent_list.h"
#include "rules/value/address.h"
#include "rules/value/state_name.h"

namespace gatehouse::rules {

namespace {

enum class Operation : std::uint8_t { set, check, update, remove };
enum class Side : std::uint8_t { source, destination };

// An option whose presence is its value.
template <auto Value>
struct Constant {
    using type = decltype(Value);
    static constexpr int word_count = 0;
    std::string_view metavar = {};
    Result<type> read(Words, Family) const { return Value; }
    void print(std::string&, const type&, Family) const {}
};

template <auto Member, Operation Value>
constexpr auto operation_option(std::string_view word, std::string_view help) {
    return option<Member>(word, Constant<Value>{}, {.help = help, .invertible = true, .group = 1});
}

struct Recent {
    Opt<Operation> operation;
    Opt<std::uint32_t> seconds;
    Flag reap;
    Opt<std::uint32_t> hits;
    Flag ttl;
    Opt<std::string> name;
    Opt<Address> mask;
    Opt<Side> side;
    friend bool operator==(const Recent&, const Recent&) = default;

    static constexpr std::tuple options{
        operation_option<&Recent::operation, Operation::set>("set", "put the address on the list"),
        operation_option<&Recent::operation, Operation::check>("rcheck", "the address is on the list"),
        operation_option<&Recent::operation, Operation::update>("update",
                                                                "the address is on the list; renew its time"),
        operation_option<&Recent::operation, Operation::remove>("remove",
                                                                "the address is on the list; take it off"),
        option<&Recent::seconds>("seconds", value::Number{.min = 1},
                                 {.help = "seen within so many seconds", .group = 2}),
        flag<&Recent::reap>("reap", {.help = "take older ones off", .needs_group = 2}),
        option<&Recent::hits>("hitcount", value::Number{.max = 65535}, {.help = "seen so many times"}),
        flag<&Recent::ttl>("rttl", {.help = "seen with this packet's TTL"}),
        option<&Recent::name>("name", value::StateName{{.max = 199}},
                              {.help = "the list's name; DEFAULT if not given"}),
        option<&Recent::mask>("mask", value::AddressValue{.metavar = "mask"},
                              {.help = "the part of the address that counts"}),
        option<&Recent::side>("rsource", Constant<Side::source>{},
                              {.help = "the source address, as if nothing were said", .group = 4}),
        option<&Recent::side>("rdest", Constant<Side::destination>{},
                              {.help = "the destination address", .group = 4}),
    };

    Result<void> check(const Facts& facts) {
        const bool changes = *operation == Operation::set || *operation == Operation::remove;
        if (changes && (seconds || hits || ttl || reap))
            return fail("`--seconds`, `--reap`, `--hitcount` and `--rttl` go with `--rcheck` or `--update`");
        if (!name) name = {.value = "DEFAULT", .set = true};
        if (!mask) mask = {.value = prefix_mask(address_bits(facts.family)), .set = true};
        if (!side) side = {.value = Side::source, .set = true};
        return {};
    }

    // The list's mask is that of the first rule which named it.
    using State = RecentList;
    std::shared_ptr<RecentList> share(NamedStates& named) const {
        constexpr std::uint32_t usual_times = 32;
        const std::uint32_t times = hits && *hits != 0 ? *hits : usual_times;
        auto list = named.find_or_make<RecentList>(
            "recent", *name, [&] { return std::make_shared<RecentList>(*mask, times); });
        list->make_room(times);
        return list;
    }

    bool test(RecentList& list, const Context& context) const {
        const Packet& packet = context.packet;
        const Flat& flat = packet.flat;
        // The TTL as it came: where a packet leaves it has been lowered, unless it began here.
        const bool lowered = context.out != InterfaceId::none && !packet.generated;
        const RecentList::Visitor visitor{
            .address = *side == Side::source ? flat.source : flat.destination,
            .ttl = static_cast<std::uint8_t>(flat.ttl + (lowered ? 1 : 0)),
            .now = context.services.now.since_epoch / (second / RecentList::ticks_per_second)};
        switch (*operation) {
            case Operation::set: list.set(visitor); return !operation.inverted;
            case Operation::remove: return list.remove(visitor) != operation.inverted;
            default: break;
        }
        return list.ask(visitor, {.within = seconds ? *seconds * RecentList::ticks_per_second : 0,
                                  .hits = hits ? *hits : 0,
                                  .same_ttl = ttl.set,
                                  .reap = reap.set,
                                  .renew = *operation == Operation::update,
                                  .inverted = operation.inverted});
    }

    void save(std::string& out, Family family) const {
        constexpr std::string_view words[] = {"set", "rcheck", "update", "remove"};
        out += fmt::format("{} --{}", operation.inverted ? " !" : "",
                           words[static_cast<std::size_t>(*operation)]);
        if (seconds) out += fmt::format(" --seconds {}", *seconds);
        if (reap) out += " --reap";
        if (hits && *hits != 0) out += fmt::format(" --hitcount {}", *hits);
        if (ttl) out += " --rttl";
        out += fmt::format(" --name {} --mask {} --{}", *name, to_string(*mask, family),
                           *side == Side::source ? "rsource" : "rdest");
    }

    void list(std::string& out, Family family, bool) const {
        constexpr std::string_view words[] = {"SET", "CHECK", "UPDATE", "REMOVE"};
        out += fmt::format("{}recent: {}", operation.inverted ? "! " : "",
                           words[static_cast<std::size_t>(*operation)]);
        if (seconds) out += fmt::format(" seconds: {}", *seconds);
        if (reap) out += " reap";
        if (hits && *hits != 0) out += fmt::format(" hit_count: {}", *hits);
        if (ttl) out += " TTL-Match";
        out += fmt::format(" name: {} side: {} mask: {}", *name, *side == Side::source ? "source" : "dest",
                           to_string(*mask, family));
    }
};

}  // namespace

extern constinit const Declaration match_recent =
    declare_match<Recent>({.name = "recent",
                           .help = "lists of addresses seen of late",
                           .reads = reads_tuple | reads_time | reads_shared_state,
                           .does = does_count,
                           .state = StateKind::shared,
                           .required_groups = 1});

}  // namespace gatehouse::rules

// -m conntrack: what is known of the packet's connection.
#include <fmt/format.h>
#include <netdb.h>
#include <vector>

#include "base/text.h"
#include "rules/declaration.h"
#include "rules/seen.h"
#include "rules/value/address.h"
#include "rules/value/connection.h"

namespace gatehouse::rules {

namespace {

// A protocol by number or by its name in /etc/protocols; printed as a number.
struct ProtocolValue {
    using type = std::uint8_t;
    static constexpr int word_count = 1;
    std::string_view metavar = "protocol";
    Result<type> read(Words words, Family) const {
        if (const auto number = parse_number(words[0], 255)) return static_cast<type>(*number);
        const std::string name(words[0]);
        protoent entry{};
        protoent* found = nullptr;
        std::vector<char> room(1024);
        getprotobyname_r(name.c_str(), &entry, room.data(), room.size(), &found);
        if (found == nullptr)
            return fail(fmt::format("expected a protocol (0 to 255 or a name), got `{}`", name));
        return static_cast<type>(found->p_proto);
    }
    void print(std::string& out, const type& value, Family) const { out += fmt::format("{}", value); }
};

constexpr value::Name statuses[] = {{"EXPECTED", track::status::expected},
                                    {"SEEN_REPLY", track::status::seen_reply},
                                    {"ASSURED", track::status::assured},
                                    {"CONFIRMED", track::status::confirmed},
                                    {"NONE", 0}};
constexpr value::NameSet status_set{.names = statuses, .metavar = "status", .beginning = true};

enum Direction : std::uint32_t { original, reply };
constexpr value::Name directions[] = {{"ORIGINAL", original}, {"REPLY", reply}};
constexpr value::OneOf direction_name{.names = directions, .metavar = "direction", .any_case = true};

constexpr value::NumberRange seconds{.metavar = "seconds[:seconds]", .backwards = true};

constexpr OptionTraits says(std::string_view help) { return {.help = help, .invertible = true}; }

struct Conntrack {
    Opt<std::uint32_t> state;
    Opt<std::uint8_t> protocol;
    Opt<MaskedAddress> original_source, original_destination, reply_source, reply_destination;
    Opt<PortRange> original_source_port, original_destination_port, reply_source_port, reply_destination_port;
    Opt<std::uint32_t> status;
    Opt<Range<std::uint32_t>> expires;
    Opt<std::uint32_t> direction;
    bool state_alone = false;  // nothing is asked but what the packet itself tells
    friend bool operator==(const Conntrack&, const Conntrack&) = default;

    static constexpr std::tuple options{
        option<&Conntrack::state>("ctstate", value::all_states,
                                  says("the connection is in one of these states: INVALID, NEW, "
                                       "RELATED, ESTABLISHED, UNTRACKED, SNAT, DNAT")),
        option<&Conntrack::protocol>("ctproto", ProtocolValue{}, says("its protocol")),
        option<&Conntrack::original_source>("ctorigsrc", value::MaskedAddressValue{},
                                            says("the source address of its first packet")),
        option<&Conntrack::original_destination>("ctorigdst", value::MaskedAddressValue{},
                                                 says("the destination address of its first packet")),
        option<&Conntrack::reply_source>("ctreplsrc", value::MaskedAddressValue{},
                                         says("the source address of its replies")),
        option<&Conntrack::reply_destination>("ctrepldst", value::MaskedAddressValue{},
                                              says("the destination address of its replies")),
        option<&Conntrack::original_source_port>("ctorigsrcport", value::Ports{},
                                                 says("the source port of its first packet")),
        option<&Conntrack::original_destination_port>("ctorigdstport", value::Ports{},
                                                      says("the destination port of its first packet")),
        option<&Conntrack::reply_source_port>("ctreplsrcport", value::Ports{},
                                              says("the source port of its replies")),
        option<&Conntrack::reply_destination_port>("ctrepldstport", value::Ports{},
                                                   says("the destination port of its replies")),
        option<&Conntrack::status>(
            "ctstatus", status_set,
            says("it has one of these: EXPECTED, SEEN_REPLY, ASSURED, CONFIRMED; or NONE")),
        option<&Conntrack::expires>("ctexpire", seconds, says("so many seconds are left to it")),
        option<&Conntrack::direction>("ctdir", direction_name,
                                      {.help = "the packet goes in this direction: ORIGINAL or REPLY"}),
    };

    Result<void> check(const Facts&) {
        state_alone = state.set && (*state & of_entry) == 0 && !asks_of_entry();
        for (const auto& o : detail::options_of<Conntrack>) {
            if (o.present(this)) return {};
        }
        return fail("an option must be given");
    }

    bool test(const Context& context) const {
        if (state_alone) [[likely]]
            return state.passes((*state & value::state_of(context.packet)) != 0);
        const auto at = seen(context);
        if (state && !state.passes((*state & states_of(context.packet, at)) != 0)) return false;
        if (at.entry == nullptr) return state.set;
        return !asks_of_entry() || fits(context, at);
    }

    void list(std::string& out, Family family, bool) const {
        bool first = true;
        for (const auto& o : detail::options_of<Conntrack>) {
            if (!o.shown(this)) continue;
            out += fmt::format("{}{}{} ", first ? "" : " ", o.inverted(this) ? "! " : "", o.name);
            o.print(this, out, family);
            first = false;
        }
    }

  private:
    bool asks_of_entry() const {
        return protocol.set | original_source.set | original_destination.set | reply_source.set |
               reply_destination.set | original_source_port.set | original_destination_port.set |
               reply_source_port.set | reply_destination_port.set | status.set | expires.set | direction.set;
    }
    bool fits(const Context& context, const track::Seen& at) const {
        const track::Entry& entry = *at.entry;
        const auto original_way = entry.tuple(track::Direction::original);
        const auto reply_way = entry.tuple(track::Direction::reply);
        return direction.passes(*direction == track::index(at.direction)) &&
               within(original_source, original_way.source) &&
               within(original_destination, original_way.destination) &&
               within(reply_source, reply_way.source) && within(reply_destination, reply_way.destination) &&
               protocol.passes(*protocol == entry.protocol) &&
               within(original_source_port, original_way.ends.source) &&
               within(original_destination_port, original_way.ends.destination) &&
               within(reply_source_port, reply_way.ends.source) &&
               within(reply_destination_port, reply_way.ends.destination) &&
               status.passes((*status & entry.status) != 0) &&
               within(expires, context.services.tracking->seconds_left(entry));
    }
    // The states that the connection tells, not the packet.
    static constexpr std::uint32_t of_entry = value::connection_state::snat | value::connection_state::dnat;
    static std::uint32_t states_of(const Packet& packet, const track::Seen& at) {
        std::uint32_t states = value::state_of(packet);
        if (at.entry == nullptr) return states;
        if (at.entry->has(track::status::source_nat)) states |= value::connection_state::snat;
        if (at.entry->has(track::status::destination_nat)) states |= value::connection_state::dnat;
        return states;
    }
    static bool within(const Opt<MaskedAddress>& wanted, const Address& address) {
        const Address mask = prefix_mask(wanted->length);
        return wanted.passes((address & mask) == (wanted->address & mask));
    }
    template <class R>
    static bool within(const Opt<R>& wanted, std::uint32_t number) {
        return wanted.passes(wanted->low <= number && number <= wanted->high);
    }
};

}  // namespace

extern constinit const Declaration match_conntrack =
    declare_match<Conntrack>({.name = "conntrack",
                              .help = "what is known of the packet's connection",
                              .reads = reads_connection | reads_time,
                              .need = Need::tracking});

}  // namespace gatehouse::rules

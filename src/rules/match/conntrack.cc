// -m conntrack: what is known of the packet's connection.
#include <fmt/format.h>
#include <netdb.h>
#include <vector>

#include "base/text.h"
#include "rules/declaration.h"
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

constexpr value::Name statuses[] = {
    {"EXPECTED", 1}, {"SEEN_REPLY", 2}, {"ASSURED", 4}, {"CONFIRMED", 8}, {"NONE", 0}};
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

    Result<void> check(const Facts&) const {
        for (const auto& o : detail::options_of<Conntrack>) {
            if (o.present(this)) return {};
        }
        return fail("an option must be given");
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
};

}  // namespace

extern constinit const Declaration match_conntrack =
    declare_match<Conntrack>({.name = "conntrack",
                              .help = "what is known of the packet's connection",
                              .reads = reads_connection | reads_time,
                              .need = Need::tracking});

}  // namespace gatehouse::rules

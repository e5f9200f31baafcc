// -m addrtype: what kind of addresses a packet has, as routing sees them.
#include <fmt/format.h>

#include "base/text.h"
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

// Bit n stands for rtnetlink's route type n.
constexpr std::string_view type_names[] = {"UNSPEC",   "UNICAST",   "LOCAL",     "BROADCAST",
                                           "ANYCAST",  "MULTICAST", "BLACKHOLE", "UNREACHABLE",
                                           "PROHIBIT", "THROW",     "NAT",       "XRESOLVE"};
// What Linux can't tell of IPv6 addresses: BROADCAST, BLACKHOLE, PROHIBIT and what follows it.
constexpr std::uint16_t not_v6 = 1u << 3 | 1u << 6 | 0xff00u;

struct TypeList {
    using type = std::uint16_t;
    static constexpr int word_count = 1;
    std::string_view metavar = "type[,type...]";
    Result<type> read(Words words, Family family) const {
        unsigned types = 0;
        for (const auto piece : split(words[0], ',')) {
            unsigned found = 0;
            for (unsigned i = 0; i < std::size(type_names) && found == 0; ++i) {
                if (!piece.empty() && value::begins_with(type_names[i], piece)) found = 1u << i;
            }
            if (found == 0)
                return fail(fmt::format("expected an address type, got `{}`", piece),
                            did_you_mean(piece, type_names));
            if (!is_v4(family) && (found & not_v6) != 0)
                return fail(fmt::format("IPv6 addresses can't be matched for the type `{}`", piece));
            types |= found;
        }
        return static_cast<type>(types);
    }
    void print(std::string& out, const type& types, Family) const {
        bool first = true;
        for (unsigned i = 0; i < std::size(type_names); ++i) {
            if ((types & (1u << i)) == 0) continue;
            if (!first) out += ',';
            out += type_names[i];
            first = false;
        }
    }
};

struct AddrType {
    Opt<std::uint16_t> source, destination;
    Flag limit_in, limit_out;
    friend bool operator==(const AddrType&, const AddrType&) = default;

    static constexpr std::tuple options{
        option<&AddrType::source>(
            "src-type", TypeList{},
            {.help = "the source address is of one of these types", .invertible = true}),
        option<&AddrType::destination>(
            "dst-type", TypeList{},
            {.help = "the destination address is of one of these types", .invertible = true}),
        flag<&AddrType::limit_in>("limit-iface-in",
                                  {.help = "look only at the input interface's addresses", .group = 1}),
        flag<&AddrType::limit_out>("limit-iface-out",
                                   {.help = "look only at the output interface's addresses", .group = 1}),
    };

    Result<void> check(const Facts& facts) const {
        if (!source && !destination) return fail("one of `--src-type`, `--dst-type` must be given");
        if (limit_out && (facts.hooks & (bit(Hook::prerouting) | bit(Hook::input))) != 0)
            return fail("`--limit-iface-out` can't be used in PREROUTING and INPUT");
        if (limit_in && (facts.hooks & (bit(Hook::postrouting) | bit(Hook::output))) != 0)
            return fail("`--limit-iface-in` can't be used in POSTROUTING and OUTPUT");
        return {};
    }

    void list(std::string& out, Family family, bool) const {
        out += "ADDRTYPE match";
        const auto one = [&](const Opt<std::uint16_t>& types, std::string_view word) {
            if (!types) return;
            out += fmt::format(" {} {}", word, types.inverted ? "!" : "");
            TypeList{}.print(out, *types, family);
        };
        one(source, "src-type");
        one(destination, "dst-type");
        if (limit_in) out += " limit-in";
        if (limit_out) out += " limit-out";
    }
};

}  // namespace

extern constinit const Declaration match_addrtype =
    declare_match<AddrType>({.name = "addrtype",
                             .help = "what kind of addresses a packet has, as routing sees them",
                             .reads = reads_tuple | reads_interfaces});

}  // namespace gatehouse::rules

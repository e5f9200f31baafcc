// -m tcp: ports, flags and options of a TCP header.
#include <fmt/format.h>
#include <netinet/in.h>

#include "rules/declaration.h"
#include "rules/match/ports.h"
#include "rules/packed.h"

namespace gatehouse::rules {

namespace {

constexpr value::Name flag_names[] = {{"FIN", 1},  {"SYN", 2},  {"RST", 4},  {"PSH", 8},
                                      {"ACK", 16}, {"URG", 32}, {"ALL", 63}, {"NONE", 0}};

// Which flags are looked at, and which of these must be set.
struct FlagTest {
    std::uint8_t looked_at = 0;
    std::uint8_t set = 0;
    friend constexpr bool operator==(const FlagTest&, const FlagTest&) = default;
};

struct FlagTestValue {
    using type = FlagTest;
    static constexpr int word_count = 2;
    std::string_view metavar = "looked-at set";
    static Result<std::uint8_t> flags(std::string_view text) {
        std::uint8_t all = 0;
        for (;;) {
            const auto comma = text.find(',');
            const auto word = text.substr(0, comma);
            const auto flag = value::OneOf{.names = flag_names, .metavar = "TCP flag"}.read(
                std::span(&word, 1), Family::ipv4);
            if (!flag) return std::unexpected(flag.error());
            all = static_cast<std::uint8_t>(all | *flag);
            if (comma == std::string_view::npos) return all;
            text.remove_prefix(comma + 1);
        }
    }
    static void print_flags(std::string& out, std::uint8_t flags) {
        if (flags == 0) out += "NONE";
        bool first = true;
        for (unsigned i = 0; i < 6; ++i) {
            if ((flags & (1u << i)) == 0) continue;
            if (!first) out += ',';
            out += flag_names[i].name;
            first = false;
        }
    }
    Result<type> read(Words given, Family) const {
        const auto looked_at = flags(given[0]);
        if (!looked_at) return std::unexpected(looked_at.error());
        const auto set = flags(given[1]);
        if (!set) return std::unexpected(set.error());
        return FlagTest{*looked_at, *set};
    }
    void print(std::string& out, const type& v, Family) const {
        print_flags(out, v.looked_at);
        out += ' ';
        print_flags(out, v.set);
    }
};

// `--syn`: a connection's first segment.
struct SynValue {
    using type = FlagTest;
    static constexpr int word_count = 0;
    std::string_view metavar = {};
    Result<type> read(Words, Family) const { return FlagTest{1 | 2 | 4 | 16, 2}; }
    void print(std::string&, const type&, Family) const {}
};

// Looking at no flag says nothing: iptables neither saves nor lists it.
constexpr bool says_nothing(const Opt<FlagTest>& flags) { return flags->looked_at == 0 && !flags.inverted; }
struct HideNoFlags {
    constexpr bool operator()(const auto& tcp) const { return says_nothing(tcp.flags); }
};

struct Tcp {
    Opt<PortRange> sport, dport;
    Opt<FlagTest> flags;
    Opt<std::uint32_t> option_kind;
    friend bool operator==(const Tcp&, const Tcp&) = default;

    static constexpr std::tuple options{
        source_ports<&Tcp::sport>("tcp"),
        destination_ports<&Tcp::dport>("tcp"),
        option<&Tcp::option_kind>("tcp-option", value::Number{.min = 1, .max = 255, .metavar = "number"},
                                  {.help = "the TCP option is there", .invertible = true}),
        option<&Tcp::flags>(
            "tcp-flags", FlagTestValue{},
            {.help = "of the flags looked at, just those are set", .invertible = true, .group = 1},
            HideNoFlags{}),
        option<&Tcp::flags>(
            "syn", SynValue{},
            {.help = "SYN set, RST, ACK and FIN clear", .invertible = true, .input_only = true, .group = 1}),
    };

    void pack(Packed& packed) const {
        if (sport && !sport.inverted) packed.sport = *sport;
        if (dport && !dport.inverted) packed.dport = *dport;
    }

    MatchResult test(const Context& context) const {
        const Flat& flat = context.packet.flat;
        if (flat.transport == Transport::fragment) {
            // A fragment at offset 1 would overwrite the flags that a filter saw (RFC 1858). Linux means
            // IPv4's, where the offset counts eights of bytes; IPv6's it counts in bytes.
            return flat.fragment_offset == 1 && is_v4(flat.family) ? MatchResult::hotdrop : MatchResult::no;
        }
        if (flat.transport != Transport::whole) return MatchResult::hotdrop;
        if (!sport.passes(sport->contains(flat.sport)) || !dport.passes(dport->contains(flat.dport)))
            return MatchResult::no;
        if (!flags.passes((flat.tcp_flags & flags->looked_at) == flags->set)) return MatchResult::no;
        return option_kind ? test_option(context.packet) : MatchResult::yes;
    }

    MatchResult test_option(const Packet& packet) const {
        const Bytes segment = packet.transport();
        const std::size_t header = static_cast<std::size_t>(segment[12] >> 4) * 4;
        if (header < 20 || header > segment.size()) return MatchResult::hotdrop;
        bool found = false;
        for (std::size_t at = 20; at < header && !found;) {
            const std::uint8_t kind = segment[at];
            found = kind == *option_kind;
            // End of options and padding are single bytes; a missing or zero length counts as one, as Linux
            // has it.
            at += kind < 2 || at + 1 >= header || segment[at + 1] == 0 ? 1 : segment[at + 1];
        }
        return found != option_kind.inverted ? MatchResult::yes : MatchResult::no;
    }

    void list(std::string& out, Family, bool numeric) const {
        out += "tcp";
        if (sport) value::list_ports(out, "spt", *sport, sport.inverted, "tcp", numeric);
        if (dport) value::list_ports(out, "dpt", *dport, dport.inverted, "tcp", numeric);
        if (option_kind) out += fmt::format(" option={}{}", option_kind.inverted ? "!" : "", *option_kind);
        if (flags && !says_nothing(flags))
            out += fmt::format(" flags:{}0x{:02X}/0x{:02X}", flags.inverted ? "!" : "", flags->looked_at,
                               flags->set);
    }
};

constexpr std::uint8_t protocols[] = {IPPROTO_TCP};

}  // namespace

extern constinit const Declaration match_tcp =
    declare_match<Tcp>({.name = "tcp",
                        .protocols = protocols,
                        .help = "ports, flags and options of a TCP header",
                        .reads = reads_tuple | reads_flags | reads_payload});

}  // namespace gatehouse::rules

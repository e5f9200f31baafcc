// ip6tables -m ipv6header: which extension headers a packet has.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "rules/match/extension_header.h"

namespace gatehouse::rules {

namespace {

// A kind of header, by its names and its number; the bits are Linux's.
struct Kind {
    std::uint8_t bit;
    std::uint8_t number;
    std::string_view name, short_name;
};
constexpr std::uint8_t transport_bit = 1, none_bit = 2, esp_bit = 4;
constexpr Kind kinds[] = {
    {128, wire::protocol::hop_by_hop, "hop-by-hop", "hop"},
    {64, wire::protocol::destination_options, "ipv6-opts", "dst"},
    {32, wire::protocol::routing, "ipv6-route", "route"},
    {16, wire::protocol::fragment, "ipv6-frag", "frag"},
    {8, wire::protocol::ah, "ah", "auth"},
    {esp_bit, wire::protocol::esp, "esp", "esp"},
    {none_bit, wire::protocol::none, "ipv6-nonxt", "none"},
    {transport_bit, 255, "protocol", "prot"},
};

struct HeadersValue {
    using type = std::uint8_t;
    static constexpr int word_count = 1;
    std::string_view metavar = "header[,header...]";
    Result<type> read(Words words, Family) const {
        std::uint8_t all = 0;
        for (const auto piece : split(words[0], ',')) {
            const auto number = parse_number(piece, 255);
            const auto* const found = std::ranges::find_if(kinds, [&](const Kind& k) {
                return number ? k.number == *number : k.name == piece || k.short_name == piece;
            });
            if (found == std::end(kinds))
                return fail(
                    fmt::format("expected hop, dst, route, frag, auth, esp, none or prot, got `{}`", piece));
            all |= found->bit;
        }
        return all;
    }
    void print(std::string& out, const type& all, Family) const {
        bool first = true;
        for (const auto& kind : kinds) {
            if ((all & kind.bit) == 0) continue;
            out += fmt::format("{}{}", first ? "" : ",", kind.name);
            first = false;
        }
    }
};

struct Ipv6Header {
    Opt<std::uint8_t> headers;
    Flag soft;
    friend bool operator==(const Ipv6Header&, const Ipv6Header&) = default;

    static constexpr std::tuple options{
        option<&Ipv6Header::headers>(
            "header", HeadersValue{},
            {.help = "it has these headers and no others: hop, dst, route, frag, auth, esp, none, prot",
             .invertible = true,
             .required = true}),
        flag<&Ipv6Header::soft>("soft", {.help = "it may have others, too"}),
    };

    MatchResult test(const Context& context) const {
        std::uint8_t there = 0;
        const MatchResult walked = walk(context.packet.network(), there);
        if (walked != MatchResult::yes) return walked;
        bool hit = false;
        if (soft) {
            // Inverted: none of them.
            hit = (headers.inverted ? there & *headers : ~there & *headers) == 0;
        } else {
            hit = headers.passes(there == *headers);
        }
        return hit ? MatchResult::yes : MatchResult::no;
    }

    void list(std::string& out, Family family, bool numeric) const {
        out += fmt::format("ipv6header flags:{}", headers.inverted ? "!" : "");
        if (numeric) {
            out += fmt::format("0x{:X}", *headers);
        } else {
            HeadersValue{}.print(out, *headers, family);
        }
        if (soft) out += " soft";
    }

  private:
    // Linux's walk, which follows later fragments, too. No when a header has less than two bytes.
    static MatchResult walk(Bytes packet, std::uint8_t& there) {
        std::uint8_t next = packet[6];
        for (std::size_t at = wire::Ipv6View::length; at <= packet.size();) {
            if (next == wire::protocol::none) {
                there |= none_bit;
                return MatchResult::yes;
            }
            const bool esp = next == wire::protocol::esp;
            if (!esp && !wire::is_skipped_extension(next)) break;
            if (at + 2 > packet.size()) return MatchResult::no;
            if (esp) {
                there |= esp_bit;
                return MatchResult::yes;
            }
            there |= std::ranges::find(kinds, next, &Kind::number)->bit;
            const std::size_t units = packet[at + 1];
            const std::size_t length = next == wire::protocol::fragment ? 8
                                       : next == wire::protocol::ah     ? (units + 2) * 4
                                                                        : (units + 1) * 8;
            next = packet[at];
            at += length;
        }
        if (next != wire::protocol::none && next != wire::protocol::esp) there |= transport_bit;
        return MatchResult::yes;
    }
};

}  // namespace

extern constinit const Declaration match_ipv6header =
    declare_match<Ipv6Header>({.name = "ipv6header",
                               .families = v6_only,
                               .help = "which extension headers a packet has",
                               .reads = reads_header});

}  // namespace gatehouse::rules

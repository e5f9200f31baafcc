// -j TCPOPTSTRIP: overwrites TCP options with padding.
#include <bitset>
#include <fmt/format.h>

#include "base/text.h"
#include "defrag/whole.h"
#include "packet/edit.h"
#include "rules/declaration.h"
#include "rules/tcp_header.h"

namespace gatehouse::rules {

namespace {

using Kinds = std::bitset<256>;

constexpr value::Name kinds_by_name[] = {{"wscale", 3}, {"mss", 2},       {"sack-permitted", 4},
                                         {"sack", 5},   {"timestamp", 8}, {"md5", 19}};

// Options by number, from 2 on, or by name.
struct KindsValue {
    using type = Kinds;
    static constexpr int word_count = 1;
    std::string_view metavar = "kind[,kind...]";
    Result<type> read(Words words, Family family) const {
        Kinds kinds;
        for (const auto word : split(words[0], ',')) {
            const value::OneOf kind{
                .names = kinds_by_name, .metavar = "TCP option", .numbers = true, .max = 255};
            const auto number = kind.read(std::span(&word, 1), family);
            if (!number) return std::unexpected(number.error());
            if (*number < 2) return fail("the end of options and padding can't be stripped");
            if (kinds[*number]) return fail(fmt::format("the option {} is given a second time", word));
            kinds.set(*number);
        }
        return kinds;
    }
    static void print(std::string& out, const Kinds& kinds, bool numeric) {
        bool first = true;
        for (std::uint32_t kind = 2; kind < 256; ++kind) {
            if (!kinds[kind]) continue;
            if (!first) out += ',';
            first = false;
            const value::OneOf named{.names = kinds_by_name, .print_number = numeric};
            named.print(out, kind, Family::ipv4);
        }
    }
    void print(std::string& out, const type& kinds, Family) const { print(out, kinds, true); }
};

struct TcpOptStrip {
    Opt<Kinds> kinds;
    friend bool operator==(const TcpOptStrip&, const TcpOptStrip&) = default;

    static constexpr std::tuple options{
        option<&TcpOptStrip::kinds>("strip-options", KindsValue{}, {.help = "these options"}),
    };

    Outcome act(Context& context) const {
        Packet& packet = context.packet;
        if (packet.flat.fragment_offset != 0) return Outcome::next;
        const Bytes segment = packet.transport();
        const auto header = tcp_header::length(segment);
        if (!header) return Outcome::drop;
        defrag::join_pieces(packet, static_cast<std::uint32_t>(*header));
        for (std::size_t at = tcp_header::fixed; at + 1 < *header;) {
            const std::size_t length = tcp_header::step(segment, at);
            if (at + length > *header) break;
            const std::uint8_t kind = segment[at];
            if (kinds->test(kind)) {
                pad(packet, at, length);
                context.trace({.kind = TraceKind::altered,
                               .text = "TCP option",
                               .before = kind,
                               .after = wire::tcp_option::nop});
            }
            at += length;
        }
        return Outcome::next;
    }

    void list(std::string& out, Family, bool numeric) const {
        if (!kinds) return;
        out += "TCPOPTSTRIP options ";
        KindsValue::print(out, *kinds, numeric);
    }

  private:
    static void pad(Packet& packet, std::size_t from, std::size_t length) {
        constexpr std::uint8_t nop = wire::tcp_option::nop;
        for (std::size_t at = from; at < from + length; ++at) {
            const std::size_t word = at & ~std::size_t{1};
            const std::uint8_t* const tcp = packet.l4();
            const std::uint8_t high = at == word ? nop : tcp[word];
            const std::uint8_t low = at == word ? tcp[word + 1] : nop;
            tcp_header::set_bytes(packet, word, static_cast<std::uint16_t>(high << 8 | low));
        }
    }
};

constexpr std::uint8_t protocols[] = {wire::protocol::tcp};

}  // namespace

extern constinit const Declaration target_tcpoptstrip =
    declare_target<TcpOptStrip>({.name = "TCPOPTSTRIP",
                                 .tables = table_mangle,
                                 .protocols = protocols,
                                 .help = "overwrites TCP options with padding",
                                 .reads = reads_payload,
                                 .does = does_alter_packet});

}  // namespace gatehouse::rules

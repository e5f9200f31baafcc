// -j ECN: takes the bits of explicit congestion notification (RFC 3168) out of packets, or sets them.
#include <algorithm>
#include <fmt/format.h>

#include "base/checksum.h"
#include "packet/edit.h"
#include "rules/declaration.h"
#include "rules/selectors.h"
#include "rules/tcp_header.h"

namespace gatehouse::rules {

namespace {

constexpr value::Number bit_value{.max = 1, .metavar = "0|1"};

struct Ecn {
    Flag remove;
    Opt<std::uint32_t> ece, cwr, ect;
    friend bool operator==(const Ecn&, const Ecn&) = default;

    static constexpr std::tuple options{
        flag<&Ecn::remove>("ecn-tcp-remove",
                           {.help = "clears both bits of the TCP header", .group = 1 | 2 | 4}),
        option<&Ecn::ece>("ecn-tcp-ece", bit_value, {.help = "sets TCP's ECN-Echo bit", .group = 1}),
        option<&Ecn::cwr>("ecn-tcp-cwr", bit_value,
                          {.help = "sets TCP's congestion window reduced bit", .group = 2}),
        option<&Ecn::ect>("ecn-ip-ect", value::Number{.max = 3, .metavar = "0-3"},
                          {.help = "sets the codepoint in the IP header", .group = 8}),
    };

    Result<void> check(const Facts& facts) {
        if (!remove && !ece && !cwr && !ect) return fail("some option must be given");
        const Selectors& selectors = *facts.selectors;
        const bool tcp = selectors.protocol == wire::protocol::tcp && !selectors.protocol_inverted;
        if ((remove || ece || cwr) && !tcp) return fail("TCP's bits need a rule for TCP (`-p tcp`)");
        // As iptables has it, `--ecn-tcp-remove` takes back an `--ecn-ip-ect` before it. What was given
        // tells, not `remove`, which the lines below may have set when the rule was checked before.
        const auto& given = *facts.given;
        const bool taken_back = given.size() >= 2 && given[0]->name == "ecn-ip-ect" &&
                                std::ranges::find(given, "ecn-tcp-remove", &OptionInfo::name) != given.end();
        if (taken_back) ect.set = false;
        // Both bits cleared one by one are saved as --ecn-tcp-remove.
        if (ece && cwr && *ece == 0 && *cwr == 0) {
            remove.set = true;
            ece.set = cwr.set = false;
        }
        return {};
    }

    Outcome act(Context& context) const {
        if (ect) mark_network(context);
        if ((remove || ece || cwr) && context.packet.flat.protocol == wire::protocol::tcp)
            return mark_transport(context);
        return Outcome::next;
    }

    // Linux knows `--ecn-tcp-remove` only where the rule does nothing else.
    void save(std::string& out, Family) const {
        if (remove && !ect) out += " --ecn-tcp-remove";
        if (remove && ect) out += " --ecn-tcp-ece 0 --ecn-tcp-cwr 0";
        if (ece) out += fmt::format(" --ecn-tcp-ece {}", *ece);
        if (cwr) out += fmt::format(" --ecn-tcp-cwr {}", *cwr);
        if (ect) out += fmt::format(" --ecn-ip-ect {}", *ect);
    }

    void list(std::string& out, Family, bool) const {
        out += "ECN";
        if (remove) out += " TCP remove";
        if (ece) out += fmt::format(" ECE={}", *ece);
        if (cwr) out += fmt::format(" CWR={}", *cwr);
        if (ect) out += fmt::format(" ECT codepoint={}", *ect);
    }

  private:
    static constexpr std::uint16_t flags_word = 12, sum_word = 16;

    // Linux doesn't ask whether the packet is a later fragment: it takes the data for a TCP header.
    static void set_word_of_later_fragment(Packet& packet, std::uint16_t to) {
        std::uint8_t* const flags = packet.l4() + flags_word;
        std::uint8_t* const sum = packet.l4() + sum_word;
        store_be16(sum, checksum::update16(load_be16(sum), load_be16(flags), to));
        store_be16(flags, to);
        packet.changed = true;
    }

    void mark_network(Context& context) const {
        const std::uint32_t before = context.packet.flat.tos;
        const std::uint32_t after = (before & ~3u) | *ect;
        if (after == before) return;
        edit::set_tos(context.packet, static_cast<std::uint8_t>(after));
        context.trace({.kind = TraceKind::altered, .text = "tos", .before = before, .after = after});
    }

    Outcome mark_transport(Context& context) const {
        namespace flag = wire::tcp_flag;
        Packet& packet = context.packet;
        const Bytes segment = packet.transport();
        if (segment.size() < tcp_header::fixed) return Outcome::drop;
        const std::uint8_t before = segment[13];
        std::uint8_t after = before;
        const auto put = [&](std::uint8_t which, bool on) {
            after = static_cast<std::uint8_t>(on ? after | which : after & ~which);
        };
        if (remove || ece) put(flag::ece, ece && *ece == 1);
        if (remove || cwr) put(flag::cwr, cwr && *cwr == 1);
        if (after == before) return Outcome::next;
        const auto word = static_cast<std::uint16_t>(segment[12] << 8 | after);
        if (packet.flat.fragment_offset == 0) {
            tcp_header::set_bytes(packet, flags_word, word);
        } else {
            set_word_of_later_fragment(packet, word);
        }
        context.trace({.kind = TraceKind::altered, .text = "TCP flags", .before = before, .after = after});
        return Outcome::next;
    }
};

}  // namespace

extern constinit const Declaration target_ecn =
    declare_target<Ecn>({.name = "ECN",
                         .families = v4_only,
                         .tables = table_mangle,
                         .help = "changes the bits of explicit congestion notification",
                         .reads = reads_header | reads_flags,
                         .does = does_alter_packet});

}  // namespace gatehouse::rules

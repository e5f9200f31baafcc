// -m ecn: explicit congestion notification, in the TCP header and in the IP header (RFC 3168).
#include <fmt/format.h>
#include <netinet/in.h>

#include "rules/declaration.h"
#include "rules/selectors.h"
#include "rules/tcp_header.h"
#include "wire/protocol.h"

namespace gatehouse::rules {

namespace {

struct Ecn {
    Flag ece, cwr;
    Opt<std::uint32_t> ect;
    friend bool operator==(const Ecn&, const Ecn&) = default;

    static constexpr std::tuple options{
        flag<&Ecn::ece>("ecn-tcp-ece", {.help = "TCP's ECE flag is set", .invertible = true}),
        flag<&Ecn::cwr>("ecn-tcp-cwr", {.help = "TCP's CWR flag is set", .invertible = true}),
        option<&Ecn::ect>("ecn-ip-ect", value::Number{.max = 3, .metavar = "codepoint"},
                          {.help = "the IP header's ECN codepoint is this", .invertible = true}),
    };

    Result<void> check(const Facts& facts) const {
        if (!ece && !cwr && !ect) return fail("an option must be given");
        const Selectors* const s = facts.selectors;
        const bool tcp = s != nullptr && s->protocol == IPPROTO_TCP && !s->protocol_inverted;
        if ((ece || cwr) && !tcp) return fail("`--ecn-tcp-ece` and `--ecn-tcp-cwr` need `-p tcp`");
        return {};
    }

    bool test(const Context& context) const {
        const Packet& packet = context.packet;
        if (!ect.passes((packet.flat.tos & 3u) == *ect)) return false;
        if (!ece && !cwr) return true;
        const Bytes segment = tcp_header::as_matched(packet);
        if (segment.size() < 20) return false;
        return ece.passes((segment[13] & wire::tcp_flag::ece) != 0) &&
               cwr.passes((segment[13] & wire::tcp_flag::cwr) != 0);
    }

    void list(std::string& out, Family, bool) const {
        out += "ECN match";
        if (ece) out += ece.inverted ? " !ECE" : " ECE";
        if (cwr) out += cwr.inverted ? " !CWR" : " CWR";
        if (ect) out += fmt::format(" {}ECT={}", ect.inverted ? "!" : "", *ect);
    }
};

}  // namespace

extern constinit const Declaration match_ecn =
    declare_match<Ecn>({.name = "ecn",
                        .help = "explicit congestion notification in the TCP and IP headers",
                        .reads = reads_flags | reads_header});

}  // namespace gatehouse::rules

#include "trace/sites.h"

namespace gatehouse::trace {

namespace {

using enum TraceKind;

constexpr Site sites[] = {
    {"engine/receive.cc", arrival, ""},
    {"engine/stages.cc", origin, ""},
    {"engine/stages.cc", route, ""},
    {"engine/stages.cc", neighbour, ""},
    {"engine/stages.cc", fragmented, "", true, false},
    {"engine/completion.cc", departure, ""},
    {"engine/completion.cc", decision, ""},
    {"engine/completion.cc", suspended, ""},
    {"engine/completion.cc", resumed, ""},
    {"engine/reassembly.cc", suspended, ""},
    {"engine/reassembly.cc", resumed, ""},
    {"track/tracking.cc", tracked, ""},
    {"nat/nat.cc", translated, ""},
    {"nat/nat64.cc", translated, "", false, true},
    {"rules/evaluate.cc", chain, ""},
    {"rules/evaluate.cc", rule, ""},
    {"rules/evaluate.cc", returned, ""},
    {"rules/evaluate.cc", policy, ""},
    {"rules/hop_change.h", altered, ""},
    {"rules/match/socket.cc", altered, ""},
    {"rules/reject_answer.cc", generated, ""},
    {"rules/target/checksum.cc", altered, ""},
    {"rules/target/classify.cc", altered, ""},
    {"rules/target/dscp.cc", altered, ""},
    {"rules/target/ecn.cc", altered, "tos", true, false},
    {"rules/target/ecn.cc", altered, "TCP flags", true, false},
    {"rules/target/hmark.cc", altered, ""},
    {"rules/target/mark.cc", altered, ""},
    {"rules/target/tcpmss.cc", altered, "maximum segment size"},
    {"rules/target/tcpmss.cc", altered, "maximum segment size option"},
    {"rules/target/tcpoptstrip.cc", altered, ""},
    {"rules/target/tee.cc", generated, ""},
    {"rules/target/tos.cc", altered, ""},
    {"rules/value/prefix_pair.cc", translated, "", false, true},
    {"stack/forward.cc", altered, ""},
    {"stack/local.cc", generated, ""},
    {"stack/neighbour_discovery.cc", generated, "", false, true},
    {"stack/reset.cc", generated, ""},
    {"hook/icmp_error.cc", generated, ""},
};

}  // namespace

std::span<const Site> all_sites() { return sites; }

}  // namespace gatehouse::trace

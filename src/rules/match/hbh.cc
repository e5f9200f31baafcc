// ip6tables -m hbh: the hop-by-hop options header.
#include "rules/match/option_header.h"

namespace gatehouse::rules {

namespace {

struct Header {
    static constexpr std::string_view name = "hbh", length_option = "hbh-len", list_option = "hbh-opts";
    static constexpr std::uint8_t protocol = wire::protocol::hop_by_hop;
};

}  // namespace

extern constinit const Declaration match_hbh = declare_match<OptionHeader<Header>>(
    {.name = "hbh", .families = v6_only, .help = "the hop-by-hop options header", .reads = reads_header});

}  // namespace gatehouse::rules

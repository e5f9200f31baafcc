// ip6tables -m dst: the destination options header.
#include "rules/match/option_header.h"

namespace gatehouse::rules {

namespace {

struct Header {
    static constexpr std::string_view name = "dst", length_option = "dst-len", list_option = "dst-opts";
    static constexpr std::uint8_t protocol = wire::protocol::destination_options;
};

}  // namespace

extern constinit const Declaration match_dst = declare_match<OptionHeader<Header>>(
    {.name = "dst", .families = v6_only, .help = "the destination options header", .reads = reads_header});

}  // namespace gatehouse::rules

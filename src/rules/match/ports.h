// The `--sport` and `--dport` options, the same in every match on a protocol with ports.
#pragma once
#include "rules/option.h"

namespace gatehouse::rules {

// `protocol`: whose service names are known.
template <auto Member, class Hide = HideAllPorts<Member>>
constexpr auto source_ports(std::string_view protocol) {
    return option<Member>(
        "sport", value::Ports{.protocol = protocol},
        {.alias = "source-port", .help = "the source port is in the range", .invertible = true}, Hide{});
}

template <auto Member, class Hide = HideAllPorts<Member>>
constexpr auto destination_ports(std::string_view protocol) {
    return option<Member>(
        "dport", value::Ports{.protocol = protocol},
        {.alias = "destination-port", .help = "the destination port is in the range", .invertible = true},
        Hide{});
}

}  // namespace gatehouse::rules

// -m cpu: the processor that works on the packet.
//
// An engine is one thread, and counts as processor 0.
#include <fmt/format.h>

#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

struct Cpu {
    Opt<std::uint32_t> number;
    friend bool operator==(const Cpu&, const Cpu&) = default;

    static constexpr std::tuple options{
        option<&Cpu::number>(
            "cpu", value::Number{.metavar = "number"},
            {.help = "it is this one; an engine's is 0", .invertible = true, .required = true}),
    };

    bool test(const Context&) const { return number.passes(*number == 0); }

    void list(std::string& out, Family, bool) const {
        out += fmt::format("cpu {}{}", number.inverted ? "! " : "", *number);
    }
};

}  // namespace

extern constinit const Declaration match_cpu =
    declare_match<Cpu>({.name = "cpu", .help = "the processor that works on the packet"});

}  // namespace gatehouse::rules

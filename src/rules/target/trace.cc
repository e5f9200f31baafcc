// -j TRACE: from here on every step of the packet is told.
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

struct Trace {
    static constexpr std::tuple<> options{};
    friend bool operator==(const Trace&, const Trace&) = default;

    Outcome act(Context& context) const {
        context.packet.traced = true;
        return Outcome::next;
    }
    void list(std::string&, Family, bool) const {}
};

}  // namespace

extern constinit const Declaration target_trace = declare_target<Trace>(
    {.name = "TRACE", .tables = table_raw | table_debug, .help = "traces the packet", .does = does_report});

}  // namespace gatehouse::rules

// -j IDLETIMER: tells when no packet has come by for some time.
//
// Programs that read Linux's sysfs are told. There is nobody here to tell: the packet just goes on.
#include <fmt/format.h>

#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

// A label, cut off behind its 27th byte, printed as it is.
struct LabelValue {
    using type = std::string;
    static constexpr int word_count = 1;
    static constexpr std::size_t longest = 27;
    std::string_view metavar = "label";
    Result<type> read(Words words, Family) const {
        if (words[0].empty()) return fail("expected a label, got an empty one");
        return std::string(words[0].substr(0, longest));
    }
    void print(std::string& out, const type& label, Family) const { out += label; }
};

struct IdleTimer {
    Opt<std::uint32_t> timeout;
    Opt<std::string> label;
    Flag alarm;
    friend bool operator==(const IdleTimer&, const IdleTimer&) = default;

    // Linux counts milliseconds in an int.
    static constexpr std::uint32_t longest = 2'147'482;
    static constexpr std::tuple options{
        option<&IdleTimer::timeout>("timeout", value::Number{.min = 1, .max = longest, .metavar = "seconds"},
                                    {.help = "so long without a packet", .required = true}),
        option<&IdleTimer::label>("label", LabelValue{}, {.help = "the timer's name", .required = true}),
        flag<&IdleTimer::alarm>("alarm", {.help = "it wakes a sleeping computer"}),
    };

    Outcome act(Context&) const { return Outcome::next; }

    void list(std::string& out, Family, bool) const {
        out += fmt::format("timeout:{} label:{}", *timeout, *label);
        if (alarm) out += " alarm";
    }
};

}  // namespace

extern constinit const Declaration target_idletimer = declare_target<IdleTimer>(
    {.name = "IDLETIMER", .help = "tells of idle times; there is nobody to tell: nothing happens"});

}  // namespace gatehouse::rules

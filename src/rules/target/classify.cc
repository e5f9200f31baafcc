// -j CLASSIFY: sets the packet's priority, the class that a queueing discipline puts it in.
#include <fmt/format.h>

#include "base/text.h"
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

// "MAJOR:MINOR" in hexadecimal. Bits past the 16 of each are cut off, as iptables does.
struct ClassValue {
    using type = std::uint32_t;
    static constexpr int word_count = 1;
    std::string_view metavar = "major:minor";
    static std::optional<std::uint64_t> half(std::string_view text) {
        if (text.empty() || text.find_first_of("xX") != std::string_view::npos) return {};
        return parse_number(fmt::format("0x{}", text), 0xffffffff);
    }
    Result<type> read(Words words, Family) const {
        const auto halves = split(words[0], ':');
        if (halves.size() == 2) {
            const auto major = half(halves[0]);
            const auto minor = half(halves[1]);
            if (major && minor) return static_cast<type>((*major & 0xffff) << 16 | (*minor & 0xffff));
        }
        return fail(fmt::format("expected a class as MAJOR:MINOR in hexadecimal, got `{}`", words[0]));
    }
    void print(std::string& out, const type& v, Family) const {
        out += fmt::format("{:04x}:{:04x}", v >> 16, v & 0xffff);
    }
};

struct Classify {
    Opt<std::uint32_t> to;
    friend bool operator==(const Classify&, const Classify&) = default;

    static constexpr std::tuple options{
        option<&Classify::to>("set-class", ClassValue{}, {.help = "the class", .required = true}),
    };

    Outcome act(Context& context) const {
        Packet& packet = context.packet;
        const std::uint32_t before = packet.priority;
        packet.priority = *to;
        context.trace({.kind = TraceKind::altered, .text = "priority", .before = before, .after = *to});
        return Outcome::next;
    }

    void list(std::string& out, Family, bool) const {
        out += fmt::format("CLASSIFY set {:x}:{:x}", *to >> 16, *to & 0xffff);
    }
};

}  // namespace

extern constinit const Declaration target_classify =
    declare_target<Classify>({.name = "CLASSIFY",
                              .hooks = bit(Hook::forward) | bit(Hook::output) | bit(Hook::postrouting),
                              .help = "sets the packet's priority",
                              .does = does_alter_packet});

}  // namespace gatehouse::rules

// -j NFLOG: a copy of the packet for whoever listens to a group.
//
// Nobody can listen to an engine yet, and so the packet just goes on, as in a Linux where no program has
// asked for the group.
#include <fmt/format.h>

#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

// More than the kernel's record has room for is cut off, as iptables does.
struct PrefixValue : value::Text {
    static constexpr std::size_t longest = 63;
    Result<std::string> read(Words words, Family) const {
        if (words[0].empty()) return fail("expected at least one character");
        if (words[0].find('\n') != std::string_view::npos) return fail("a line end can't be part of it");
        return std::string(words[0].substr(0, longest));
    }
};

template <auto Member>
struct IsZero {
    template <class P>
    constexpr bool operator()(const P& parameters) const {
        return (parameters.*Member).value == 0;
    }
};

struct NfLog {
    Opt<std::string> prefix;
    Opt<std::uint32_t> group, range, size, threshold;
    friend bool operator==(const NfLog&, const NfLog&) = default;

    static constexpr std::tuple options{
        option<&NfLog::prefix>("nflog-prefix", PrefixValue{{.metavar = "prefix"}},
                               {.help = "goes with the copy: 63 characters at most"}),
        option<&NfLog::group>("nflog-group", value::Number{.max = 65535, .metavar = "group"},
                              {.help = "who gets it; 0 if not given"}, IsZero<&NfLog::group>{}),
        option<&NfLog::range>("nflog-range", value::Number{.metavar = "bytes"},
                              {.help = "kept, and without a meaning, as in Linux", .group = 1},
                              IsZero<&NfLog::range>{}),
        option<&NfLog::size>("nflog-size", value::Number{.metavar = "bytes"},
                             {.help = "so many bytes of the packet", .group = 1}),
        option<&NfLog::threshold>("nflog-threshold", value::Number{.max = 65535, .metavar = "packets"},
                                  {.help = "so many packets at a time"}, IsZero<&NfLog::threshold>{}),
    };

    Outcome act(Context&) const { return Outcome::next; }

    void list(std::string& out, Family family, bool) const {
        for (const auto& o : detail::options_of<NfLog>) {
            if (!o.shown(this)) continue;
            out += fmt::format("{}{} ", out.empty() ? "" : " ", o.name);
            o.print(this, out, family);
        }
    }
};

}  // namespace

extern constinit const Declaration target_nflog = declare_target<NfLog>(
    {.name = "NFLOG", .help = "a copy for whoever listens to a group; nobody can yet: nothing happens"});

}  // namespace gatehouse::rules

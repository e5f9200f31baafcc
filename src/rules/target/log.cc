// -j LOG: a line in the log about the packet, in the kernel log's format.
#include <fmt/format.h>

#include "hook/log_line.h"
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

constexpr std::uint32_t warning = 4;

constexpr value::Name levels[] = {{"emerg", 0},
                                  {"alert", 1},
                                  {"crit", 2},
                                  {"error", 3},
                                  {"warning", 4},
                                  {"notice", 5},
                                  {"info", 6},
                                  {"debug", 7},
                                  // An old name.
                                  {"panic", 0}};

// As `iptables -L` names them.
constexpr std::string_view listed_levels[] = {"emerg", "alert",  "crit", "err",
                                              "warn",  "notice", "info", "debug"};

// What fits the kernel's record of it; more is cut off, as iptables does.
struct PrefixValue : value::Text {
    static constexpr std::size_t longest = 29;
    Result<std::string> read(Words words, Family) const {
        if (words[0].empty()) return fail("expected at least one character");
        if (words[0].find('\n') != std::string_view::npos) return fail("a line end can't be part of it");
        return std::string(words[0].substr(0, longest));
    }
};

struct Log {
    Opt<std::string> prefix;
    Opt<std::uint32_t> level{.value = warning};
    Flag tcp_sequence, tcp_options, ip_options, uid, decode_mac;
    friend bool operator==(const Log& a, const Log& b) {
        return *a.prefix == *b.prefix && *a.level == *b.level && a.flags() == b.flags();
    }

    struct DefaultLevel {
        constexpr bool operator()(const Log& log) const { return *log.level == warning; }
    };
    static constexpr value::OneOf level_value{
        .names = levels, .metavar = "level", .numbers = true, .max = 7, .print_number = true};
    static constexpr std::tuple options{
        option<&Log::prefix>("log-prefix", PrefixValue{{.metavar = "prefix"}},
                             {.help = "what the line begins with: 29 characters at most"}),
        option<&Log::level>("log-level", level_value, {.help = "0 to 7, or a level's name"}, DefaultLevel{}),
        flag<&Log::tcp_sequence>("log-tcp-sequence", {.help = "with TCP sequence numbers"}),
        flag<&Log::tcp_options>("log-tcp-options", {.help = "with TCP options"}),
        flag<&Log::ip_options>("log-ip-options", {.help = "with IP options or extension headers"}),
        flag<&Log::uid>("log-uid", {.help = "with the user of a local socket, if there is one"}),
        flag<&Log::decode_mac>("log-macdecode", {.help = "with MAC addresses and protocol apart"}),
    };

    unsigned flags() const {
        return (tcp_sequence ? 1u : 0) | (tcp_options ? 2u : 0) | (ip_options ? 4u : 0) | (uid ? 8u : 0) |
               (decode_mac ? 32u : 0);
    }

    // The router has no sockets with users, so `--log-uid` adds nothing, as it does for forwarded packets.
    Outcome act(Context& context) const {
        if (LogSink* const log = context.services.log; log != nullptr) {
            const LogDetails details{.tcp_sequence = tcp_sequence.set,
                                     .tcp_options = tcp_options.set,
                                     .ip_options = ip_options.set,
                                     .decode_mac = decode_mac.set};
            log->log(context.services.now, static_cast<int>(*level), log_line(context, *prefix, details));
        }
        return Outcome::next;
    }

    void list(std::string& out, Family, bool numeric) const {
        if (numeric) {
            out += fmt::format("LOG flags {} level {}", flags(), *level);
        } else {
            out += fmt::format("LOG level {}", listed_levels[*level]);
            if (tcp_sequence) out += " tcp-sequence";
            if (tcp_options) out += " tcp-options";
            if (ip_options) out += " ip-options";
            if (uid) out += " uid";
            if (decode_mac) out += " macdecode";
        }
        if (prefix) out += fmt::format(" prefix \"{}\"", *prefix);
    }
};

}  // namespace

extern constinit const Declaration target_log =
    declare_target<Log>({.name = "LOG",
                         .help = "writes a line about the packet to the log",
                         .reads = reads_tuple | reads_interfaces | reads_mark | reads_header | reads_payload,
                         .does = does_report});

}  // namespace gatehouse::rules

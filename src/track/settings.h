// What can be set about tracking, under Linux's sysctl names (net.netfilter.nf_conntrack_*) and with its
// defaults, and what is our own.
//
// In normal mode timeouts and TCP's windows are not to be set one by one: policies have names
// (TimeoutPolicy). Debug mode opens every knob, and logs each TCP segment that is out of the window.
#pragma once
#include <string_view>
#include <vector>

#include "base/error.h"
#include "track/proto/tcp_settings.h"
#include "track/table.h"
#include "track/timeouts.h"

namespace gatehouse::track {

struct Settings {
    static constexpr std::uint8_t log_all = 255;  // IPPROTO_RAW

    bool debug = false;            // mode = "debug": set it before the others
    bool accounting = false;       // nf_conntrack_acct: the counters are shown
    bool timestamps = false;       // nf_conntrack_timestamp
    bool verify_checksums = true;  // nf_conntrack_checksum, of packets that come in
    bool events = true;            // nf_conntrack_events: whoever watches is told
    std::uint8_t log_invalid = 0;  // nf_conntrack_log_invalid: the protocol whose INVALID packets are logged
    bool always = false;           // track.always: track also when no rule asks for it
    TableLimits limits{};          // nf_conntrack_max, nf_conntrack_buckets
    std::uint32_t most_expectations = 4096;  // nf_conntrack_expect_max
    tcp::Settings tcp{};                     // nf_conntrack_tcp_*, track.pickup
    TimeoutPolicy timeouts{};                // nf_conntrack_*_timeout*: the default policy
    // Those that CT --timeout names; a connection has one by its place here, plus one.
    std::vector<TimeoutPolicy> policies{};

    // Sets one by its sysctl name, with or without net.netfilter (or /proc's slashes), or by ours. An error
    // names what was expected. `known` tells whether the name is one of ours at all.
    static bool known(std::string_view name);
    Result<void> set(std::string_view name, std::string_view value);
    // Every name that set() takes, but for the prefix "net.netfilter.".
    static std::vector<std::string> names();

    // One timeout of a policy ("default" or a name of one's own, which begins as the default policy then is),
    // by its name in that policy ("tcp.established").
    Result<void> set_timeout(std::string_view policy, std::string_view timeout, std::string_view value);
    // The place of a policy in `policies`, plus one; 0: there is none of this name.
    std::uint16_t policy(std::string_view name) const;
};

}  // namespace gatehouse::track

// What can be set about tracking, under Linux's sysctl names (net.netfilter.nf_conntrack_*) and with its
// defaults, and what is our own.
#pragma once
#include <string_view>

#include "base/error.h"
#include "track/proto/tcp_settings.h"
#include "track/table.h"
#include "track/timeouts.h"

namespace gatehouse::track {

struct Settings {
    bool accounting = false;       // nf_conntrack_acct: the counters are shown
    bool timestamps = false;       // nf_conntrack_timestamp
    bool verify_checksums = true;  // nf_conntrack_checksum, of packets that come in
    bool always = false;           // track.always: track also when no rule asks for it
    TableLimits limits{};          // nf_conntrack_max
    tcp::Settings tcp{};           // nf_conntrack_tcp_*, track.pickup
    TimeoutPolicy timeouts{};      // nf_conntrack_*_timeout*: the default policy

    // Sets one by its sysctl name, with or without net.netfilter (or /proc's slashes), or by ours. An error
    // names what was expected. `known` tells whether the name is one of ours at all.
    static bool known(std::string_view name);
    Result<void> set(std::string_view name, std::string_view value);
};

}  // namespace gatehouse::track

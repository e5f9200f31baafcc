// SYN cookies (D. J. Bernstein, cr.yp.to/syncookies.html): an initial sequence number that holds what must be
// remembered of a SYN, so that nothing need be kept until the client has shown that it can be reached.
//
//     minute modulo 32 (5 bits), place of the MSS in a table (3 bits), a keyed hash of all there is (24 bits)
//
// Pure; any thread.
#pragma once
#include <cstdint>
#include <optional>

#include "base/siphash.h"
#include "base/time.h"
#include "track/tuple.h"

namespace gatehouse::track::synproxy {

// `client`: the direction of the SYN; `sequence`: its number. The MSS kept is the largest in the table that
// the client's isn't below.
std::uint32_t make_cookie(const SipKey& key, const Tuple& client, std::uint32_t sequence, std::uint16_t mss,
                          Time now);

// The MSS that the cookie holds; nothing if it isn't ours, or older than two minutes.
std::optional<std::uint16_t> read_cookie(const SipKey& key, const Tuple& client, std::uint32_t sequence,
                                         std::uint32_t cookie, Time now);

}  // namespace gatehouse::track::synproxy

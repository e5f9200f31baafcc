#include "track/synproxy/cookie.h"

#include <array>

namespace gatehouse::track::synproxy {

namespace {

// The usual ones; Linux's values.
constexpr std::array<std::uint16_t, 4> sizes4{536, 1300, 1440, 1460};
constexpr std::array<std::uint16_t, 4> sizes6{1280 - 60, 1480 - 60, 1500 - 60, 9000 - 60};
constexpr std::uint32_t hash_bits = 24, hash_mask = (1u << hash_bits) - 1, minute_mask = 31, place_mask = 7;
constexpr std::uint32_t oldest = 1;  // minutes before this one

const std::array<std::uint16_t, 4>& sizes(Family family) { return is_v4(family) ? sizes4 : sizes6; }

std::uint64_t minute_of(Time now) { return static_cast<std::uint64_t>(now.since_epoch / (60 * second)); }

std::uint32_t hash(const SipKey& key, const Tuple& client, std::uint32_t sequence, std::uint32_t place,
                   std::uint64_t minute) {
    std::array<std::uint8_t, 52> message;
    std::uint8_t* at = message.data();
    const auto put = [&](std::uint32_t word) {
        store_be32(at, word);
        at += 4;
    };
    for (const std::uint32_t word : client.source.words) put(word);
    for (const std::uint32_t word : client.destination.words) put(word);
    put(std::uint32_t{client.ends.source} << 16 | client.ends.destination);
    put(sequence);
    put(place);
    put(static_cast<std::uint32_t>(minute >> 32));
    put(static_cast<std::uint32_t>(minute));
    return static_cast<std::uint32_t>(siphash(key, message)) & hash_mask;
}

}  // namespace

std::uint32_t make_cookie(const SipKey& key, const Tuple& client, std::uint32_t sequence, std::uint16_t mss,
                          Time now) {
    const auto& table = sizes(client.family);
    auto place = static_cast<std::uint32_t>(table.size() - 1);
    while (place > 0 && mss < table[place]) --place;
    const std::uint64_t minute = minute_of(now);
    return (static_cast<std::uint32_t>(minute) & minute_mask) << 27 | place << hash_bits |
           hash(key, client, sequence, place, minute);
}

std::optional<std::uint16_t> read_cookie(const SipKey& key, const Tuple& client, std::uint32_t sequence,
                                         std::uint32_t cookie, Time now) {
    const auto& table = sizes(client.family);
    const std::uint32_t place = cookie >> hash_bits & place_mask;
    const std::uint64_t minute = minute_of(now);
    const auto age = (static_cast<std::uint32_t>(minute) - (cookie >> 27)) & minute_mask;
    if (place >= table.size() || age > oldest) return {};
    if (hash(key, client, sequence, place, minute - age) != (cookie & hash_mask)) return {};
    return table[place];
}

}  // namespace gatehouse::track::synproxy

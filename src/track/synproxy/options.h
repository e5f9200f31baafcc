// The TCP options that SYNPROXY reads, passes on, and hides in timestamps: a SYN's offers come back in the
// echo of the SYN/ACK's timestamp.
//
//     milliseconds (26 bits), ECN (1), selective acknowledgments (1), window scale (4; 15: none)
#pragma once
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/time.h"
#include "wire/fields.h"
#include "wire/tcp.h"

namespace gatehouse::track::synproxy {

struct Options {
    std::optional<std::uint16_t> mss{};
    std::optional<std::uint8_t> scale{};
    std::optional<wire::TcpOption::Timestamps> timestamps{};
    bool sack = false;
    bool ecn = false;  // no option, but kept with them

    friend bool operator==(const Options& a, const Options& b) {
        const auto same = [](const auto& x, const auto& y) {
            return x.has_value() == y.has_value() && (!x || (x->value == y->value && x->echo == y->echo));
        };
        return a.mss == b.mss && a.scale == b.scale && a.sack == b.sack && a.ecn == b.ecn &&
               same(a.timestamps, b.timestamps);
    }
};

Options read_options(const wire::TcpView& segment);
wire::TcpOptionList write_options(const Options& options);

// What the SYN/ACK's timestamps say: the echo, and a value that holds `client`.
wire::TcpOption::Timestamps hide(const Options& client, Time now);
// What an echo of such a value holds.
void reveal(std::uint32_t echo, Options& to);

}  // namespace gatehouse::track::synproxy

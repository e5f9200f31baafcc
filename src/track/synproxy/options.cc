#include "track/synproxy/options.h"

#include <algorithm>

namespace gatehouse::track::synproxy {

namespace {

constexpr std::uint8_t most_scale = 14;
constexpr std::uint32_t scale_mask = 15, sack_bit = 1u << 4, ecn_bit = 1u << 5, hidden = 0x3f;

}  // namespace

Options read_options(const wire::TcpView& segment) {
    Options options;
    auto all = segment.options();
    while (const auto option = all.next()) {
        if (const auto mss = option->mss()) options.mss = mss;
        if (const auto scale = option->window_scale()) options.scale = std::min(*scale, most_scale);
        if (const auto timestamps = option->timestamps()) options.timestamps = timestamps;
        if (option->sack_permitted()) options.sack = true;
    }
    return options;
}

wire::TcpOptionList write_options(const Options& options) {
    wire::TcpOptionList list;
    if (options.mss) list.mss(*options.mss);
    // In words: what is shorter is led by no-operations, or by the permission to acknowledge selectively.
    if (options.sack) {
        if (!options.timestamps) list.nop().nop();
        list.sack_permitted();
    } else if (options.timestamps) {
        list.nop().nop();
    }
    if (options.timestamps) list.timestamps(options.timestamps->value, options.timestamps->echo);
    if (options.scale) list.nop().window_scale(*options.scale);
    return list;
}

wire::TcpOption::Timestamps hide(const Options& client, Time now) {
    const auto milliseconds = static_cast<std::uint32_t>(now.since_epoch / millisecond);
    const std::uint32_t value = (milliseconds & ~hidden) | client.scale.value_or(scale_mask) |
                                (client.sack ? sack_bit : 0) | (client.ecn ? ecn_bit : 0);
    return {.value = value, .echo = client.timestamps->value};
}

void reveal(std::uint32_t echo, Options& to) {
    if ((echo & scale_mask) != scale_mask) to.scale = static_cast<std::uint8_t>(echo & scale_mask);
    to.sack = to.sack || (echo & sack_bit) != 0;
    to.ecn = (echo & ecn_bit) != 0;
}

}  // namespace gatehouse::track::synproxy

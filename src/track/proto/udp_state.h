// What is remembered of a UDP or GRE exchange.
#pragma once
#include <cstdint>

namespace gatehouse::track {

struct UdpState {
    std::uint32_t stream_after = 0;  // the tick from which a reply shows that this is a stream (UDP: 2 s)
};

}  // namespace gatehouse::track

// Room in a connection's second cache line for what its protocol's tracker must remember.
#pragma once
#include "track/proto/sctp_state.h"
#include "track/proto/tcp_state.h"
#include "track/proto/udp_state.h"

namespace gatehouse::track {

union alignas(4) ProtocolState {
    TcpState tcp;
    UdpState udp;
    SctpState sctp;
    std::uint8_t bytes[56]{};
};
static_assert(sizeof(ProtocolState) <= 56);

}  // namespace gatehouse::track

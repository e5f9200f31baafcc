// How an SCTP association goes from phase to phase.
#pragma once
#include "track/proto/sctp_state.h"
#include "track/tuple.h"

namespace gatehouse::track::sctp {

// Chunk types (RFC 9260, 3.2) that matter here.
namespace chunk {
constexpr std::uint8_t data = 0;
constexpr std::uint8_t init = 1;
constexpr std::uint8_t init_ack = 2;
constexpr std::uint8_t heartbeat = 4;
constexpr std::uint8_t heartbeat_ack = 5;
constexpr std::uint8_t abort = 6;
constexpr std::uint8_t shutdown = 7;
constexpr std::uint8_t shutdown_ack = 8;
constexpr std::uint8_t error = 9;
constexpr std::uint8_t cookie_echo = 10;
constexpr std::uint8_t cookie_ack = 11;
constexpr std::uint8_t shutdown_complete = 14;
}  // namespace chunk

// The phase behind a chunk; SctpPhase::count where the chunk can't come. Chunks of other types change
// nothing.
SctpPhase after(SctpPhase phase, std::uint8_t chunk, Direction direction);

}  // namespace gatehouse::track::sctp

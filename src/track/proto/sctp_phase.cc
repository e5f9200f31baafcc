#include "track/proto/sctp_phase.h"

namespace gatehouse::track::sctp {

namespace {

constexpr unsigned phases = static_cast<unsigned>(SctpPhase::count);
constexpr auto CL = SctpPhase::closed, CW = SctpPhase::cookie_wait, CE = SctpPhase::cookie_echoed,
               ES = SctpPhase::established, SS = SctpPhase::shutdown_sent, SR = SctpPhase::shutdown_received,
               SA = SctpPhase::shutdown_ack_sent, HS = SctpPhase::heartbeat_sent, no = SctpPhase::count;

struct Row {
    std::uint8_t chunk;
    SctpPhase original[phases], reply[phases];
};

// Columns: none CL CW CE ES SS SR SA HS.
// clang-format off
constexpr Row rows[] = {
    {chunk::init,              {CL, CL, CW, CE, ES, CL, CL, SA, CW}, {no, CL, CW, CE, ES, SS, SR, SA, no}},
    {chunk::init_ack,          {CL, CL, CW, CE, ES, SS, SR, SA, CL}, {no, CW, CW, CE, ES, SS, SR, SA, no}},
    {chunk::abort,             {CL, CL, CL, CL, CL, CL, CL, CL, CL}, {no, CL, CL, CL, CL, CL, CL, CL, no}},
    {chunk::shutdown,          {CL, CL, CW, CE, SS, SS, SR, SA, CL}, {no, CL, CW, CE, SR, SS, SR, SA, no}},
    {chunk::shutdown_ack,      {SA, CL, CW, CE, ES, SA, SA, SA, SA}, {no, CL, CW, CE, ES, SA, SA, SA, no}},
    {chunk::error,             {CL, CL, CW, CE, ES, SS, SR, SA, CL}, {no, CL, CW, CL, ES, SS, SR, SA, no}},
    {chunk::cookie_echo,       {CL, CL, CE, CE, ES, SS, SR, SA, CL}, {no, CL, CE, CE, ES, SS, SR, SA, no}},
    {chunk::cookie_ack,        {CL, CL, CW, ES, ES, SS, SR, SA, CL}, {no, CL, CW, ES, ES, SS, SR, SA, no}},
    {chunk::shutdown_complete, {CL, CL, CW, CE, ES, SS, SR, CL, CL}, {no, CL, CW, CE, ES, SS, SR, CL, no}},
    {chunk::heartbeat,         {HS, CL, CW, CE, ES, SS, SR, SA, HS}, {no, CL, CW, CE, ES, SS, SR, SA, HS}},
    {chunk::heartbeat_ack,     {CL, CL, CW, CE, ES, SS, SR, SA, HS}, {no, CL, CW, CE, ES, SS, SR, SA, ES}},
};
// clang-format on

}  // namespace

SctpPhase after(SctpPhase phase, std::uint8_t chunk, Direction direction) {
    for (const Row& row : rows) {
        if (row.chunk != chunk) continue;
        const auto& columns = direction == Direction::original ? row.original : row.reply;
        return columns[static_cast<unsigned>(phase)];
    }
    return phase;
}

}  // namespace gatehouse::track::sctp

// How commands that helpers wait for come in TCP's segments: whole or cut, and what their senders do then.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "helper/helpers.h"
#include "hook/context.h"
#include "packet/packet.h"
#include "track/tracking.h"

namespace gatehouse::frontend {

// A port at which a helper is to be taken for granted.
struct HelperPort {
    std::string_view helper;
    std::uint16_t port;
};
// The usual ones of helpers that read TCP.
std::span<const HelperPort> usual_helper_ports();

// One command: something that announces a connection, or whose beginning might have.
struct StudiedCommand {
    std::uint16_t pieces = 0;  // segments that brought bytes of it first
    bool ended = false;        // its rest came
    bool said_again = false;   // some of its bytes came again
    bool coalesced = false;    // it was cut, and came again whole
    Nanoseconds took = 0;      // from its first piece to its last
};

class PartialStudy final : helper::Listener {
  public:
    // `entries`: of the connection table; `ports`: whose connections are looked at.
    PartialStudy(std::vector<HelperPort> ports, std::uint32_t entries);

    // A packet of a TCP connection, in the order of time.
    void take(Packet& packet, Time time);
    // No more comes: what waits is never ended.
    void finish();

    // By helper.
    const std::map<std::string, std::vector<StudiedCommand>, std::less<>>& commands() const {
        return commands_;
    }

  private:
    struct Segment {
        std::uint32_t begin, end;
        Time time;
    };
    struct Known {
        std::uint32_t begin, end;
        std::size_t place;  // among its helper's commands
    };
    // Of one direction of a connection.
    struct Stream {
        std::string_view helper;
        std::vector<Segment> segments;  // that may hold a part of what isn't read yet
        std::array<Known, 4> known;     // cut commands, which may come again
        std::size_t known_count = 0;
        bool waits = false;
        std::uint32_t wait_begin = 0, wait_end = 0;
    };
    static constexpr std::size_t most_segments = 64;

    void read(const helper::Subject& subject, std::uint32_t begin, std::uint32_t end,
              bool announces) override;
    void waits(const helper::Subject& subject, std::uint32_t begin, std::uint32_t end) override;
    Stream& stream_of(track::ConnIndex connection, track::Direction direction);
    void count(Stream& stream, std::uint32_t begin, std::uint32_t end, bool ended);
    void came_again(const Stream& stream, const Segment& segment);

    std::vector<HelperPort> ports_;
    track::Tracking tracking_;
    helper::Helpers helpers_;
    Services services_{};
    std::map<std::uint64_t, Stream> streams_;  // by connection, its generation, direction
    std::map<std::string, std::vector<StudiedCommand>, std::less<>> commands_;
};

// For people, and as JSON (doc/study.md).
std::string text_of(const PartialStudy& study);
std::string json_of(const PartialStudy& study);

}  // namespace gatehouse::frontend

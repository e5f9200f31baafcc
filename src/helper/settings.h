// What can be set about helpers.
#pragma once
#include <cstdint>

namespace gatehouse::helper {

// How a helper reads a TCP stream.
enum class Mode : std::uint8_t {
    hold,  // as a stream, whatever way it is cut into segments
    drop,  // segment by segment, as Linux does: a command that isn't whole in one is missed, or dropped
};

// What becomes of a command whose rest doesn't come in time, where it might have had to be rewritten.
enum class OnGiveUp : std::uint8_t { release, drop };

struct Settings {
    Mode mode = Mode::hold;
    // Whether bytes that wait are acknowledged in their receiver's stead, lest their sender wait for that.
    bool custody = true;
    OnGiveUp on_giveup = OnGiveUp::release;
    // Expectations that lead to others than whoever announced them, and to ports below 1024 that the
    // announcer doesn't use already.
    bool third_party = false;
    bool privileged = false;
    // As Linux's module parameters of the same names.
    bool ftp_loose = false;
    bool sip_direct_media = true;
};

}  // namespace gatehouse::helper

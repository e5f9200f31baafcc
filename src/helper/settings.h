// What can be set about helpers.
#pragma once
#include <cstdint>

namespace gatehouse::helper {

// How a helper reads a TCP stream.
enum class Mode : std::uint8_t {
    hold,  // as a stream, whatever way it is cut into segments
    drop,  // segment by segment, as Linux does: a command that isn't whole in one is missed, or dropped
};

struct Settings {
    Mode mode = Mode::hold;
    // Expectations that lead to others than whoever announced them, and to ports below 1024 that the
    // announcer doesn't use already.
    bool third_party = false;
    bool privileged = false;
    // As Linux's module parameters of the same names.
    bool ftp_loose = false;
    bool sip_direct_media = true;
};

}  // namespace gatehouse::helper

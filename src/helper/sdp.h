// Session descriptions (SDP, RFC 8866), as far as helpers need them: where media go.
//
// Pure functions over bytes that anybody may have sent.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "helper/mention.h"

namespace gatehouse::helper::sdp {

// Where the description begins behind `from`: at its version; npos if there is none.
std::size_t find_description(std::string_view text, std::size_t from);

// The address of a line of this kind ('c', 'o') between `from` and the next media description.
struct Origin {
    bool malformed = false;
    Span span{};
    Address address{};
};
std::optional<Origin> find_address(std::string_view text, std::size_t from, char kind, Family family);

// A media description behind `from`: what it is, and at which port.
enum class Media : std::uint8_t { audio, video, image, other };
struct Description {
    Media media{};
    std::uint32_t port = 0;  // as written; 0: the stream isn't used
    Span span{};             // of the port
    std::size_t at = 0;      // where to look for its lines
};
std::optional<Description> next_media(std::string_view text, std::size_t from);

}  // namespace gatehouse::helper::sdp

// Protocols of lines, read as a stream.
#pragma once
#include <algorithm>
#include <string_view>

namespace gatehouse::helper {

// Of the line that `text` begins with, its end included; 0 if that hasn't come yet.
constexpr std::size_t line_length(std::string_view text) {
    const std::size_t end = text.find('\n');
    return end == std::string_view::npos ? 0 : end + 1;
}

// A web browser speaks, not a client of the protocol: a page can make it send anything to any port, commands
// of other protocols among them.
inline bool is_http_request(std::string_view line) {
    const std::size_t at = line.rfind(" HTTP/");
    return at != std::string_view::npos && at > 0;
}

}  // namespace gatehouse::helper

#include "helper/sdp.h"

#include "helper/sip_message.h"
#include "helper/text.h"

namespace gatehouse::helper::sdp {

namespace {

constexpr std::size_t npos = std::string_view::npos;

// Behind "x=" of the first line of this kind behind `from`, unless one of the kind `before` comes first.
std::size_t find_line(std::string_view text, std::size_t from, char kind, char before = 0) {
    for (std::size_t line = sip::next_line(text, from); line != npos; line = sip::next_line(text, line)) {
        if (line + 1 >= text.size() || text[line + 1] != '=') continue;
        if (before != 0 && lower(text[line]) == before) return npos;
        if (lower(text[line]) == kind) return line + 2;
    }
    return npos;
}

Span span_of(std::size_t at, std::size_t length) {
    return {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(length)};
}

struct Kind {
    std::string_view word;
    Media media;
};
constexpr Kind kinds[] = {{"audio ", Media::audio}, {"video ", Media::video}, {"image ", Media::image}};

}  // namespace

std::size_t find_description(std::string_view text, std::size_t from) {
    for (std::size_t at = find_line(text, from, 'v'); at != npos; at = find_line(text, at, 'v')) {
        if (at < text.size() && is_digit(text[at])) return at;
    }
    return npos;
}

std::optional<Origin> find_address(std::string_view text, std::size_t from, char kind, Family family) {
    const std::size_t line = find_line(text, from, kind, 'm');
    if (line == npos) return {};
    constexpr std::string_view v4 = "IN IP4 ", v6 = "IN IP6 ";
    const std::size_t end = text.find_first_of("\r\n", line);
    const std::string_view content = text.substr(line, end == npos ? npos : end - line);
    const std::size_t at = content.find(is_v4(family) ? v4 : v6);
    if (at == npos) return Origin{.malformed = true};
    const auto address = sip::leading_address(content.substr(at + v4.size()), family, false);
    if (!address) return Origin{.malformed = true};
    return Origin{.span = span_of(line + at + v4.size(), address->length), .address = address->address};
}

std::optional<Description> next_media(std::string_view text, std::size_t from) {
    const std::size_t at = find_line(text, from, 'm');
    if (at == npos) return {};
    const std::size_t blank = text.find_first_of(" \r\n", at);
    if (blank == npos || text[blank] != ' ') return {};
    Description found{.media = Media::other, .at = blank + 1};
    const auto port = leading_number(text.substr(blank + 1)).value_or(Number{});
    found.port = port.value;
    found.span = span_of(blank + 1, port.digits);
    for (const Kind& kind : kinds) {
        if (begins_with(text.substr(at), kind.word)) found.media = kind.media;
    }
    return found;
}

}  // namespace gatehouse::helper::sdp

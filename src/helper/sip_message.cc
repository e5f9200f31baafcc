#include "helper/sip_message.h"

#include <algorithm>
#include <array>

#include "helper/text.h"

namespace gatehouse::helper::sip {

namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::uint16_t first_unprivileged = 1024;

enum class Content : std::uint8_t { number, address, address_in_uri };
struct FieldRow {
    std::string_view name;
    char compact;             // 0: it has no short name
    std::string_view behind;  // what stands before the content, somewhere in the field
    Content content;
};
constexpr FieldRow fields[] = {
    {"CSeq", 0, "", Content::number},
    {"From", 'f', "sip:", Content::address_in_uri},
    {"To", 't', "sip:", Content::address_in_uri},
    {"Contact", 'm', "sip:", Content::address_in_uri},
    {"Via", 'v', "UDP ", Content::address},
    {"Via", 'v', "TCP ", Content::address},
    {"Expires", 0, "", Content::number},
    {"Content-Length", 'l', "", Content::number},
};

bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_line_end(char c) { return c == '\r' || c == '\n'; }

// Past blanks, and past the end of a line that the next one continues; npos when the field ends there.
std::size_t skip_blanks(std::string_view text, std::size_t at) {
    while (at < text.size() && is_blank(text[at])) ++at;
    if (at < text.size() && is_line_end(text[at])) {
        at = next_line(text, at);
        if (at >= text.size() || !is_blank(text[at])) return npos;
        while (at < text.size() && is_blank(text[at])) ++at;
    }
    return at < text.size() ? at : npos;
}

// The first `needle` between `from` and `end` within the field (whatever the case): folded lines belong to
// it.
std::size_t find_in_field(std::string_view text, std::size_t from, std::size_t end, std::string_view needle) {
    text = text.substr(0, end);
    for (std::size_t at = from; at + needle.size() < text.size(); ++at) {
        if (is_line_end(text[at])) {
            const std::size_t next = skip_blanks(text, at);
            if (next == npos || next + needle.size() >= text.size()) return npos;
            at = next - 1;
        } else if (begins_with(text.substr(at), needle)) {
            return at;
        }
    }
    return npos;
}

std::size_t digits_at(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    return end - at;
}

// Of an address and the port behind it; 0 if there is no address.
std::size_t address_length(std::string_view message, std::size_t at, Family family) {
    const auto address = leading_address(message.substr(at), family, true);
    if (!address) return 0;
    const std::size_t end = at + address->length;
    if (end >= message.size() || message[end] != ':') return address->length;
    return address->length + 1 + digits_at(message, end + 1);
}

Span content_at(std::string_view message, std::size_t at, Content content, Family family) {
    const auto span = [](std::size_t from, std::size_t length) {
        return Span{static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(length)};
    };
    if (content == Content::number) return span(at, digits_at(message, at));
    if (content == Content::address_in_uri) {
        // Past the user's name, which an @ ends on the same line.
        const std::size_t end = message.find_first_of("@\r\n", at);
        if (end != npos && message[end] == '@') at = end + 1;
    }
    return span(at, address_length(message, at, family));
}

// Behind the field's name, if `line` begins with it; 0 if not.
std::size_t name_length(std::string_view line, const FieldRow& row) {
    if (begins_with(line, row.name)) return row.name.size();
    const bool compact =
        row.compact != 0 && line.size() > 1 && lower(line[0]) == row.compact && !is_letter(line[1]);
    return compact ? 1 : 0;
}

}  // namespace

std::size_t next_line(std::string_view text, std::size_t from) {
    const std::size_t end = text.find_first_of("\r\n", from);
    if (end == npos) return npos;
    const bool pair = text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n';
    const std::size_t at = end + (pair ? 2 : 1);
    return at < text.size() ? at : npos;
}

std::optional<TextAddress> leading_address(std::string_view text, Family family, bool bracketed) {
    const bool v4 = is_v4(family);
    const bool open = !v4 && text.starts_with('[');
    if (!v4 && bracketed && !open) return {};
    const std::size_t begin = open ? 1 : 0;
    const std::string_view letters = v4 ? "0123456789." : "0123456789abcdefABCDEF:.";
    std::size_t end = text.find_first_not_of(letters, begin);
    if (end == npos) end = text.size();
    // A name may begin like an address.
    if (v4 && end < text.size() && lower(text[end]) >= 'a' && lower(text[end]) <= 'f') return {};
    const auto address = parse_address(text.substr(begin, end - begin), family);
    if (!address) return {};
    const bool closed = !v4 && end < text.size() && text[end] == ']';
    if (!v4 && bracketed && !closed) return {};
    return TextAddress{*address, end + (closed ? 1 : 0)};
}

Place find_field(std::string_view message, std::size_t from, Field field, Family family) {
    const FieldRow& row = fields[static_cast<std::size_t>(field)];
    for (std::size_t line = next_line(message, from); line != npos; line = next_line(message, line)) {
        const std::size_t name = name_length(message.substr(line), row);
        if (name == 0) {
            // At an empty line another may begin at once.
            continue;
        }
        std::size_t at = skip_blanks(message, line + name);
        if (at == npos) return {};
        if (message[at] != ':') continue;
        at = skip_blanks(message, at + 1);
        if (at == npos) return {};
        const Span begin{static_cast<std::uint32_t>(at), 0};
        if (!row.behind.empty()) {
            const std::size_t found = find_in_field(message, at, message.size(), row.behind);
            if (found == npos) return {Found::malformed, begin};
            at = found + row.behind.size();
        }
        const Span span = content_at(message, at, row.content, family);
        if (span.length == 0) return {Found::malformed, begin};
        return {Found::yes, span};
    }
    return {};
}

namespace {

// Reads the address at a place where one was found.
Location read_location(std::string_view message, Span span, Family family) {
    const std::string_view text = message.substr(span.at);
    const auto address = leading_address(text, family, true);
    if (!address) return {Found::malformed, span, {}};
    Location location{Found::yes, span, {family, address->address, standard_port}};
    if (address->length < text.size() && text[address->length] == ':') {
        const auto port = leading_number(text.substr(address->length + 1)).value_or(Number{});
        if (port.value < first_unprivileged || port.value > 0xffff) return {Found::malformed, span, {}};
        location.endpoint.port = static_cast<std::uint16_t>(port.value);
    }
    return location;
}

}  // namespace

Location locate(std::string_view message, Field field, Family family) {
    std::size_t from = 0;
    for (;;) {
        const Place place = find_field(message, from, field, family);
        if (place.found == Found::no) return {};
        if (place.found == Found::yes) return read_location(message, place.span, family);
        from = place.span.at;
    }
}

Location locate_target(std::string_view message, Family family) {
    // Method, blanks, then "sip:" somewhere before the end of the line, as in "sip:user@192.0.2.1".
    const std::size_t end = message.find_first_of("\r\n");
    const std::string_view line = message.substr(0, end);
    const std::size_t method =
        static_cast<std::size_t>(std::ranges::find_if_not(line, is_letter) - line.begin());
    if (method == 0 || method >= line.size() || line[method] != ' ') return {};
    const std::size_t at = find_in_field(line, method, line.size(), "sip:");
    if (at == npos) return {};
    const Span span = content_at(line, at + 4, Content::address_in_uri, family);
    if (span.length == 0) return {};
    return read_location(line, span, family);
}

Place Contacts::next_in_field() const {
    const std::size_t comma = find_in_field(message_, at_, message_.size(), ",");
    if (comma == npos) return {};
    const FieldRow& row = fields[static_cast<std::size_t>(Field::contact)];
    const std::size_t found = find_in_field(message_, comma, message_.size(), row.behind);
    if (found == npos) return {};
    const Span span = content_at(message_, found + row.behind.size(), row.content, family_);
    return {span.length == 0 ? Found::malformed : Found::yes, span};
}

Place Contacts::next_place() {
    while (within_) {
        const Place place = next_in_field();
        if (place.found == Found::yes) return place;
        if (place.found == Found::no) within_ = false;
        at_ = std::max<std::size_t>(at_, place.span.at);
    }
    for (;;) {
        const Place place = find_field(message_, at_, Field::contact, family_);
        if (place.found != Found::malformed) return place;
        at_ = place.span.at;
    }
}

Location Contacts::next() {
    const Place place = next_place();
    if (place.found == Found::no) return {};
    within_ = true;
    const Location location = read_location(message_, place.span, family_);
    at_ = place.span.end();
    return location;
}

std::uint32_t number_at(std::string_view message, Span span) {
    return leading_number(message.substr(span.at)).value_or(Number{}).value;
}

std::uint32_t number_of(std::string_view message, Field field, Family family) {
    const Place place = find_field(message, 0, field, family);
    return place.found == Found::yes ? number_at(message, place.span) : 0;
}

namespace {

// The end of what belongs to one address of several.
std::size_t parameters_end(std::string_view message, std::size_t from) {
    const std::size_t comma = find_in_field(message, from, message.size(), ",");
    return comma == npos ? message.size() : comma;
}

std::size_t value_of(std::string_view message, std::size_t from, std::string_view name) {
    const std::size_t at = find_in_field(message, from, parameters_end(message, from), name);
    return at == npos ? npos : at + name.size();
}

}  // namespace

Place find_parameter(std::string_view message, std::size_t from, std::string_view name) {
    const std::size_t at = value_of(message, from, name);
    if (at == npos) return {};
    const std::size_t limit = parameters_end(message, from);
    const std::size_t semicolon = find_in_field(message, at, limit, ";");
    const std::size_t end = semicolon == npos ? limit : semicolon;
    return {Found::yes, {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end - at)}};
}

NumberParameter find_number(std::string_view message, std::size_t from, std::string_view name) {
    const std::size_t at = value_of(message, from, name);
    if (at == npos) return {};
    const auto number = leading_number(message.substr(at));
    if (!number) return {.found = Found::malformed};
    return {Found::yes,
            {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(number->digits)},
            number->value};
}

Location find_address(std::string_view message, std::size_t from, std::string_view name, Family family,
                      bool bracketed) {
    const std::size_t at = value_of(message, from, name);
    if (at == npos) return {};
    const auto address = leading_address(message.substr(at), family, bracketed);
    if (!address) return {};
    return {Found::yes,
            {static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(address->length)},
            {family, address->address, 0}};
}

}  // namespace gatehouse::helper::sip

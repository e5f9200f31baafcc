#include "rules/value.h"

#include <algorithm>
#include <fmt/format.h>
#include <netdb.h>
#include <vector>

#include "base/text.h"

namespace gatehouse::rules::value {

namespace {

constexpr char small_letter(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool is_plain(char c) {
    return (c >= '0' && c <= '9') || (small_letter(c) >= 'a' && small_letter(c) <= 'z') || c == '_' ||
           c == '-';
}

}  // namespace

void print_quoted(std::string& out, std::string_view text) {
    if (!text.empty() && std::ranges::all_of(text, is_plain)) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\' || c == '\'') out += '\\';
        out += c;
    }
    out += '"';
}

bool same_word(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, small_letter, small_letter);
}

bool begins_with(std::string_view text, std::string_view beginning) {
    return same_word(text.substr(0, beginning.size()), beginning);
}

void list_port(std::string& out, std::uint16_t port, std::string_view protocol, bool numeric) {
    if (!numeric) {
        const std::string proto(protocol);
        servent entry{};
        servent* found = nullptr;
        std::vector<char> room(1024);
        getservbyport_r(std::byteswap(port), proto.c_str(), &entry, room.data(), room.size(), &found);
        if (found != nullptr) {
            out += found->s_name;
            return;
        }
    }
    out += fmt::format("{}", port);
}

void list_ports(std::string& out, std::string_view word, PortRange range, bool inverted,
                std::string_view protocol, bool numeric) {
    if (range == PortRange{0, 65535} && !inverted) return;
    out += fmt::format(" {}{}:{}", word, range.low == range.high ? "" : "s", inverted ? "!" : "");
    list_port(out, range.low, protocol, numeric);
    if (range.low == range.high) return;
    out += ':';
    list_port(out, range.high, protocol, numeric);
}

Result<std::uint32_t> Number::read(Words words, Family) const {
    const auto number = parse_number(words[0], max);
    if (!number || *number < min) {
        return fail(fmt::format("expected a number from {} to {}, got `{}`", min, max, words[0]));
    }
    return static_cast<std::uint32_t>(*number);
}

void Number::print(std::string& out, const type& value, Family) const {
    out += hexadecimal ? fmt::format("0x{:0{}x}", value, digits) : fmt::format("{}", value);
}

Result<Range<std::uint32_t>> NumberRange::read(Words words, Family family) const {
    const std::string_view text = words[0];
    const auto colon = text.find(':');
    type range{.low = 0, .high = max};
    const auto part = [&](std::string_view piece, std::uint32_t& into) -> Result<void> {
        if (piece.empty()) return {};
        const auto number = Number{.max = max}.read(std::span(&piece, 1), family);
        if (!number) return std::unexpected(number.error());
        into = *number;
        return {};
    };
    if (text.empty()) return fail("expected a number or a range, got nothing");
    if (auto low = part(text.substr(0, colon), range.low); !low) return std::unexpected(low.error());
    if (colon == std::string_view::npos) {
        range.high = range.low;
    } else if (auto high = part(text.substr(colon + 1), range.high); !high) {
        return std::unexpected(high.error());
    }
    if (range.low > range.high && !backwards)
        return fail(fmt::format("the range `{}` ends before it begins", text));
    return range;
}

void NumberRange::print(std::string& out, const type& value, Family) const {
    out +=
        value.low == value.high ? fmt::format("{}", value.low) : fmt::format("{}:{}", value.low, value.high);
}

namespace {

Result<std::uint16_t> read_port(std::string_view text, std::string_view protocol) {
    if (const auto number = parse_number(text, 65535)) return static_cast<std::uint16_t>(*number);
    const std::string name(text), proto(protocol);
    servent entry{};
    servent* found = nullptr;
    std::vector<char> room(1024);
    getservbyname_r(name.c_str(), proto.empty() ? nullptr : proto.c_str(), &entry, room.data(), room.size(),
                    &found);
    if (found == nullptr)
        return fail(fmt::format("expected a port (0 to 65535 or a service's name), got `{}`", text));
    return std::byteswap(static_cast<std::uint16_t>(entry.s_port));
}

}  // namespace

Result<PortRange> Ports::read(Words words, Family) const {
    const std::string_view text = words[0];
    const auto colon = text.find(':');
    PortRange range{.low = 0, .high = 65535};
    const auto low = text.substr(0, colon);
    if (!low.empty() || colon == std::string_view::npos) {
        const auto port = read_port(low, protocol);
        if (!port) return std::unexpected(port.error());
        range.low = *port;
    }
    if (colon == std::string_view::npos) {
        range.high = range.low;
    } else if (const auto high = text.substr(colon + 1); !high.empty()) {
        const auto port = read_port(high, protocol);
        if (!port) return std::unexpected(port.error());
        range.high = *port;
    }
    if (range.low > range.high) return fail(fmt::format("the port range `{}` ends before it begins", text));
    return range;
}

void Ports::print(std::string& out, const type& value, Family) const {
    out +=
        value.low == value.high ? fmt::format("{}", value.low) : fmt::format("{}:{}", value.low, value.high);
}

Result<Masked> MaskedNumber::read(Words words, Family) const {
    const std::string_view text = words[0];
    const auto slash = text.find('/');
    const auto value = parse_number(text.substr(0, slash), 0xffffffff);
    Masked masked;
    if (value) masked.value = static_cast<std::uint32_t>(*value);
    std::optional<std::uint64_t> mask = 0xffffffff;
    if (slash != std::string_view::npos) mask = parse_number(text.substr(slash + 1), 0xffffffff);
    if (!value || !mask) return fail(fmt::format("expected a 32-bit value or value/mask, got `{}`", text));
    masked.mask = static_cast<std::uint32_t>(*mask);
    return masked;
}

void MaskedNumber::print(std::string& out, const type& value, Family) const {
    out += fmt::format("{:#x}", value.value);
    if (value.mask != 0xffffffff) out += fmt::format("/{:#x}", value.mask);
}

Result<std::uint32_t> OneOf::read(Words words, Family) const {
    for (const auto& row : names) {
        if (any_case ? same_word(row.name, words[0]) : row.name == words[0]) return row.number;
    }
    if (numbers) {
        if (const auto number = parse_number(words[0], max)) return static_cast<std::uint32_t>(*number);
    }
    std::vector<std::string_view> all;
    for (const auto& row : names) all.push_back(row.name);
    return fail(fmt::format("expected a {}, got `{}`", metavar, words[0]), did_you_mean(words[0], all));
}

void OneOf::print(std::string& out, const type& value, Family) const {
    if (!print_number) {
        for (const auto& row : names) {
            if (row.number == value) {
                out += row.name;
                return;
            }
        }
    }
    out += fmt::format("{}", value);
}

Result<std::string> Word::read(Words words, Family) const {
    if (words[0].empty() || words[0].size() > max)
        return fail(fmt::format("expected 1 to {} characters, got {}", max, words[0].size()));
    return std::string(words[0]);
}

void Word::print(std::string& out, const type& value, Family) const { out += value; }

Result<std::string> Text::read(Words words, Family) const {
    if (words[0].size() > max)
        return fail(fmt::format("expected at most {} characters, got {}", max, words[0].size()));
    return std::string(words[0]);
}

void Text::print(std::string& out, const type& value, Family) const { print_quoted(out, value); }

}  // namespace gatehouse::rules::value

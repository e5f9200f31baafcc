#include "frontend/scenario/fields.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>

#include "base/text.h"

namespace gatehouse::frontend::scenario {

const std::string* Fields::find(std::string_view name) const {
    const auto at = std::ranges::find(all_, name, &Field::name);
    return at == all_.end() ? nullptr : &at->value;
}

std::uint64_t Fields::number(std::string_view name, std::uint64_t otherwise) const {
    const std::string* value = find(name);
    return value == nullptr ? otherwise : parse_number(*value).value_or(otherwise);
}

std::vector<std::uint8_t> Fields::bytes(std::string_view name) const {
    const std::string* value = find(name);
    return value == nullptr ? std::vector<std::uint8_t>{}
                            : from_hex(*value).value_or(std::vector<std::uint8_t>{});
}

void Fields::set(std::string_view name, std::string value) {
    const auto at = std::ranges::find(all_, name, &Field::name);
    if (at != all_.end()) {
        at->value = std::move(value);
    } else {
        all_.push_back({std::string(name), std::move(value)});
    }
}

void Fields::set(std::string_view name, Bytes value) { set(name, to_hex(value)); }

void Fields::remove(std::string_view name) {
    std::erase_if(all_, [&](const Field& field) { return field.name == name; });
}

bool Fields::v4() const {
    const std::string* source = find("src");
    return source == nullptr || source->find(':') == std::string::npos;
}

std::string to_hex(Bytes bytes) {
    std::string text;
    for (const std::uint8_t byte : bytes) text += fmt::format("{:02x}", byte);
    return text;
}

std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text) {
    std::vector<std::uint8_t> bytes;
    int half = -1;
    for (const char c : text) {
        if (half < 0 && (c == ' ' || c == ':')) continue;
        if (std::isxdigit(static_cast<unsigned char>(c)) == 0) return {};
        const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
        if (half < 0) {
            half = digit;
        } else {
            bytes.push_back(static_cast<std::uint8_t>(half * 16 + digit));
            half = -1;
        }
    }
    if (half >= 0) return {};
    return bytes;
}

Result<std::vector<std::string>> cut_line(std::string_view line, std::vector<int>* columns) {
    std::vector<std::string> words;
    if (columns != nullptr) columns->clear();
    std::size_t at = 0;
    while (at < line.size()) {
        if (line[at] == ' ' || line[at] == '\t') {
            ++at;
            continue;
        }
        if (line[at] == '#') break;
        std::size_t end = at;
        if (line[at] == '"' || (line[at] == '<' && at + 1 < line.size() && line[at + 1] != ' ')) {
            const char close = line[at] == '"' ? '"' : '>';
            end = line.find(close, at + 1);
            if (end == std::string_view::npos) return fail(fmt::format("`{}` isn't closed", line.substr(at)));
            ++end;
        } else {
            while (end < line.size() && line[end] != ' ' && line[end] != '\t') ++end;
        }
        words.emplace_back(line.substr(at, end - at));
        if (columns != nullptr) columns->push_back(static_cast<int>(at + 1));
        at = end;
    }
    return words;
}

std::string shown(const Field& field) {
    if (field.name != "payload") return field.value;
    const auto bytes = from_hex(field.value);
    const auto plain = [](std::uint8_t c) {
        return (c >= ' ' && c < 127 && c != '"') || c == '\r' || c == '\n';
    };
    if (!bytes || bytes->empty() || !std::ranges::all_of(*bytes, plain)) return field.value;
    std::string text;
    for (const std::uint8_t byte : *bytes) {
        if (byte == '\\' || byte == '\r' || byte == '\n') text += '\\';
        text += byte == '\r' ? 'r' : byte == '\n' ? 'n' : static_cast<char>(byte);
    }
    return fmt::format("\"{}\"", text);
}

}  // namespace gatehouse::frontend::scenario

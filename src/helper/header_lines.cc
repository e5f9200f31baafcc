#include "helper/header_lines.h"

#include <algorithm>

#include "helper/text.h"

namespace gatehouse::helper {

namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::string_view blanks = " \t\r\n";

}  // namespace

std::optional<std::string_view> head_of(std::string_view text) {
    constexpr std::string_view end = "\r\n\r\n";
    const std::size_t at = text.find(end);
    if (at == npos) return {};
    return text.substr(0, at + end.size());
}

HeaderLines::HeaderLines(std::string_view head) : head_(head) {
    const std::size_t end = head.find('\n');
    at_ = end == npos ? head.size() : end + 1;
}

std::optional<HeaderLines::Field> HeaderLines::next() {
    while (at_ < head_.size()) {
        const std::size_t end = std::min(head_.find('\n', at_), head_.size());
        const std::size_t from = at_;
        const std::string_view line = head_.substr(from, end - from);
        at_ = end + 1;
        const std::size_t colon = line.find(':');
        if (colon == npos) continue;
        std::string_view value = line.substr(colon + 1);
        const std::size_t begin = std::min(value.find_first_not_of(blanks), value.size());
        value.remove_prefix(begin);
        value = value.substr(0, value.find_last_not_of(blanks) + 1);
        return Field{line.substr(0, colon), value, from + colon + 1 + begin};
    }
    return {};
}

std::optional<HeaderLines::Field> find_field(std::string_view head, std::string_view name) {
    for (HeaderLines lines(head);;) {
        const auto field = lines.next();
        if (!field || same_word(field->name, name)) return field;
    }
}

bool same_word(std::string_view a, std::string_view b) { return a.size() == b.size() && begins_with(a, b); }

}  // namespace gatehouse::helper

#include "iptables/words.h"

namespace gatehouse::iptables {

bool WordSplitter::quoted_word(std::string_view line, std::size_t start, std::size_t& at, int first_column) {
    const int column = first_column + static_cast<int>(start);
    const std::size_t open = at++;
    const std::size_t stop = line.find_first_of("\"\\", at);
    if (open == start && stop != std::string_view::npos && line[stop] == '"') {
        words_.push_back({line.substr(at, stop - at), column});
        at = stop + 1;
        return true;
    }
    std::string text(line.substr(start, open - start));
    for (; at < line.size(); ++at) {
        if (line[at] == '"') {
            ++at;
            words_.push_back({unescaped_.emplace_back(std::move(text)), column});
            return true;
        }
        if (line[at] == '\\' && ++at == line.size()) break;
        text += line[at];
    }
    return false;
}

Result<std::span<const Word>> WordSplitter::split(std::string_view line, int first_column) {
    words_.clear();
    unescaped_.clear();
    for (std::size_t at = 0; at < line.size();) {
        if (line[at] == ' ' || line[at] == '\t') {
            ++at;
            continue;
        }
        const std::size_t start = at;
        while (at < line.size() && line[at] != ' ' && line[at] != '\t' && line[at] != '"') ++at;
        if (at == line.size() || line[at] != '"') {
            words_.push_back({line.substr(start, at - start), first_column + static_cast<int>(start)});
        } else if (const std::size_t open = at; !quoted_word(line, start, at, first_column)) {
            return std::unexpected(Error{.what = "the quotation that begins here has no closing `\"`",
                                         .place = {.column = first_column + static_cast<int>(open)}});
        }
    }
    return std::span<const Word>(words_);
}

}  // namespace gatehouse::iptables

#include "rules/value/name_set.h"

#include <fmt/format.h>
#include <vector>

#include "base/text.h"

namespace gatehouse::rules::value {

Result<std::uint32_t> NameSet::read(Words words, Family) const {
    type set = 0;
    for (const auto piece : split(words[0], ',')) {
        const Name* found = nullptr;
        for (const auto& row : names) {
            const bool hit =
                !piece.empty() && (beginning ? begins_with(row.name, piece) : same_word(row.name, piece));
            if (hit && found == nullptr) found = &row;
        }
        if (found == nullptr) {
            std::vector<std::string_view> all;
            for (const auto& row : names) all.push_back(row.name);
            return fail(fmt::format("expected a list of {}s, got `{}` in it", metavar, piece),
                        did_you_mean(piece, all));
        }
        set |= found->number;
    }
    return set;
}

void NameSet::print(std::string& out, std::uint32_t value, char separator) const {
    bool first = true;
    for (const auto& row : names) {
        const bool there = row.number == 0 ? value == 0 : (value & row.number) == row.number;
        if (!there) continue;
        if (!first) out += separator;
        out += row.name;
        first = false;
    }
}

}  // namespace gatehouse::rules::value

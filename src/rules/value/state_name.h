// The name of what has a state of its own: hashlimit's tables, recent's lists. Linux shows each as a file, so
// it is one that a file can have.
#pragma once
#include <fmt/format.h>

#include "rules/value.h"

namespace gatehouse::rules::value {

struct StateName : Word {
    Result<type> read(Words words, Family family) const {
        const std::string_view text = words[0];
        if (text.empty() || text == "." || text == ".." || text.contains('/'))
            return fail(fmt::format("`{}` can't be a name: expected one that a file could have", text));
        return Word::read(words, family);
    }
};

}  // namespace gatehouse::rules::value

// Sets of names as rules write them: "NEW,ESTABLISHED".
#pragma once
#include "rules/value.h"

namespace gatehouse::rules::value {

// The numbers of the names, or'ed together; printed in the table's order. The name of zero, if there is one,
// stands for the empty set. Capital and small letters are alike.
struct NameSet {
    using type = std::uint32_t;
    static constexpr int word_count = 1;
    std::span<const Name> names;
    std::string_view metavar = "name";
    bool beginning = false;  // the beginning of a name will do; the table's first wins
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const { print(out, value, ','); }
    void print(std::string& out, std::uint32_t value, char separator) const;
};

}  // namespace gatehouse::rules::value

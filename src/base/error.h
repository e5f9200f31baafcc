// Errors on control paths: what a person or a tool wrote and we can't take.
//
// The packet path never uses these; it has verdicts and reasons (packet/reason.h).
#pragma once
#include <expected>
#include <string>
#include <utility>

namespace gatehouse {

// A place in a text: file (or "<command line>"), line and column, both from 1; 0 means not known.
struct Place {
    std::string file;
    int line = 0;
    int column = 0;
};

// Says where, what was expected and what came. `hint` is a suggestion ("did you mean `--dport`?").
struct Error {
    std::string what;
    std::string hint = {};
    Place place = {};

    // "rules.v4:12:31: unknown option `--dpotr`; did you mean `--dport`?"
    std::string text() const;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(std::string what, std::string hint = {}) {
    return std::unexpected(Error{.what = std::move(what), .hint = std::move(hint)});
}

}  // namespace gatehouse

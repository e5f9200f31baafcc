// -m comment: words for whoever reads the rule; matches every packet.
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

struct Comment {
    Opt<std::string> comment;
    friend bool operator==(const Comment&, const Comment&) = default;

    static constexpr std::tuple options{
        option<&Comment::comment>("comment", value::Text{.max = 255},
                                  {.help = "words for whoever reads the rule", .required = true}),
    };

    bool test(const Context&) const { return true; }

    void list(std::string& out, Family, bool) const { out += "/* " + *comment + " */"; }
};

}  // namespace

extern constinit const Declaration match_comment =
    declare_match<Comment>({.name = "comment", .help = "words for whoever reads the rule"});

}  // namespace gatehouse::rules

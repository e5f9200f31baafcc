// -m connbytes: how much a connection has carried.
#include <fmt/format.h>

#include "base/text.h"
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

using Range64 = Range<std::uint64_t>;

struct Range64Value {
    using type = Range64;
    static constexpr int word_count = 1;
    static constexpr std::uint64_t most = ~std::uint64_t{0};
    std::string_view metavar = "from[:to]";
    Result<type> read(Words words, Family) const {
        const std::string_view text = words[0];
        const auto colon = text.find(':');
        const auto low_text = text.substr(0, colon);
        const bool has_high = colon != std::string_view::npos && colon + 1 < text.size();
        const auto low =
            low_text.empty() && has_high ? std::optional<std::uint64_t>(0) : parse_number(low_text);
        const auto high =
            has_high ? parse_number(text.substr(colon + 1)) : std::optional<std::uint64_t>(most);
        if (!low || !high || *low > *high)
            return fail(fmt::format("expected a number or a range like 10:20, got `{}`", text));
        return Range64{*low, *high};
    }
    void print(std::string& out, const type& value, Family) const {
        out += fmt::format("{}", value.low);
        if (value.high != 0 && value.high != most) out += fmt::format(":{}", value.high);
    }
};

constexpr value::Name modes[] = {{"packets", 0}, {"bytes", 1}, {"avgpkt", 2}};
constexpr value::OneOf mode_name{.names = modes, .metavar = "mode"};
constexpr value::Name directions[] = {{"original", 0}, {"reply", 1}, {"both", 2}};
constexpr value::OneOf direction_name{.names = directions, .metavar = "direction"};

struct Connbytes {
    Opt<Range64> range;
    Opt<std::uint32_t> mode, direction;
    friend bool operator==(const Connbytes&, const Connbytes&) = default;

    static constexpr std::tuple options{
        option<&Connbytes::range>(
            "connbytes", Range64Value{},
            {.help = "it has carried an amount in the range", .invertible = true, .required = true}),
        option<&Connbytes::mode>(
            "connbytes-mode", mode_name,
            {.help = "packets, bytes, or avgpkt: bytes in a packet on average", .required = true}),
        option<&Connbytes::direction>(
            "connbytes-dir", direction_name,
            {.help = "counted in this direction: original, reply or both", .required = true}),
    };

    void list(std::string& out, Family family, bool) const {
        out += range.inverted ? "! connbytes " : "connbytes ";
        Range64Value{}.print(out, *range, family);
        out += " connbytes mode ";
        mode_name.print(out, *mode, family);
        out += " connbytes direction ";
        direction_name.print(out, *direction, family);
    }
};

}  // namespace

extern constinit const Declaration match_connbytes =
    declare_match<Connbytes>({.name = "connbytes",
                              .help = "how much a connection has carried",
                              .reads = reads_connection,
                              .need = Need::tracking});

}  // namespace gatehouse::rules

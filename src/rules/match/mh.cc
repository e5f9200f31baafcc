// ip6tables -m mh: the type of a Mobile IPv6 message (RFC 6275, 6.1).
#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "rules/declaration.h"
#include "wire/protocol.h"

namespace gatehouse::rules {

namespace {

constexpr std::size_t header_length = 6;

struct TypeName {
    std::string_view name, short_name;
};
constexpr TypeName type_names[] = {
    {"binding-refresh-request", "brr"},
    {"home-test-init", "hoti"},
    {"careof-test-init", "coti"},
    {"home-test", "hot"},
    {"careof-test", "cot"},
    {"binding-update", "bu"},
    {"binding-acknowledgement", "ba"},
    {"binding-error", "be"},
};

// A type or a range of them, by number or name; printed as numbers.
struct TypesValue {
    using type = Range<std::uint32_t>;
    static constexpr int word_count = 1;
    static constexpr std::uint32_t most = 255;
    std::string_view metavar = "type[:type]";

    static Result<std::uint32_t> one(std::string_view text) {
        if (const auto number = parse_number(text, most)) return static_cast<std::uint32_t>(*number);
        const auto* const found = std::ranges::find_if(type_names, [&](const TypeName& t) {
            return value::same_word(t.name, text) || value::same_word(t.short_name, text);
        });
        if (found == std::end(type_names))
            return fail(fmt::format("expected a type of message (0 to 255, or a name), got `{}`", text));
        return static_cast<std::uint32_t>(found - type_names);
    }
    Result<type> read(Words words, Family) const {
        const std::string_view text = words[0];
        const auto colon = text.find(':');
        const auto low_text = text.substr(0, colon);
        const auto low =
            colon != std::string_view::npos && low_text.empty() ? Result<std::uint32_t>(0u) : one(low_text);
        if (!low) return std::unexpected(low.error());
        if (colon == std::string_view::npos) return type{*low, *low};
        const auto high_text = text.substr(colon + 1);
        const auto high = high_text.empty() ? Result<std::uint32_t>(most) : one(high_text);
        if (!high) return std::unexpected(high.error());
        if (*low > *high) return fail(fmt::format("the range `{}` ends before it begins", text));
        return type{*low, *high};
    }
    void print(std::string& out, const type& types, Family) const { print(out, types, true); }
    static void print(std::string& out, const type& types, bool numeric) {
        const auto word = [&](std::uint32_t number) {
            return numeric || number >= std::size(type_names) ? fmt::format("{}", number)
                                                              : std::string(type_names[number].name);
        };
        out += word(types.low);
        if (types.low != types.high) out += ":" + word(types.high);
    }
};

constexpr Range<std::uint32_t> all_types{0, TypesValue::most};

struct Mh {
    Opt<Range<std::uint32_t>> types;
    friend bool operator==(const Mh&, const Mh&) = default;

    static constexpr std::tuple options{
        option<&Mh::types>("mh-type", TypesValue{},
                           {.help = "the message is of a type in the range", .invertible = true},
                           [](const auto& mh) { return *mh.types == all_types; }),
    };

    // What claims to hold more than the message is dropped.
    MatchResult test(const Context& context) const {
        if (context.packet.flat.fragment_offset != 0) return MatchResult::no;
        const Bytes header = context.packet.transport();
        if (header.size() < header_length || header[0] != wire::protocol::none) return MatchResult::hotdrop;
        return types.passes(types->contains(header[2])) ? MatchResult::yes : MatchResult::no;
    }

    void list(std::string& out, Family, bool numeric) const {
        out += "mh";
        if (!types || (*types == all_types && !types.inverted)) return;
        out += types.inverted ? " !" : " ";
        TypesValue::print(out, *types, numeric);
    }
};

constexpr std::uint8_t protocols[] = {wire::protocol::mobility};

}  // namespace

extern constinit const Declaration match_mh = declare_match<Mh>({.name = "mh",
                                                                 .families = v6_only,
                                                                 .protocols = protocols,
                                                                 .help = "the type of a Mobile IPv6 message",
                                                                 .reads = reads_payload});

}  // namespace gatehouse::rules

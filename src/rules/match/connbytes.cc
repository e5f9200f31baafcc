// -m connbytes: how much a connection has carried.
#include <fmt/format.h>

#include "base/text.h"
#include "rules/declaration.h"
#include "rules/seen.h"

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

enum Mode : std::uint32_t { packets, bytes, average };
constexpr value::Name modes[] = {{"packets", packets}, {"bytes", bytes}, {"avgpkt", average}};
constexpr value::OneOf mode_name{.names = modes, .metavar = "mode"};
enum Way : std::uint32_t { original, reply, both };
constexpr value::Name directions[] = {{"original", original}, {"reply", reply}, {"both", both}};
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

    // Linux turns a range around by exchanging its ends: a range of one number can't be.
    Result<void> check(const Facts&) {
        if (range->low == range->high) range.inverted = false;
        return {};
    }

    bool test(const Context& context) const {
        const auto at = seen(context);
        if (!at.is_connection()) return false;
        const std::uint64_t amount = amount_of(*at.entry);
        return range.passes(range->low <= amount && amount <= range->high);
    }

    void list(std::string& out, Family family, bool) const {
        out += range.inverted ? "! connbytes " : "connbytes ";
        Range64Value{}.print(out, *range, family);
        out += " connbytes mode ";
        mode_name.print(out, *mode, family);
        out += " connbytes direction ";
        direction_name.print(out, *direction, family);
    }

  private:
    std::uint64_t amount_of(const track::Entry& entry) const {
        std::uint64_t packets_seen = 0, bytes_seen = 0;
        for (const auto d : {track::Direction::original, track::Direction::reply}) {
            if (*direction != both && *direction != track::index(d)) continue;
            packets_seen += entry.packets(d);
            bytes_seen += entry.bytes(d);
        }
        switch (*mode) {
            case packets: return packets_seen;
            case bytes: return bytes_seen;
            default: return packets_seen == 0 ? 0 : bytes_seen / packets_seen;
        }
    }
};

}  // namespace

extern constinit const Declaration match_connbytes =
    declare_match<Connbytes>({.name = "connbytes",
                              .help = "how much a connection has carried",
                              .reads = reads_connection,
                              .need = Need::tracking});

}  // namespace gatehouse::rules

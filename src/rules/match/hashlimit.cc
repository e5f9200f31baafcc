// -m hashlimit: a token bucket for each address, port, or combination of them.
//
// Rates, bursts and expiry are kept, defaulted and printed as iptables' third revision does.
#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"
#include "rules/declaration.h"
#include "rules/hashlimit_table.h"
#include "rules/named_states.h"
#include "rules/value/address.h"
#include "rules/value/name_set.h"
#include "rules/value/rate.h"
#include "rules/value/state_name.h"
#include "wire/protocol.h"

namespace gatehouse::rules {

namespace {

constexpr value::RateValue packet_rate{.scale = 1'000'000};
constexpr std::uint32_t default_burst = 5, most_burst = 1'000'000;
constexpr std::uint32_t byte_shift = 4;  // bytes are counted in sixteens
constexpr std::uint32_t byte_expiry = 15'000, byte_burst_expiry = 60'000;
constexpr std::uint32_t default_interval = 1'000;  // of garbage collection, in milliseconds

constexpr std::uint64_t factor(char suffix) { return suffix == 'm' ? 1024 * 1024 : suffix == 'k' ? 1024 : 1; }

// What so many bytes a second cost of the 2^32 credits of a second, and back.
constexpr std::uint64_t bytes_to_cost(std::uint64_t bytes) {
    return 0xffffffff / (std::uint64_t{static_cast<std::uint32_t>(bytes >> byte_shift)} + 1);
}
constexpr std::uint64_t cost_to_bytes(std::uint64_t cost) {
    return ((cost != 0 ? 0xffffffff / cost : 0xffffffff) - 1) << byte_shift;
}

struct Rate {
    std::uint64_t average = 0;  // packets: the period in microseconds; bytes: the cost
    std::uint32_t seconds = 1;  // of the unit that it was written in
    bool bytes = false;
    friend constexpr bool operator==(const Rate&, const Rate&) = default;
};

// "10/sec", "400kb/s".
struct HashRate {
    using type = Rate;
    static constexpr int word_count = 1;
    std::string_view metavar = "rate";
    Result<type> read(Words words, Family family) const {
        const std::string_view text = words[0];
        if (text.ends_with("b/s")) return read_bytes(text.substr(0, text.size() - 3));
        const auto period = packet_rate.read(words, family);
        if (!period) return std::unexpected(period.error());
        Rate rate{.average = *period};
        if (const auto slash = text.find('/'); slash != std::string_view::npos) {
            const auto unit = text.substr(slash + 1);
            rate.seconds = value::begins_with("second", unit)   ? 1
                           : value::begins_with("minute", unit) ? 60
                           : value::begins_with("hour", unit)   ? 3'600
                                                                : 86'400;
        }
        return rate;
    }
    static Result<type> read_bytes(std::string_view text) {
        const char suffix = text.empty() ? ' ' : text.back();
        const std::uint64_t scale = factor(suffix);
        const auto digits = scale == 1 ? text : text.substr(0, text.size() - 1);
        const auto number = parse_number(digits, ~std::uint64_t{0} / scale);
        if (!number || *number == 0)
            return fail(fmt::format("expected a rate like 4000b/s, 400kb/s or 10mb/s, got `{}b/s`", text));
        const std::uint64_t cost = bytes_to_cost(*number * scale);
        if (cost == 0) return fail(fmt::format("the rate `{}b/s` is too high", text));
        return Rate{.average = cost, .seconds = byte_expiry / 1000, .bytes = true};
    }
    // By save(), which knows what else there is to say.
    void print(std::string&, const type&, Family) const {}
};

// Packets, or bytes with a suffix: "400kb".
struct BurstValue {
    using type = std::uint64_t;
    static constexpr int word_count = 1;
    std::string_view metavar = "count";
    Result<type> read(Words words, Family) const {
        std::string_view digits = words[0];
        const bool has_unit = digits.ends_with('b');
        if (has_unit) digits.remove_suffix(1);
        const std::uint64_t scale = digits.empty() ? 1 : factor(digits.back());
        if (scale != 1) digits.remove_suffix(1);
        const bool scaled = has_unit || scale != 1;
        const auto number = parse_number(digits, ~std::uint64_t{0} / scale);
        if (!number || *number == 0 || (!scaled && *number > most_burst))
            return fail(fmt::format("expected a burst from 1 to {}, or bytes like 400kb, got `{}`",
                                    most_burst, words[0]));
        return *number * scale;
    }
    void print(std::string&, const type&, Family) const {}
};

enum Mode : std::uint32_t {
    source_address = 1,
    source_port = 2,
    destination_address = 4,
    destination_port = 8
};
constexpr value::Name modes[] = {{"srcip", source_address},
                                 {"srcport", source_port},
                                 {"dstip", destination_address},
                                 {"dstport", destination_port}};
constexpr value::NameSet mode_set{.names = modes, .metavar = "mode"};

struct Hashlimit {
    Opt<Rate> upto, above;
    Opt<std::uint64_t> burst;
    Opt<std::uint32_t> mode;
    Opt<std::string> name;
    Opt<std::uint32_t> size, most, interval, expire;
    Opt<std::uint32_t> source_length, destination_length;
    Flag rate_match;
    Opt<std::uint32_t> rate_interval;
    // Derived by check().
    Rate rate;
    bool over = false;
    bool scaled = false;  // the burst is in multiples of the rate; check() may be asked more than once
    friend bool operator==(const Hashlimit&, const Hashlimit&) = default;

    static constexpr std::tuple options{
        option<&Hashlimit::upto>("hashlimit-upto", HashRate{},
                                 {.alias = "hashlimit",
                                  .help = "the rate is at most this: 10/sec, 3/min, or in bytes 400kb/s",
                                  .invertible = true,
                                  .group = 1}),
        option<&Hashlimit::above>("hashlimit-above", HashRate{},
                                  {.help = "the rate is higher", .invertible = true, .group = 1}),
        option<&Hashlimit::burst>("hashlimit-burst", BurstValue{},
                                  {.help = "so many at once; 5 if not given"}),
        option<&Hashlimit::mode>("hashlimit-mode", mode_set,
                                 {.help = "what has a bucket: a list of srcip, srcport, dstip, dstport"}),
        option<&Hashlimit::name>("hashlimit-name", value::StateName{{.max = 254}},
                                 {.help = "the table's name", .required = true}),
        option<&Hashlimit::size>("hashlimit-htable-size", value::Number{.metavar = "buckets"},
                                 {.help = "the table's size"}),
        option<&Hashlimit::most>("hashlimit-htable-max", value::Number{.metavar = "entries"},
                                 {.help = "entries at most"}),
        option<&Hashlimit::interval>("hashlimit-htable-gcinterval",
                                     value::Number{.min = 1, .metavar = "milliseconds"},
                                     {.help = "how often idle entries are looked for"}),
        option<&Hashlimit::expire>("hashlimit-htable-expire",
                                   value::Number{.min = 1, .metavar = "milliseconds"},
                                   {.help = "when an idle entry goes"}),
        option<&Hashlimit::source_length>("hashlimit-srcmask", value::LengthValue{},
                                          {.help = "source networks of this length share a bucket"}),
        option<&Hashlimit::destination_length>(
            "hashlimit-dstmask", value::LengthValue{},
            {.help = "destination networks of this length share a bucket"}),
        flag<&Hashlimit::rate_match>("hashlimit-rate-match", {.help = "tell the rate, limit nothing"}),
        option<&Hashlimit::rate_interval>("hashlimit-rate-interval",
                                          value::Number{.min = 1, .max = 0x7fffffff, .metavar = "seconds"},
                                          {.help = "over which the rate is told"}),
    };

    Result<void> check(const Facts& facts) {
        over = above ? !above.inverted : upto.inverted;
        rate = above ? *above : *upto;
        std::uint32_t expiry = rate.seconds * 1000;
        if (rate.bytes) {
            // The burst is kept in multiples of the rate.
            if (burst && !scaled) {
                const std::uint64_t unit = cost_to_bytes(rate.average);
                if (*burst < unit || unit == 0)
                    return fail(fmt::format("a burst can't be smaller than {} bytes at this rate", unit));
                burst.value = (*burst + unit - 1) / unit;
                scaled = true;
                expiry = byte_burst_expiry;
            }
        } else {
            if (!burst) burst = {.value = default_burst, .set = true};
            if (*burst > most_burst)
                return fail(fmt::format("a burst can be {} packets at most", most_burst));
        }
        if (!expire) expire = {.value = expiry, .set = true};
        if (rate_match) {
            if (!rate.bytes) rate.average /= rate.seconds;
            if (!rate_interval) rate_interval = {.value = rate.bytes ? 1 : rate.seconds, .set = true};
        }
        if (!rate.bytes && rate.average == 0)
            return fail("the rate is too fast to be told over its interval");
        if (!rate.bytes &&
            HashlimitTable::credits(rate.average * *burst) < HashlimitTable::credits(rate.average))
            return fail(fmt::format("a burst of {} is too much at this rate; try a lower one", *burst));
        for (auto* const count : {&size, &most})
            count->value = std::min(**count, HashlimitTable::most_entries);
        if (!source_length) source_length = {.value = address_bits(facts.family), .set = true};
        if (!destination_length) destination_length = {.value = address_bits(facts.family), .set = true};
        return {};
    }

    // The table works on the terms of the first rule that named it.
    using State = HashlimitTable;
    static constexpr std::string_view kind = "hashlimit";
    std::shared_ptr<HashlimitTable> share(NamedStates& named) const {
        return named.find_or_make<HashlimitTable>(kind, *name,
                                                  [&] { return std::make_shared<HashlimitTable>(terms()); });
    }

    Result<void> fits(const NamedStates& named) const {
        const auto table = named.find<HashlimitTable>(kind, *name);
        if (table == nullptr || table->terms().tells_rate == rate_match.set) return {};
        return fail(fmt::format("the table `{}` is one of rules {} `--hashlimit-rate-match`", *name,
                                rate_match ? "without" : "with"));
    }

    MatchResult test(HashlimitTable& table, const Context& context) const {
        HashlimitTable::Key key{.family = context.family()};
        if (!read_key(context.packet, table.terms(), key)) return MatchResult::hotdrop;
        const auto now = context.services.now.since_epoch / (second / HashlimitTable::ticks_per_second);
        const auto answer = table.ask(key, context.packet.flat.l3_length, rate.bytes, rate_match.set, now,
                                      *context.services.random);
        if (answer == HashlimitTable::Answer::full) return MatchResult::hotdrop;
        return (answer == HashlimitTable::Answer::over) == over ? MatchResult::yes : MatchResult::no;
    }

    HashlimitTerms terms() const {
        return {.mode = *mode,
                .source_length = *source_length,
                .destination_length = *destination_length,
                .average = rate.average,
                .burst = *burst,
                .bytes = rate.bytes,
                .tells_rate = rate_match.set,
                .rate_interval = rate_interval ? *rate_interval : 1,
                .buckets = *size,
                .most = *most,
                .sweep_interval = interval ? *interval : default_interval,
                .expiry = *expire};
    }

    // False when the packet ends before its ports, or where they would be can't be told.
    static bool read_key(const Packet& packet, const HashlimitTerms& terms, HashlimitTable::Key& key) {
        const Flat& flat = packet.flat;
        if ((terms.mode & source_address) != 0) key.source = flat.source & prefix_mask(terms.source_length);
        if ((terms.mode & destination_address) != 0)
            key.destination = flat.destination & prefix_mask(terms.destination_length);
        if ((terms.mode & (source_port | destination_port)) == 0) return true;
        const bool v6 = !is_v4(flat.family);
        // Linux reads a later IPv4 fragment's data for ports, of IPv6's nothing.
        if (v6 && flat.fragment_offset != 0) return true;
        if (v6 && (flat.extensions_broken() || flat.protocol == wire::protocol::none)) return false;
        const auto at = ports_at(flat.protocol);
        if (!at) return true;
        const Bytes transport = packet.transport();
        if (transport.size() < *at + 4) return false;
        if ((terms.mode & source_port) != 0) key.ends.source = load_be16(&transport[*at]);
        if ((terms.mode & destination_port) != 0) key.ends.destination = load_be16(&transport[*at + 2]);
        return true;
    }
    // ESP's and AH's index counts for ports, as in Linux (proto_ports_offset).
    static std::optional<std::size_t> ports_at(std::uint8_t number) {
        namespace protocol = wire::protocol;
        switch (number) {
            case protocol::tcp:
            case protocol::udp:
            case protocol::udplite:
            case protocol::sctp:
            case protocol::dccp:
            case protocol::esp: return 0;
            case protocol::ah: return 4;
            default: return {};
        }
    }

    // Prints rate and burst; gives the expiry, in milliseconds, that goes without saying. `listed`: as
    // `iptables -L` shows it, over the whole interval.
    std::uint32_t print_rate(std::string& out, bool listed) const {
        const std::string_view burst_word = listed ? " burst" : " --hashlimit-burst";
        if (!rate.bytes) {
            const std::uint64_t period = rate.average * (listed && rate_interval ? *rate_interval : 1);
            std::string text;
            packet_rate.print(text, period, Family::ipv4);
            out += fmt::format(" {}{} {}", text, burst_word, *burst);
            return text.ends_with("day")    ? 86'400'000
                   : text.ends_with("hour") ? 3'600'000
                   : text.ends_with("min")  ? 60'000
                                            : 1'000;
        }
        const std::uint64_t bytes = cost_to_bytes(rate.average);
        const auto whole = [&](std::uint64_t unit) {
            return bytes >= unit && bytes_to_cost(bytes & ~(unit - 1)) == rate.average;
        };
        print_bytes(out, bytes, whole(factor('m')) ? 'm' : whole(factor('k')) ? 'k' : ' ');
        out += "/s";
        if (!burst || *burst == 0) return byte_expiry;
        const std::uint64_t total = bytes * *burst;
        out += burst_word;
        print_bytes(out, total, total >= factor('m') ? 'm' : total >= factor('k') ? 'k' : ' ');
        return byte_burst_expiry;
    }
    static void print_bytes(std::string& out, std::uint64_t bytes, char suffix) {
        out += fmt::format(" {}", bytes / factor(suffix));
        if (suffix != ' ') out += suffix;
        out += 'b';
    }

    void save(std::string& out, Family family) const { print(out, family, false); }
    void list(std::string& out, Family family, bool) const { print(out, family, true); }

    void print(std::string& out, Family family, bool listed) const {
        const std::string_view dash = listed ? " " : " --hashlimit-";
        if (listed) {
            out += over ? "limit: above" : "limit: up to";
        } else {
            out += over ? " --hashlimit-above" : " --hashlimit-upto";
        }
        const std::uint32_t plain_expiry = print_rate(out, listed);
        const auto number = [&](std::string_view word, const Opt<std::uint32_t>& n, std::uint32_t plain) {
            if (n && *n != plain) out += fmt::format("{}{} {}", dash, word, *n);
        };
        if (mode && *mode != 0) {
            out += fmt::format("{}mode ", dash);
            mode_set.print(out, *mode, listed ? '-' : ',');
        }
        if (!listed) out += fmt::format(" --hashlimit-name {}", *name);
        number("htable-size", size, 0);
        number("htable-max", most, 0);
        number("htable-gcinterval", interval, default_interval);
        number("htable-expire", expire, plain_expiry);
        number("srcmask", source_length, address_bits(family));
        number("dstmask", destination_length, address_bits(family));
        if (!rate_match) return;
        out += fmt::format("{}rate-match", dash);
        number("rate-interval", rate_interval, 1);
    }
};

}  // namespace

extern constinit const Declaration match_hashlimit =
    declare_match<Hashlimit>({.name = "hashlimit",
                              .help = "a token bucket for each address, port, or combination of them",
                              .reads = reads_tuple | reads_time | reads_shared_state,
                              .does = does_consume,
                              .state = StateKind::shared,
                              .required_groups = 1});

}  // namespace gatehouse::rules

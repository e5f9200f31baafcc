// -m sctp: ports and chunks of an SCTP packet (RFC 9260).
#include <algorithm>
#include <bitset>
#include <cctype>
#include <fmt/format.h>

#include "base/text.h"
#include "rules/declaration.h"
#include "rules/match/ports.h"
#include "rules/packed.h"
#include "wire/protocol.h"

namespace gatehouse::rules {

namespace {

constexpr std::size_t header_length = 12, chunk_header = 4;

// A chunk's name and the letters of its flags, from the highest bit to the lowest.
struct ChunkName {
    std::string_view name;
    std::uint8_t number;
    std::string_view flags = "--------";
};
constexpr ChunkName chunk_names[] = {
    {"DATA", 0, "----IUBE"},
    {"INIT", 1},
    {"INIT_ACK", 2},
    {"SACK", 3},
    {"HEARTBEAT", 4},
    {"HEARTBEAT_ACK", 5},
    {"ABORT", 6, "-------T"},
    {"SHUTDOWN", 7},
    {"SHUTDOWN_ACK", 8},
    {"ERROR", 9},
    {"COOKIE_ECHO", 10},
    {"COOKIE_ACK", 11},
    {"ECN_ECNE", 12},
    {"ECN_CWR", 13},
    {"SHUTDOWN_COMPLETE", 14, "-------T"},
    {"I_DATA", 64, "----IUBE"},
    {"RE_CONFIG", 130},
    {"PAD", 132},
    {"ASCONF", 193},
    {"ASCONF_ACK", 128},
    {"FORWARD_TSN", 192},
    {"I_FORWARD_TSN", 194},
};

enum class Extent : std::uint8_t { any, all, only };
constexpr value::Name extents[] = {{"any", 0}, {"all", 1}, {"only", 2}};

// The flags that a chunk of one type must have: of those looked at just those set.
struct ChunkFlags {
    std::uint8_t chunk = 0, looked_at = 0, set = 0;
    friend constexpr bool operator==(const ChunkFlags&, const ChunkFlags&) = default;
};

struct Chunks {
    static constexpr std::size_t most_flags = 4;
    Extent extent{};
    std::bitset<256> types;
    std::array<ChunkFlags, most_flags> flags{};
    std::uint8_t flag_count = 0;
    friend bool operator==(const Chunks&, const Chunks&) = default;

    bool suits(std::uint8_t type, std::uint8_t bits) const {
        for (const auto& f : std::span(flags).first(flag_count)) {
            if (f.chunk == type) return (bits & f.looked_at) == f.set;
        }
        return true;
    }
};

struct ChunksValue {
    using type = Chunks;
    static constexpr int word_count = 2;
    std::string_view metavar = "any|all|only chunks";

    Result<type> read(Words words, Family family) const {
        Chunks chunks;
        const auto extent =
            value::OneOf{.names = extents, .metavar = "any, all or only", .any_case = true}.read(
                words.first(1), family);
        if (!extent) return std::unexpected(extent.error());
        chunks.extent = static_cast<Extent>(*extent);
        if (value::same_word(words[1], "ALL")) chunks.types.set();
        if (value::same_word(words[1], "ALL") || value::same_word(words[1], "NONE")) return chunks;
        for (const auto piece : split(words[1], ',')) {
            if (auto added = add(chunks, piece); !added) return std::unexpected(added.error());
        }
        return chunks;
    }

    static Result<void> add(Chunks& chunks, std::string_view piece) {
        const auto colon = piece.find(':');
        const auto name = piece.substr(0, colon);
        const auto* const found = std::ranges::find_if(
            chunk_names, [&](const ChunkName& c) { return value::same_word(c.name, name); });
        if (found == std::end(chunk_names))
            return fail(fmt::format("expected the name of an SCTP chunk, got `{}`", name));
        chunks.types.set(found->number);
        if (colon == std::string_view::npos) return {};
        ChunkFlags flags{.chunk = found->number};
        for (const char letter : piece.substr(colon + 1)) {
            const bool set = std::isupper(static_cast<unsigned char>(letter)) != 0;
            const auto at =
                found->flags.find(static_cast<char>(std::toupper(static_cast<unsigned char>(letter))));
            if (letter == '-' || at == std::string_view::npos)
                return fail(fmt::format("{} has no flag `{}`", found->name, letter));
            const auto bit = static_cast<std::uint8_t>(0x80u >> at);
            flags.looked_at |= bit;
            if (set) flags.set |= bit;
        }
        if (chunks.flag_count == Chunks::most_flags)
            return fail(fmt::format("flags can be asked of {} chunks at most", Chunks::most_flags));
        chunks.flags[chunks.flag_count++] = flags;
        return {};
    }

    void print(std::string& out, const type& chunks, Family) const { print(out, chunks, false); }
    static void print(std::string& out, const Chunks& chunks, bool numeric) {
        out += extents[static_cast<std::size_t>(chunks.extent)].name;
        out += ' ';
        if (chunks.types.none()) {
            out += "NONE";
        } else if (chunks.types.all()) {
            out += "ALL";
        } else {
            print_types(out, chunks, numeric);
        }
    }
    static void print_types(std::string& out, const Chunks& chunks, bool numeric) {
        bool first = true;
        for (unsigned number = 0; number < chunks.types.size(); ++number) {
            if (!chunks.types[number]) continue;
            if (!first) out += ',';
            first = false;
            const auto* const known = std::ranges::find(chunk_names, number, &ChunkName::number);
            out += numeric ? fmt::format("0x{:04X}", number) : std::string(known->name);
            for (const auto& f : std::span(chunks.flags).first(chunks.flag_count)) {
                if (f.chunk == number) print_flags(out, f, known->flags);
            }
        }
    }
    static void print_flags(std::string& out, const ChunkFlags& flags, std::string_view letters) {
        out += ':';
        for (unsigned i = 0; i < 8; ++i) {
            const unsigned bit = 0x80u >> i;
            if ((flags.looked_at & bit) == 0) continue;
            const auto letter = static_cast<unsigned char>(letters[i]);
            out += (flags.set & bit) != 0 ? letters[i] : static_cast<char>(std::tolower(letter));
        }
    }
};

struct Sctp {
    Opt<PortRange> sport, dport;
    Opt<Chunks> chunks;
    friend bool operator==(const Sctp&, const Sctp&) = default;

    static constexpr std::tuple options{
        source_ports<&Sctp::sport, NeverHide>("sctp"),
        destination_ports<&Sctp::dport, NeverHide>("sctp"),
        option<&Sctp::chunks>(
            "chunk-types", ChunksValue{},
            {.help =
                 "it has some of these chunks, all of them, or no others; NAME:FLAGS asks for their flags, "
                 "too: a capital letter for one that is set",
             .invertible = true}),
    };

    void pack(Packed& packed) const {
        if (sport && !sport.inverted) packed.sport = *sport;
        if (dport && !dport.inverted) packed.dport = *dport;
    }

    MatchResult test(const Context& context) const {
        const Flat& flat = context.packet.flat;
        if (flat.fragment_offset != 0) return MatchResult::no;
        const Bytes packet = context.packet.transport();
        if (packet.size() < header_length) return MatchResult::hotdrop;
        if (!sport.passes(sport->contains(load_be16(&packet[0]))) ||
            !dport.passes(dport->contains(load_be16(&packet[2]))))
            return MatchResult::no;
        if (!chunks) return MatchResult::yes;
        const MatchResult found = look_at_chunks(packet);
        if (found == MatchResult::hotdrop) return found;
        return chunks.passes(found == MatchResult::yes) ? MatchResult::yes : MatchResult::no;
    }

    MatchResult look_at_chunks(Bytes packet) const {
        std::bitset<256> missing = chunks->types;
        std::size_t at = header_length;
        do {
            if (at + chunk_header > packet.size()) return MatchResult::hotdrop;
            const std::uint8_t type = packet[at], bits = packet[at + 1];
            const std::uint16_t length = load_be16(&packet[at + 2]);
            if (length == 0) return MatchResult::hotdrop;
            at += (length + 3u) & ~3u;
            const bool meant = chunks->types[type] && chunks->suits(type, bits);
            if (meant && chunks->extent == Extent::any) return MatchResult::yes;
            if (!meant && chunks->extent == Extent::only) return MatchResult::no;
            if (meant) missing.reset(type);
        } while (at < packet.size());
        switch (chunks->extent) {
            case Extent::any: return MatchResult::no;
            case Extent::all: return missing.none() ? MatchResult::yes : MatchResult::no;
            case Extent::only: return MatchResult::yes;
        }
        return MatchResult::no;
    }

    void list(std::string& out, Family, bool numeric) const {
        out += "sctp";
        if (sport) value::list_ports(out, "spt", *sport, sport.inverted, "sctp", numeric);
        if (dport) value::list_ports(out, "dpt", *dport, dport.inverted, "sctp", numeric);
        if (!chunks) return;
        out += chunks.inverted ? " ! " : " ";
        ChunksValue::print(out, *chunks, numeric);
    }
};

constexpr std::uint8_t protocols[] = {wire::protocol::sctp};

}  // namespace

extern constinit const Declaration match_sctp =
    declare_match<Sctp>({.name = "sctp",
                         .protocols = protocols,
                         .help = "ports and chunks of an SCTP packet",
                         .reads = reads_tuple | reads_payload});

}  // namespace gatehouse::rules

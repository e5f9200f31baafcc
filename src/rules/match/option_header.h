// The hop-by-hop and the destination options header, which two matches ask the same of.
#pragma once
#include <array>

#include "base/text.h"
#include "rules/match/extension_header.h"

namespace gatehouse::rules {

// An option by its type, and by its length if that matters.
struct OptionSpec {
    static constexpr std::uint8_t any_length = 255;
    std::uint8_t type = 0, length = any_length;
    friend constexpr bool operator==(const OptionSpec&, const OptionSpec&) = default;
};

struct OptionList {
    std::array<OptionSpec, 16> all{};
    std::uint8_t count = 0;
    friend constexpr bool operator==(const OptionList&, const OptionList&) = default;
};

struct OptionListValue {
    using type = OptionList;
    static constexpr int word_count = 1;
    std::string_view metavar = "type[:length][,...]";
    Result<type> read(Words words, Family) const {
        OptionList list;
        for (const auto piece : split(words[0], ',')) {
            const auto colon = piece.find(':');
            const auto kind = parse_number(piece.substr(0, colon), 255);
            const auto length = colon == std::string_view::npos
                                    ? std::optional<std::uint64_t>(OptionSpec::any_length)
                                    : parse_number(piece.substr(colon + 1), 255);
            if (!kind || !length)
                return fail(fmt::format("expected an option's type, or type:length, got `{}`", piece));
            if (list.count == list.all.size())
                return fail(fmt::format("too many options: {} at most", list.all.size()));
            list.all[list.count++] = {static_cast<std::uint8_t>(*kind), static_cast<std::uint8_t>(*length)};
        }
        return list;
    }
    void print(std::string& out, const type& list, Family) const {
        for (unsigned i = 0; i < list.count; ++i) {
            const auto [kind, length] = list.all[i];
            out += fmt::format("{}{}", i == 0 ? "" : ",", kind);
            if (length != OptionSpec::any_length) out += fmt::format(":{}", length);
        }
    }
};

// Linux's walk (ip6t_hbh.c): the header's options one by one are those of the list, from the first on.
// `rest`: the packet from the header on, which says that it has `length` bytes.
inline bool holds_options(Bytes rest, std::size_t length, const OptionList& wanted) {
    std::size_t at = 2;
    length -= 2;
    for (unsigned i = 0; i < wanted.count; ++i) {
        const auto [kind, wanted_length] = wanted.all[i];
        if (length < 1 || at >= rest.size() || rest[at] != kind) return false;
        std::size_t size = 1;
        if (kind != 0) {
            if (length < 2 || at + 1 >= rest.size()) return false;
            if (wanted_length != OptionSpec::any_length && wanted_length != rest[at + 1]) return false;
            size = rest[at + 1] + 2u;
        }
        const bool beyond = at + size > rest.size() || length < size;
        if (beyond && i + 1u < wanted.count) return false;
        at += size;
        length -= size;
    }
    return true;
}

// The match, under the names and for the header of `Header`: name, length_option, list_option, protocol.
template <class Header>
struct OptionHeader {
    Opt<std::uint32_t> length;
    Opt<OptionList> list_of_options;
    friend bool operator==(const OptionHeader&, const OptionHeader&) = default;

    static constexpr std::tuple options{
        option<&OptionHeader::length>(Header::length_option, value::Number{.metavar = "bytes"},
                                      {.help = "the header has this length", .invertible = true}),
        option<&OptionHeader::list_of_options>(Header::list_option, OptionListValue{},
                                               {.help = "it begins with these options, of these lengths"}),
    };

    MatchResult test(const Context& context) const {
        const auto found = find_extension(context.packet, Header::protocol, 2);
        if (!found) return found.otherwise;
        if (found.bytes.size() < found.length()) return MatchResult::hotdrop;
        const bool hit = length.passes(*length == found.length()) &&
                         (!list_of_options || holds_options(found.bytes, found.length(), *list_of_options));
        return hit ? MatchResult::yes : MatchResult::no;
    }

    void list(std::string& out, Family family, bool) const {
        out += Header::name;
        list_number(out, "length", length);
        if (!list_of_options) return;
        out += " opts ";
        OptionListValue{}.print(out, *list_of_options, family);
    }
};

}  // namespace gatehouse::rules

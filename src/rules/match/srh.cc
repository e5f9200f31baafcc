// ip6tables -m srh: a segment routing header (RFC 8754, section 2).
#include <algorithm>

#include "rules/match/extension_header.h"
#include "rules/value/address.h"

namespace gatehouse::rules {

namespace {

constexpr std::size_t fixed = 8, address_length = 16;
constexpr std::uint8_t routing_type = 4;

// "a::/64"; printed with its length, always.
struct SegmentValue : value::MaskedAddressValue {
    void print(std::string& out, const type& v, Family family) const {
        out += fmt::format("{}/{}", to_string(v.address, family), v.length);
    }
};

constexpr value::Number byte_value{.max = 255, .metavar = "number"};

template <auto Member>
constexpr auto byte_option(std::string_view word, std::string_view help) {
    return option<Member>(word, byte_value, {.help = help, .invertible = true});
}

// One field of the header held against numbers; Linux keeps one number for the three.
struct Compared {
    const Opt<std::uint32_t>&equal, &greater, &less;

    bool agrees(std::uint8_t field) const {
        return equal.passes(field == *equal) && greater.passes(field > *greater) &&
               less.passes(field < *less);
    }
    bool is_one_number() const {
        const Opt<std::uint32_t>* first = nullptr;
        for (const auto* each : {&equal, &greater, &less}) {
            if (!*each) continue;
            if (first != nullptr && **first != **each) return false;
            first = each;
        }
        return true;
    }
};

struct Srh {
    Opt<std::uint32_t> next, length_equal, length_greater, length_less, left_equal, left_greater, left_less,
        last_equal, last_greater, last_less, tag;
    Opt<MaskedAddress> previous_segment, next_segment, last_segment;
    friend bool operator==(const Srh&, const Srh&) = default;

    static constexpr std::tuple options{
        byte_option<&Srh::next>("srh-next-hdr", "the header behind it is this one"),
        byte_option<&Srh::length_equal>("srh-hdr-len-eq", "its length, in eights past the first"),
        byte_option<&Srh::length_greater>("srh-hdr-len-gt", "its length is greater"),
        byte_option<&Srh::length_less>("srh-hdr-len-lt", "its length is less"),
        byte_option<&Srh::left_equal>("srh-segs-left-eq", "so many segments are left to visit"),
        byte_option<&Srh::left_greater>("srh-segs-left-gt", "more are left"),
        byte_option<&Srh::left_less>("srh-segs-left-lt", "less are left"),
        byte_option<&Srh::last_equal>("srh-last-entry-eq", "the index of its last entry"),
        byte_option<&Srh::last_greater>("srh-last-entry-gt", "the index is greater"),
        byte_option<&Srh::last_less>("srh-last-entry-lt", "the index is less"),
        option<&Srh::tag>("srh-tag", value::Number{.max = 65535, .metavar = "tag"},
                          {.help = "its tag, as the two bytes read from behind", .invertible = true}),
        option<&Srh::previous_segment>("srh-psid", SegmentValue{},
                                       {.help = "the segment it was at before", .invertible = true}),
        option<&Srh::next_segment>("srh-nsid", SegmentValue{},
                                   {.help = "the segment it goes to next", .invertible = true}),
        option<&Srh::last_segment>("srh-lsid", SegmentValue{},
                                   {.help = "the last segment it goes to", .invertible = true}),
    };

    Compared length() const { return {length_equal, length_greater, length_less}; }
    Compared left() const { return {left_equal, left_greater, left_less}; }
    Compared last() const { return {last_equal, last_greater, last_less}; }

    Result<void> check(const Facts&) const {
        if (!length().is_one_number() || !left().is_one_number() || !last().is_one_number())
            return fail("`-eq`, `-gt` and `-lt` of one field share one number");
        return {};
    }

    bool test(const Context& context) const {
        const auto found = find_extension(context.packet, wire::protocol::routing, fixed);
        if (!found) return false;
        const Bytes rest = found.bytes;
        const std::uint8_t segments_left = rest[3], last_entry = rest[4];
        if (rest.size() < found.length() || rest[2] != routing_type || segments_left > last_entry)
            return false;
        if (!next.passes(*next == rest[0]) || !length().agrees(rest[1]) || !left().agrees(segments_left) ||
            !last().agrees(last_entry) || !tag.passes(*tag == (rest[6] | std::uint32_t{rest[7]} << 8)))
            return false;
        // Segments stand from the last to the first. Where there is no such segment, nothing agrees.
        const bool begun = segments_left != last_entry, goes_on = segments_left != 0;
        return agrees(previous_segment, rest, begun, segments_left + 1u) &&
               agrees(next_segment, rest, goes_on, segments_left - 1u) && agrees(last_segment, rest, true, 0);
    }

    void list(std::string& out, Family family, bool) const {
        out += "srh";
        const auto number = [&](std::string_view word, const Opt<std::uint32_t>& given) {
            list_number(out, word, given);
        };
        number("next-hdr", next);
        number("hdr-len-eq", length_equal);
        number("hdr-len-gt", length_greater);
        number("hdr-len-lt", length_less);
        number("segs-left-eq", left_equal);
        number("segs-left-gt", left_greater);
        number("segs-left-lt", left_less);
        number("last-entry-eq", last_equal);
        number("last-entry-gt", last_greater);
        number("last-entry-lt", last_less);
        number("tag", tag);
        const auto segment = [&](std::string_view word, const Opt<MaskedAddress>& given) {
            if (!given) return;
            out += fmt::format(" {} {} ", word, given.inverted ? "!" : "");
            SegmentValue{}.print(out, *given, family);
        };
        segment("psid", previous_segment);
        segment("nsid", next_segment);
        segment("lsid", last_segment);
    }

  private:
    static bool agrees(const Opt<MaskedAddress>& wanted, Bytes header, bool is_there, std::size_t index) {
        if (!wanted) return true;
        const std::size_t at = fixed + index * address_length;
        if (!is_there || at + address_length > header.size()) return false;
        const Address mask = prefix_mask(wanted->length);
        const Address segment = Address::load(&header[at], Family::ipv6);
        return wanted.passes((segment & mask) == (wanted->address & mask));
    }
};

}  // namespace

extern constinit const Declaration match_srh = declare_match<Srh>(
    {.name = "srh", .families = v6_only, .help = "a segment routing header", .reads = reads_header});

}  // namespace gatehouse::rules

// ip6tables -m rt: an IPv6 routing header.
#include <array>
#include <optional>

#include "base/text.h"
#include "rules/match/extension_header.h"
#include "rules/value/address.h"

namespace gatehouse::rules {

namespace {

constexpr std::size_t least = 4, fixed = 8, address_length = 16;

struct AddressList {
    std::array<Address, 16> all{};
    std::uint8_t count = 0;
    friend constexpr bool operator==(const AddressList&, const AddressList&) = default;
};

struct AddressListValue {
    using type = AddressList;
    static constexpr int word_count = 1;
    std::string_view metavar = "address[,address...]";
    Result<type> read(Words words, Family) const {
        AddressList list;
        for (const auto piece : split(words[0], ',')) {
            const auto address = value::AddressValue{}.read(std::span(&piece, 1), Family::ipv6);
            if (!address) return std::unexpected(address.error());
            if (list.count == list.all.size())
                return fail(fmt::format("too many addresses: {} at most", list.all.size()));
            list.all[list.count++] = *address;
        }
        return list;
    }
    void print(std::string& out, const type& list, Family) const {
        for (unsigned i = 0; i < list.count; ++i)
            out += fmt::format("{}{}", i == 0 ? "" : ",", to_string(list.all[i], Family::ipv6));
    }
};

struct Rt {
    Opt<std::uint32_t> kind, length;
    Opt<Range<std::uint32_t>> segments_left;
    Flag reserved, loosely;
    Opt<AddressList> addresses;
    friend bool operator==(const Rt&, const Rt&) = default;

    static constexpr std::uint32_t addresses_given = 1, kind_given = 2;
    static constexpr std::tuple options{
        option<&Rt::kind>("rt-type", value::Number{.metavar = "type"},
                          {.help = "the header is of this type", .invertible = true, .group = kind_given}),
        option<&Rt::segments_left>("rt-segsleft",
                                   value::NumberRange{.metavar = "number[:number]", .backwards = true},
                                   {.help = "so many stations are left to visit", .invertible = true},
                                   HideAllNumbers<&Rt::segments_left>{}),
        option<&Rt::length>("rt-len", value::Number{.metavar = "bytes"},
                            {.help = "the header has this length", .invertible = true}),
        flag<&Rt::reserved>(
            "rt-0-res",
            {.help = "type 0: its reserved field is zero", .needs_group = kind_given, .behind = true}),
        option<&Rt::addresses>("rt-0-addrs", AddressListValue{},
                               {.help = "type 0: its addresses are these",
                                .group = addresses_given,
                                .needs_group = kind_given,
                                .behind = true}),
        flag<&Rt::loosely>("rt-0-not-strict", {.help = "these in this order, others between them",
                                               .needs_group = addresses_given,
                                               .behind = true}),
    };

    Result<void> check(const Facts&) const {
        const bool for_type_0 = kind && *kind == 0 && !kind.inverted;
        if ((reserved || addresses) && !for_type_0)
            return fail("`--rt-0-res` and `--rt-0-addrs` need `--rt-type 0`");
        return {};
    }

    MatchResult test(const Context& context) const {
        const auto found = find_extension(context.packet, wire::protocol::routing, least);
        if (!found) return found.otherwise;
        const Bytes header = found.bytes;
        const std::size_t size = found.length();
        if (header.size() < size) return MatchResult::hotdrop;
        const bool hit = segments_left.passes(segments_left->contains(header[3])) &&
                         length.passes(*length == size) && kind.passes(*kind == header[2]) &&
                         (!reserved || load_be32(&header[4]) == 0) &&
                         (!addresses || visits(header.first(size)));
        return hit ? MatchResult::yes : MatchResult::no;
    }

    void list(std::string& out, Family family, bool) const {
        out += "rt";
        list_number(out, "type", kind);
        list_range(out, "segsleft", segments_left);
        list_number(out, "length", length);
        if (reserved) out += " reserved";
        if (!addresses) return;
        out += " 0-addrs ";
        AddressListValue{}.print(out, *addresses, family);
        if (loosely) out += " 0-not-strict";
    }

  private:
    bool visits(Bytes header) const {
        const std::size_t there = (header.size() - fixed) / address_length;
        if (loosely ? addresses->count > there : addresses->count != there) return false;
        unsigned met = 0;
        for (std::size_t i = 0; i < there && met < addresses->count; ++i) {
            const Address address = Address::load(&header[fixed + i * address_length], Family::ipv6);
            if (address == addresses->all[met]) {
                ++met;
            } else if (!loosely) {
                return false;
            }
        }
        return met == addresses->count;
    }
};

}  // namespace

extern constinit const Declaration match_rt =
    declare_match<Rt>({.name = "rt", .families = v6_only, .help = "a routing header", .reads = reads_header});

}  // namespace gatehouse::rules

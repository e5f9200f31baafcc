// -m iprange: ranges of addresses.
#include "rules/declaration.h"
#include "rules/value/address.h"

namespace gatehouse::rules {

namespace {

struct Iprange {
    Opt<AddressRange> source, destination;
    friend bool operator==(const Iprange&, const Iprange&) = default;

    static constexpr std::tuple options{
        option<&Iprange::source>("src-range", value::AddressRangeValue{},
                                 {.help = "the source address is in the range", .invertible = true}),
        option<&Iprange::destination>(
            "dst-range", value::AddressRangeValue{},
            {.help = "the destination address is in the range", .invertible = true}),
    };

    Result<void> check(const Facts&) const {
        if (!source && !destination) return fail("one of `--src-range`, `--dst-range` must be given");
        return {};
    }

    bool test(const Context& context) const {
        const Flat& flat = context.packet.flat;
        return source.passes(source->contains(flat.source)) &&
               destination.passes(destination->contains(flat.destination));
    }

    void list(std::string& out, Family family, bool) const {
        const auto one = [&](const Opt<AddressRange>& range, std::string_view words) {
            if (!range) return;
            out += words;
            out += range.inverted ? " ! " : " ";
            value::AddressRangeValue{}.print(out, *range, family);
        };
        one(source, "source IP range");
        if (source && destination) out += ' ';
        one(destination, "destination IP range");
    }
};

}  // namespace

extern constinit const Declaration match_iprange =
    declare_match<Iprange>({.name = "iprange", .help = "ranges of addresses", .reads = reads_tuple});

}  // namespace gatehouse::rules

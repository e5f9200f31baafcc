// -m length: the length of the network packet, its header included.
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

constexpr value::NumberRange lengths{.max = 65535, .metavar = "bytes[:bytes]", .backwards = true};

struct Length {
    Opt<Range<std::uint32_t>> length;
    friend bool operator==(const Length&, const Length&) = default;

    static constexpr std::tuple options{
        option<&Length::length>(
            "length", lengths,
            {.help = "the network packet has so many bytes", .invertible = true, .required = true}),
    };

    bool test(const Context& context) const {
        return length.passes(length->contains(context.packet.flat.l3_length));
    }

    void list(std::string& out, Family family, bool) const {
        out += length.inverted ? "length !" : "length ";
        lengths.print(out, *length, family);
    }
};

}  // namespace

extern constinit const Declaration match_length =
    declare_match<Length>({.name = "length",
                           .help = "the length of the network packet, its header included",
                           .reads = reads_length});

}  // namespace gatehouse::rules

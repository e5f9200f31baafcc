// -m byte: one byte of the network packet. An extension from outside the tree, whole in one file.
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

struct Byte {
    Opt<std::uint32_t> at, is;
    friend bool operator==(const Byte&, const Byte&) = default;

    // What the command line takes: parsing, checking, help, saving and JSON come from these.
    static constexpr std::tuple options{
        option<&Byte::at>(
            "at", value::Number{.max = 65535, .metavar = "offset"},
            {.help = "the byte at this offset, the network header's first being 0", .required = true}),
        option<&Byte::is>("is", value::Number{.max = 255, .metavar = "byte"},
                          {.help = "is this", .invertible = true, .required = true}),
    };

    // What it does, on the packet path: no allocation, no lock. A packet too short for the byte doesn't
    // match.
    bool test(const Context& context) const {
        const Bytes packet = context.packet.network();
        return *at < packet.size() && is.passes(packet[*at] == *is);
    }
};

}  // namespace

// The file's name, and `match_` before it: the build finds it by that.
extern constinit const Declaration match_byte = declare_match<Byte>(
    {.name = "byte", .help = "one byte of the network packet", .reads = reads_header | reads_payload});

}  // namespace gatehouse::rules

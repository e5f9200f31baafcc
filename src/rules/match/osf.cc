// -m osf: the operating system that sent a TCP SYN, by how it looks.
#include "rules/declaration.h"
#include "wire/protocol.h"

namespace gatehouse::rules {

namespace {

// A system's name, cut off behind its 31st byte, printed as it is.
struct GenreValue {
    using type = std::string;
    static constexpr int word_count = 1;
    static constexpr std::size_t longest = 31;
    std::string_view metavar = "name";
    Result<type> read(Words words, Family) const { return std::string(words[0].substr(0, longest)); }
    void print(std::string& out, const type& name, Family) const { out += name; }
};

struct Osf {
    Opt<std::string> genre;
    Opt<std::uint32_t> ttl, log;
    friend bool operator==(const Osf&, const Osf&) = default;

    static constexpr value::Number choice{.max = 2, .metavar = "0|1|2"};
    static constexpr std::tuple options{
        option<&Osf::genre>("genre", GenreValue{},
                            {.help = "the system's name", .invertible = true, .required = true}),
        option<&Osf::ttl>(
            "ttl", choice,
            {.help = "0: the TTL is what is left of the system's own; 1: at most that; 2: any"}),
        option<&Osf::log>("log", choice,
                          {.help = "0: log all systems that it may be; 1: the first; 2: those unknown, too"}),
    };

    void list(std::string& out, Family, bool) const {
        out += genre.inverted ? "OS fingerprint match ! " : "OS fingerprint match ";
        out += *genre;
    }
};

constexpr std::uint8_t protocols[] = {wire::protocol::tcp};

}  // namespace

extern constinit const Declaration match_osf =
    declare_match<Osf>({.name = "osf",
                        .families = v4_only,
                        .hooks = bit(Hook::prerouting) | bit(Hook::input) | bit(Hook::forward),
                        .protocols = protocols,
                        .help = "the operating system that sent a TCP SYN",
                        .reads = reads_flags | reads_header,
                        .need = Need::fingerprints});

}  // namespace gatehouse::rules

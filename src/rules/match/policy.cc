// -m policy: the IPsec policy that a packet came in or goes out by.
//
// There is no IPsec here, and so no packet has one: what asks for IPsec fails, what asks for none holds, as
// in a Linux without policies.
#include <array>
#include <fmt/format.h>
#include <netinet/in.h>
#include <utility>

#include "rules/declaration.h"
#include "rules/value/address.h"

namespace gatehouse::rules {

namespace {

enum Way : std::uint32_t { in, out };
enum Kind : std::uint32_t { none, ipsec };
enum Mode : std::uint32_t { transport, tunnel };
constexpr value::Name ways[] = {{"in", in}, {"out", out}};
constexpr value::Name kinds[] = {{"none", none}, {"ipsec", ipsec}};
constexpr value::Name modes[] = {{"transport", transport}, {"tunnel", tunnel}};
constexpr value::Name protocols[] = {{"esp", IPPROTO_ESP}, {"ah", IPPROTO_AH}, {"ipcomp", IPPROTO_COMP}};

// The protocols of IPsec, by name or number.
struct ProtocolValue {
    using type = std::uint32_t;
    static constexpr int word_count = 1;
    static constexpr std::span<const value::Name> names = protocols;
    std::string_view metavar = "protocol";
    Result<type> read(Words words, Family family) const {
        const auto number = value::OneOf{.names = protocols, .numbers = true, .max = 255}.read(words, family);
        for (const auto& known : protocols) {
            if (number && *number == known.number) return *number;
        }
        return fail(fmt::format("expected esp, ah or ipcomp, got `{}`", words[0]));
    }
    void print(std::string& text, const type& v, Family family) const {
        value::OneOf{.names = protocols}.print(text, v, family);
    }
};

// One transformation that a packet went through.
struct Element {
    Opt<std::uint32_t> reqid, spi, protocol, mode;
    Opt<MaskedAddress> destination, source;
    friend bool operator==(const Element&, const Element&) = default;

    bool is_empty() const { return !reqid && !spi && !protocol && !mode && !destination && !source; }
};

struct Policy : Element {
    static constexpr std::size_t most = 4;
    Opt<std::uint32_t> way, kind;
    Flag strict, more;
    std::array<Element, most - 1> earlier{};  // those before a `--next`
    std::uint8_t count = 0;
    friend bool operator==(const Policy&, const Policy&) = default;

    static constexpr std::uint32_t strict_group = 1;
    static constexpr std::tuple options{
        option<&Policy::way>("dir", value::OneOf{.names = ways, .metavar = "in|out"},
                             {.help = "the policy it came in by, or goes out by", .required = true}),
        option<&Policy::kind>("pol", value::OneOf{.names = kinds, .metavar = "none|ipsec"},
                              {.help = "whether there is one; ipsec if not given"}),
        flag<&Policy::strict>("strict", {.help = "every element agrees, in order", .group = strict_group}),
        option<&Policy::reqid>("reqid", value::Number{.metavar = "number"},
                               {.help = "the element's reqid", .invertible = true}),
        option<&Policy::spi>("spi", value::Number{.metavar = "spi", .hexadecimal = true},
                             {.help = "its security parameter index", .invertible = true}),
        option<&Policy::protocol>("proto", ProtocolValue{},
                                  {.help = "its protocol: esp, ah or ipcomp", .invertible = true}),
        option<&Policy::mode>("mode", value::OneOf{.names = modes, .metavar = "transport|tunnel"},
                              {.help = "its mode", .invertible = true}),
        option<&Policy::destination>("tunnel-dst", value::MaskedAddressValue{},
                                     {.help = "where its tunnel ends", .invertible = true}),
        option<&Policy::source>("tunnel-src", value::MaskedAddressValue{},
                                {.help = "where its tunnel begins", .invertible = true}),
        option<&Policy::more>(
            "next", value::Next{},
            {.help = "the options behind it are the next element's", .needs_group = strict_group}),
    };

    Result<void> next() {
        if (count == earlier.size()) return fail(fmt::format("{} elements at most", most));
        Element& current = *this;
        earlier[count++] = std::exchange(current, {});
        return {};
    }

    Result<void> check(const Facts&) {
        if (!kind) kind = {.value = ipsec, .set = true};
        if (*kind == none && (strict || !is_empty())) return fail("`--pol none` has no elements");
        for (unsigned i = 0; i <= count; ++i) {
            const Element& each = element(i);
            if (strict && each.is_empty())
                return fail(fmt::format("element {} is empty; `--strict` asks something of each", i + 1));
            // "! --mode transport" will do.
            const bool tunnels = each.mode && (*each.mode == tunnel) != each.mode.inverted;
            if ((each.destination || each.source) && !tunnels)
                return fail("`--tunnel-src` and `--tunnel-dst` go with `--mode tunnel`");
        }
        return {};
    }

    HookSet hooks() const {
        const HookSet both = all_hooks & ~bit(Hook::prerouting) & ~bit(Hook::postrouting);
        return *way == in ? (both & ~bit(Hook::output)) | bit(Hook::prerouting)
                          : (both & ~bit(Hook::input)) | bit(Hook::postrouting);
    }

    bool test(const Context&) const { return *kind == none; }

    void save(std::string& text, Family family) const {
        text += fmt::format(" --dir {} --pol {}", ways[*way].name, kinds[*kind].name);
        if (strict) text += " --strict";
        for (unsigned i = 0; i <= count; ++i) {
            if (i != 0) text += " --next";
            print(text, element(i), family, "--", false);
        }
    }

    void list(std::string& text, Family family, bool numeric) const {
        text += fmt::format("policy match dir {} pol {}", ways[*way].name, kinds[*kind].name);
        if (strict) text += " strict";
        for (unsigned i = 0; i <= count; ++i) {
            if (count != 0) text += fmt::format(" [{}]", i);
            print(text, element(i), family, "", numeric);
        }
    }

  private:
    const Element& element(unsigned i) const { return i < count ? earlier[i] : *this; }

    static void print(std::string& text, const Element& each, Family family, std::string_view dashes,
                      bool numeric) {
        const auto one = [&](std::string_view word, const auto& given, const auto& type) {
            if (!given) return;
            text += fmt::format("{} {}{} ", given.inverted ? " !" : "", dashes, word);
            type.print(text, *given, family);
        };
        one("reqid", each.reqid, value::Number{});
        one("spi", each.spi, value::Number{.hexadecimal = true});
        if (numeric) {
            one("proto", each.protocol, value::Number{});
        } else {
            one("proto", each.protocol, ProtocolValue{});
        }
        one("mode", each.mode, value::OneOf{.names = modes});
        one("tunnel-dst", each.destination, value::MaskedAddressValue{});
        one("tunnel-src", each.source, value::MaskedAddressValue{});
    }
};

}  // namespace

extern constinit const Declaration match_policy = declare_match<Policy>(
    {.name = "policy", .help = "the IPsec policy that a packet came in or goes out by"});

}  // namespace gatehouse::rules

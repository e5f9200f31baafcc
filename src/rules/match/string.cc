// -m string: bytes somewhere in the packet.
#include <algorithm>
#include <fmt/format.h>

#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

constexpr std::size_t longest = 128;

constexpr bool is_printable(char c) { return c >= ' ' && c <= '~'; }

// In hexadecimal between bars when a byte isn't printable or the last is a backslash, as iptables has it.
void print_pattern(std::string& out, const std::string& bytes, bool hexadecimal) {
    if (hexadecimal) {
        out += "\"|";
        for (const char c : bytes) out += fmt::format("{:02x}", static_cast<std::uint8_t>(c));
        out += "|\"";
        return;
    }
    out += '"';
    for (const char c : bytes) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

bool wants_hexadecimal(const std::string& bytes) {
    return !std::ranges::all_of(bytes, is_printable) || bytes.back() == '\\';
}

Result<std::string> fitting(std::string bytes) {
    if (bytes.empty() || bytes.size() > longest)
        return fail(fmt::format("expected 1 to {} bytes, got {}", longest, bytes.size()));
    return bytes;
}

struct Plain {
    using type = std::string;
    static constexpr int word_count = 1;
    std::string_view metavar = "text";
    Result<type> read(Words words, Family) const { return fitting(std::string(words[0])); }
    void print(std::string& out, const type& bytes, Family) const { print_pattern(out, bytes, false); }
};

std::optional<unsigned> digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return {};
}

// Text with bytes in hexadecimal between bars: "GET |0d 0a|"; a backslash takes the next character as it is.
struct WithHexadecimal {
    using type = std::string;
    static constexpr int word_count = 1;
    std::string_view metavar = "text|hex|";
    Result<type> read(Words words, Family) const {
        const std::string_view text = words[0];
        std::string bytes;
        bool hexadecimal = false;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c = text[i];
            if (c == '|') {
                hexadecimal = !hexadecimal;
            } else if (!hexadecimal) {
                if (c == '\\' && ++i == text.size()) return fail("the text ends in a backslash");
                bytes += text[i];
            } else if (c != ' ') {
                const auto high = digit(c);
                const auto low = i + 1 < text.size() ? digit(text[i + 1]) : std::nullopt;
                if (!high || !low)
                    return fail(fmt::format("expected pairs of hexadecimal digits between bars, got `{}`",
                                            text.substr(i, 2)));
                bytes += static_cast<char>(*high << 4 | *low);
                ++i;
            }
        }
        if (hexadecimal) return fail("the hexadecimal bytes have no closing bar");
        return fitting(std::move(bytes));
    }
    void print(std::string& out, const type& bytes, Family) const { print_pattern(out, bytes, true); }
};

constexpr value::Name algorithms[] = {{"bm", 0}, {"kmp", 1}};
constexpr value::OneOf algorithm_name{.names = algorithms, .metavar = "search algorithm"};

// The kernel's toupper(), which takes bytes above 127 for Latin-1.
constexpr std::uint8_t upper(std::uint8_t c) {
    const bool lower = (c >= 'a' && c <= 'z') || (c >= 223 && c != 247);
    return static_cast<std::uint8_t>(lower ? c - 32 : c);
}

struct StringMatch {
    Opt<std::string> pattern;
    Opt<std::uint32_t> algorithm, from, to;
    Flag any_case;
    friend bool operator==(const StringMatch&, const StringMatch&) = default;

    static constexpr std::tuple options{
        option<&StringMatch::pattern>("string", Plain{},
                                      {.help = "the packet has this text", .invertible = true, .group = 1}),
        option<&StringMatch::pattern>("hex-string", WithHexadecimal{},
                                      {.help = "the packet has these bytes: text, and |0d 0a| between bars",
                                       .invertible = true,
                                       .group = 1}),
        option<&StringMatch::algorithm>("algo", algorithm_name,
                                        {.help = "bm or kmp; both find the same", .required = true}),
        option<&StringMatch::from>("from", value::Number{.max = 65535, .metavar = "offset"},
                                   {.help = "from this byte of the network packet on"}),
        option<&StringMatch::to>("to", value::Number{.max = 65535, .metavar = "offset"},
                                 {.help = "up to this byte"}),
        flag<&StringMatch::any_case>("icase", {.help = "capital and small letters are alike"}),
    };

    std::uint32_t begin() const { return from ? *from : 0; }
    std::uint32_t end() const { return to ? *to : 65535; }

    Result<void> check(const Facts&) const {
        if (begin() > end()) return fail(fmt::format("`--from`, {}, is past `--to`, {}", begin(), end()));
        return {};
    }

    bool test(const Context& context) const {
        const Bytes packet = context.packet.network();
        const std::size_t last = std::min<std::size_t>(end(), packet.size());
        if (begin() >= last) return pattern.passes(false);
        const Bytes searched = packet.subspan(begin(), last - begin());
        const auto same = [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); };
        const auto alike = [](std::uint8_t a, char b) {
            return upper(a) == upper(static_cast<std::uint8_t>(b));
        };
        const auto found = any_case ? std::ranges::search(searched, *pattern, alike)
                                    : std::ranges::search(searched, *pattern, same);
        return pattern.passes(!found.empty());
    }

    void save(std::string& out, Family family) const {
        const bool hexadecimal = wants_hexadecimal(*pattern);
        out += fmt::format("{} --{} ", pattern.inverted ? " !" : "", hexadecimal ? "hex-string" : "string");
        print_pattern(out, *pattern, hexadecimal);
        out += " --algo ";
        algorithm_name.print(out, *algorithm, family);
        if (begin() != 0) out += fmt::format(" --from {}", begin());
        if (end() != 65535) out += fmt::format(" --to {}", end());
        if (any_case) out += " --icase";
    }

    void list(std::string& out, Family family, bool) const {
        out += pattern.inverted ? "STRING match ! " : "STRING match  ";
        print_pattern(out, *pattern, wants_hexadecimal(*pattern));
        out += " ALGO name ";
        algorithm_name.print(out, *algorithm, family);
        if (begin() != 0) out += fmt::format(" FROM {}", begin());
        if (end() != 65535) out += fmt::format(" TO {}", end());
        if (any_case) out += " ICASE";
    }
};

}  // namespace

extern constinit const Declaration match_string =
    declare_match<StringMatch>({.name = "string",
                                .help = "bytes somewhere in the packet",
                                .reads = reads_payload,
                                .required_groups = 1});

}  // namespace gatehouse::rules

// Types of option values: how each is read from a command line, and how it is printed.
//
// A value type is a small constexpr object with
//     using type;                                     what it reads into
//     static constexpr int word_count;                     how many words of the command line it takes
//     std::string_view metavar;                       for help: "port[:port]"
//     Result<type> read(Words, Family) const;         the error says what was expected and what came
//     void print(std::string&, const type&, Family) const;   as iptables-save prints it
// Extensions compose these; a type that only one extension needs is declared in that extension's file.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "wire/address.h"

namespace gatehouse::rules {

using Words = std::span<const std::string_view>;

template <class T>
struct Range {
    T low{}, high{};
    constexpr bool contains(T v) const { return low <= v && v <= high; }
    friend constexpr bool operator==(const Range&, const Range&) = default;
};

// A value under a mask; bits of `value` outside `mask` may be set, as the user wrote them.
struct Masked {
    std::uint32_t value = 0;
    std::uint32_t mask = 0xffffffff;
    friend constexpr bool operator==(const Masked&, const Masked&) = default;
};

using PortRange = Range<std::uint16_t>;

namespace value {

// Prints the text as it is when it is made of letters, digits, `_` and `-`, else as `"a \"b\""`.
void print_quoted(std::string& out, std::string_view text);

// Whether the words are the same but for the case of ASCII letters; whether `text` begins with `beginning`.
bool same_word(std::string_view a, std::string_view b);
bool begins_with(std::string_view text, std::string_view beginning);

// A port for `iptables -L`: the number, or the service's name unless `numeric`.
void list_port(std::string& out, std::uint16_t port, std::string_view protocol, bool numeric);
// " spts:1:5", " dpt:!80": how tcp, udp and their like list a range of ports; `word` is "spt" or "dpt".
// Nothing for the range of all ports.
void list_ports(std::string& out, std::string_view word, PortRange range, bool inverted,
                std::string_view protocol, bool numeric);

// An unsigned number in C's notation, from `min` to `max`.
struct Number {
    using type = std::uint32_t;
    static constexpr int word_count = 1;
    std::uint32_t min = 0;
    std::uint32_t max = 0xffffffff;
    std::string_view metavar = "value";
    bool hexadecimal = false;  // as printed
    int digits = 0;            // at least so many hexadecimal digits are printed
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const;
};

// "10", "10:20", ":20", "10:"; printed as one number when both ends agree.
struct NumberRange {
    using type = Range<std::uint32_t>;
    static constexpr int word_count = 1;
    std::uint32_t max = 0xffffffff;
    std::string_view metavar = "value[:value]";
    bool backwards = false;  // take "20:10", too: it contains nothing
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const;
};

// A port or a range of them, by number or by a service's name ("http", "1024:").
struct Ports {
    using type = PortRange;
    static constexpr int word_count = 1;
    std::string_view metavar = "port[:port]";
    std::string_view protocol = {};  // whose service names: "tcp", "udp"
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const;
};

// "0x1/0xff", or a value alone for the whole of it; printed with the mask unless it is all ones.
struct MaskedNumber {
    using type = Masked;
    static constexpr int word_count = 1;
    std::string_view metavar = "value[/mask]";
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const;
};

// One of a set of names, each standing for a number; a number is taken as well if `numbers` says so.
struct Name {
    std::string_view name;
    std::uint32_t number;
    std::string_view help = {};
};
struct OneOf {
    using type = std::uint32_t;
    static constexpr int word_count = 1;
    std::span<const Name> names;
    std::string_view metavar = "name";
    bool numbers = false;
    std::uint32_t max = 0xffffffff;  // of a number
    bool print_number = false;       // print the number, not the name
    bool any_case = false;           // take names in capital and small letters alike
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const;
};

// One word of at most `max` bytes, printed as it is.
struct Word {
    using type = std::string;
    static constexpr int word_count = 1;
    std::size_t max = 255;
    std::string_view metavar = "name";
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const;
};

// Free text of at most `max` bytes, quoted where needed.
struct Text {
    using type = std::string;
    static constexpr int word_count = 1;
    std::size_t max = 255;
    std::string_view metavar = "text";
    Result<type> read(Words, Family) const;
    void print(std::string& out, const type& value, Family) const;
};

}  // namespace value
}  // namespace gatehouse::rules

// Packets as a scenario writes them.
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/text.h"
#include "frontend/scenario/fields.h"
#include "wire/names.h"

namespace gatehouse::frontend::scenario {

namespace {

enum class Takes : std::uint8_t { number, flag, bytes, mac };
struct Word {
    std::string_view name;
    std::string_view field;
    Takes takes;
    std::uint64_t max = 0xffffffff;
};

// `flag` words set their field to 1; `no-df` and the like are the words behind "no-".
constexpr Word dictionary[] = {
    {"from", "from", Takes::mac},
    {"to", "to", Takes::mac},
    {"vlan", "vlan", Takes::number, 4095},
    {"ethertype", "ethertype", Takes::number, 0xffff},
    {"ttl", "ttl", Takes::number, 255},
    {"hoplimit", "ttl", Takes::number, 255},
    {"tos", "tos", Takes::number, 255},
    {"class", "tos", Takes::number, 255},
    {"flow", "flow", Takes::number, 0xfffff},
    {"id", "id", Takes::number},
    {"df", "df", Takes::flag},
    {"more", "more", Takes::flag},
    {"reserved", "reserved", Takes::flag},
    {"offset", "offset", Takes::number, 65528},
    {"version", "version", Takes::number, 15},
    {"header", "header", Takes::number, 15},
    {"total", "total", Takes::number, 0xffff},
    {"protocol", "protocol", Takes::number, 255},
    {"options", "ip-options", Takes::bytes},
    {"hopopts", "hopopts", Takes::bytes},
    {"dstopts", "dstopts", Takes::bytes},
    {"routing", "routing", Takes::bytes},
    {"seq", "seq", Takes::number},
    {"ack", "ack", Takes::number},
    {"win", "win", Takes::number, 0xffff},
    {"urg", "urg", Takes::number, 0xffff},
    {"code", "code", Takes::number, 255},
    {"rest", "rest", Takes::number},
    {"mtu", "rest", Takes::number},
    {"spi", "spi", Takes::number},
    {"cut", "cut", Takes::number, 0xffff},
    {"pad", "pad", Takes::number, 2000},
    {"size", "size", Takes::number, 0xffff},
    {"quotes", "quotes", Takes::number, 0xffff},
};

// An error of which word number `at`, from 0, is the cause.
std::unexpected<Error> at_word(std::size_t at, Error error) {
    error.place.column = static_cast<int>(at + 1);
    return std::unexpected(std::move(error));
}
std::unexpected<Error> at_word(std::size_t at, std::string what, std::string hint = {}) {
    return at_word(at, Error{.what = std::move(what), .hint = std::move(hint)});
}

std::string_view unquoted(std::string_view word) {
    return word.size() >= 2 && word.front() == '"' ? word.substr(1, word.size() - 2) : word;
}

Result<std::string> option_bytes(std::string_view list) {
    wire::TcpOptionList options;
    for (const auto item : split(list, ',')) {
        auto cut = cut_line(item);
        if (!cut) return std::unexpected(cut.error());
        const auto& part = *cut;
        const auto number = [&](std::size_t at, std::uint64_t max) {
            return at < part.size() ? parse_number(part[at], max) : std::nullopt;
        };
        const auto wrong = [&] { return fail(fmt::format("`{}` isn't a TCP option", item)); };
        if (part.empty()) return wrong();
        if (part[0] == "nop" && part.size() == 1) {
            options.nop();
        } else if (part[0] == "eol" && part.size() == 1) {
            options.end();
        } else if (part[0] == "sackOK" && part.size() == 1) {
            options.sack_permitted();
        } else if (part[0] == "mss" && part.size() == 2 && number(1, 0xffff)) {
            options.mss(static_cast<std::uint16_t>(*number(1, 0xffff)));
        } else if (part[0] == "wscale" && part.size() == 2 && number(1, 255)) {
            options.window_scale(static_cast<std::uint8_t>(*number(1, 255)));
        } else if (part[0] == "TS" && part.size() == 5 && number(2, ~0u) && number(4, ~0u)) {
            options.timestamps(static_cast<std::uint32_t>(*number(2, ~0u)),
                               static_cast<std::uint32_t>(*number(4, ~0u)));
        } else if (part[0] == "raw" && part.size() == 2 && from_hex(part[1])) {
            options.raw(*from_hex(part[1]));
        } else {
            return wrong();
        }
    }
    if (options.overflowed()) return fail("TCP options take at most 40 bytes");
    std::vector<std::uint8_t> bytes(options.bytes().begin(), options.bytes().end());
    while (bytes.size() % 4 != 0) bytes.push_back(0);
    return to_hex(bytes);
}

// "USER a\r\n": with \r, \n, \\ and \xHH.
Result<std::string> text_bytes(std::string_view text) {
    constexpr std::size_t hex_digits = 2;
    std::vector<std::uint8_t> bytes;
    while (!text.empty()) {
        std::size_t taken = 1;
        char c = text[0];
        if (c == '\\') {
            const char after = text.size() > 1 ? text[1] : ' ';
            taken = 2;
            if (after == 'r' || after == 'n') {
                c = after == 'r' ? '\r' : '\n';
            } else if (after == 'x') {
                const auto byte = from_hex(text.substr(std::min<std::size_t>(2, text.size()), hex_digits));
                if (!byte || byte->size() != 1) return fail("expected two digits of hex behind `\\x`");
                c = static_cast<char>(byte->front());
                taken += hex_digits;
            } else if (after != '\\') {
                return fail("a payload's text has `\\r`, `\\n`, `\\\\` and `\\xHH`, and no other `\\`");
            }
        }
        bytes.push_back(static_cast<std::uint8_t>(c));
        text.remove_prefix(taken);
    }
    return to_hex(bytes);
}

Result<std::string> payload_bytes(const std::string& word) {
    if (word.front() == '"') return text_bytes(unquoted(word));
    if (word.starts_with("0x")) {
        const auto bytes = from_hex(std::string_view(word).substr(2));
        if (bytes) return to_hex(*bytes);
    }
    const auto count = parse_number(word, 65'000);
    if (!count)
        return fail(fmt::format("expected a payload: \"text\", 0xHEX or a number of bytes, got `{}`", word));
    std::vector<std::uint8_t> bytes(*count);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>('a' + i % 26);
    return to_hex(bytes);
}

// "10.0.1.2:80", "[fd00::1]:80", "10.0.1.2", "fd00::1".
Result<void> read_endpoint(std::string_view text, std::string_view address, std::string_view port,
                           Fields& fields) {
    std::string_view host = text, number;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return fail(fmt::format("`{}`: `]` is missing", text));
        host = text.substr(1, close - 1);
        if (text.size() > close + 1) number = text.substr(close + 2);
    } else if (std::ranges::count(text, ':') == 1) {
        host = text.substr(0, text.find(':'));
        number = text.substr(text.find(':') + 1);
    }
    const Family family = host.find(':') == std::string_view::npos ? Family::ipv4 : Family::ipv6;
    const auto value = parse_address(host, family);
    if (!value)
        return fail(fmt::format(
            "expected an address, with a port as in 10.0.1.2:80 or [fd00::2]:80, got `{}`", text));
    fields.set(address, to_string(*value, family));
    if (number.empty()) return {};
    const auto parsed = parse_number(number, 0xffff);
    if (!parsed) return fail(fmt::format("expected a port from 0 to 65535, got `{}`", number));
    fields.set(port, *parsed);
    return {};
}

Result<std::size_t> read_plain(const Word& word, const std::vector<std::string>& words, std::size_t at,
                               Fields& fields) {
    if (word.takes == Takes::flag) {
        fields.set(word.field, 1);
        return at + 1;
    }
    if (at + 1 >= words.size()) return at_word(at, fmt::format("`{}` needs a value", word.name));
    const std::string& value = words[at + 1];
    if (word.takes == Takes::number) {
        const auto number = parse_number(value, word.max);
        if (!number)
            return at_word(at + 1, fmt::format("`{}`: expected a number from 0 to {}, got `{}`", word.name,
                                               word.max, value));
        fields.set(word.field, *number);
    } else if (word.takes == Takes::mac) {
        const auto mac = parse_mac(value);
        if (!mac)
            return at_word(at + 1, fmt::format("`{}`: expected a MAC address, got `{}`", word.name, value));
        fields.set(word.field, to_string(*mac));
    } else {
        const auto bytes = from_hex(value);
        if (!bytes)
            return at_word(at + 1,
                           fmt::format("`{}`: expected bytes in hexadecimal, got `{}`", word.name, value));
        fields.set(word.field, *bytes);
    }
    return at + 2;
}

// Words with a form of their own; 0: none of them.
Result<std::size_t> read_special(const std::vector<std::string>& words, std::size_t at, Fields& fields) {
    const std::string& word = words[at];
    const bool more = at + 1 < words.size();
    if (word.front() == '<' && word.back() == '>') {
        auto options = option_bytes(std::string_view(word).substr(1, word.size() - 2));
        if (!options) return at_word(at, options.error());
        fields.set("options", *options);
        return at + 1;
    }
    if (word == "payload" && more) {
        auto bytes = payload_bytes(words[at + 1]);
        if (!bytes) return at_word(at + 1, bytes.error());
        fields.set("payload", *bytes);
        return at + 2;
    }
    if (word == "type" && more) {
        const auto type = wire::icmp_type_number(words[at + 1], fields.v4());
        if (!type) return at_word(at + 1, fmt::format("`{}` isn't an ICMP type", words[at + 1]));
        fields.set("type", *type);
        return at + 2;
    }
    if (word == "echo" && at + 2 < words.size()) {
        const auto id = parse_number(words[at + 1], 0xffff), sequence = parse_number(words[at + 2], 0xffff);
        if (!id || !sequence) return at_word(at, "`echo` takes an id and a sequence number");
        fields.set("rest", *id << 16 | *sequence);
        return at + 3;
    }
    if ((word == "checksum" || word == "ip-checksum") && more &&
        (words[at + 1] == "right" || words[at + 1] == "wrong" || words[at + 1] == "none")) {
        fields.set(word, words[at + 1]);
        return at + 2;
    }
    const std::string* protocol = fields.find("proto");
    if (protocol != nullptr && *protocol == "tcp") {
        if (const auto flags = wire::tcp_flags(word)) {
            fields.set("flags", wire::flags_text(*flags));
            return at + 1;
        }
    }
    return 0;
}

}  // namespace

Result<void> read_words(const std::vector<std::string>& words, std::size_t from, Fields& fields) {
    for (std::size_t at = from; at < words.size();) {
        auto next = read_special(words, at, fields);
        if (!next) return std::unexpected(next.error());
        if (*next == 0) {
            const bool no = words[at].starts_with("no-");
            const auto name = std::string_view(words[at]).substr(no ? 3 : 0);
            const auto* const word = std::ranges::find(dictionary, name, &Word::name);
            if (word == std::end(dictionary) || (no && word->takes == Takes::number)) {
                std::vector<std::string_view> names;
                for (const auto& known : dictionary) names.push_back(known.name);
                return at_word(at, fmt::format("`{}` means nothing in a packet", words[at]),
                               did_you_mean(words[at], names));
            }
            if (no) {
                fields.set(word->field, word->takes == Takes::flag ? "0" : "");
                next = at + 1;
            } else {
                next = read_plain(*word, words, at, fields);
                if (!next) return std::unexpected(next.error());
            }
        }
        at = *next;
    }
    if (fields.has("offset") && fields.number("offset") % 8 != 0)
        return fail("`offset` counts bytes and must be a multiple of 8");
    return {};
}

Result<Fields> read_packet(const std::vector<std::string>& words, std::size_t from) {
    Fields fields;
    if (from >= words.size()) return at_word(words.empty() ? 0 : words.size() - 1, "expected a packet");
    if (words[from] == "hex") {
        std::string all;
        for (std::size_t i = from + 1; i < words.size(); ++i) all += words[i] + " ";
        const auto bytes = from_hex(all);
        if (!bytes || bytes->size() < 14 || bytes->size() > 65'535)
            return at_word(from, "`hex` takes a whole Ethernet frame, 14 to 65535 bytes, in hexadecimal");
        fields.set("hex", *bytes);
        return fields;
    }
    if (!wire::protocol_number(words[from])) {
        return at_word(from, fmt::format("expected a protocol or `hex`, got `{}`", words[from]),
                       did_you_mean(words[from], wire::protocol_names()));
    }
    if (words.size() < from + 4 || words[from + 2] != ">")
        return at_word(from, fmt::format("expected `{} SOURCE > DESTINATION …`", words[from]));
    fields.set("proto", words[from]);
    if (auto read = read_endpoint(words[from + 1], "src", "sport", fields); !read)
        return at_word(from + 1, read.error());
    if (auto read = read_endpoint(words[from + 3], "dst", "dport", fields); !read)
        return at_word(from + 3, read.error());
    if ((fields.find("src")->find(':') == std::string::npos) !=
        (fields.find("dst")->find(':') == std::string::npos))
        return at_word(from + 3, "source and destination are of different families");
    if (auto read = read_words(words, from + 4, fields); !read) return std::unexpected(read.error());
    return fields;
}

}  // namespace gatehouse::frontend::scenario

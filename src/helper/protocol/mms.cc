// MMS, Microsoft's streaming (MS-MMSP, 2.2.4.17): a client that wants datagrams names a "funnel" for them,
// \\192.0.2.1\UDP\1755 in UTF-16, and the server sends there.
#include <algorithm>
#include <array>
#include <charconv>

#include "helper/helper.h"
#include "helper/text.h"
#include "wire/protocol.h"

namespace gatehouse::helper {

namespace {

// Of a message: 1, version, session, how many bytes follow behind the sixteenth, "MMS ", the same in units of
// eight bytes, sequence, time; then the length from there in such units, and what it is. Little endian.
constexpr std::size_t session_at = 4, length_at = 8, seal_at = 12, counted_from = 16, chunks_at = 16;
constexpr std::size_t command_from = 32, command_chunks_at = 32, kind_at = 36, funnel_at = 56;
constexpr std::uint32_t session = 0xb00bface, seal = 0x20534d4d, connect_funnel = 0x00030002;
constexpr std::size_t unit = 8, longest_message = 4096;

enum Style : std::uint8_t { in_bytes, in_units };

std::uint32_t word_at(Bytes bytes, std::size_t at) {
    return std::uint32_t{bytes[at]} | std::uint32_t{bytes[at + 1]} << 8 | std::uint32_t{bytes[at + 2]} << 16 |
           std::uint32_t{bytes[at + 3]} << 24;
}

std::size_t write_length(const Written& what, MutableBytes to) {
    constexpr std::size_t size = 4;
    if (to.size() < size) return 0;
    const std::uint32_t value = what.style == in_units ? what.length / std::uint32_t{unit} : what.length;
    for (std::size_t i = 0; i < size; ++i) to[i] = static_cast<std::uint8_t>(value >> (8 * i));
    return size;
}

// The name, its end, and what fills the last unit.
std::size_t write_funnel(const Written& what, MutableBytes to) {
    std::array<std::uint8_t, longest_written> name;
    TextInto text(name);
    text.put("\\\\")
        .address(what.endpoint.address, what.endpoint.family)
        .put("\\UDP\\")
        .number(what.endpoint.port);
    constexpr std::size_t wide = 2;
    const std::size_t size = ((text.size() + 1) * wide + unit - 1) / unit * unit;
    if (text.size() == 0 || size > to.size()) return 0;
    std::ranges::fill(to.first(size), std::uint8_t{0});
    for (std::size_t i = 0; i < text.size(); ++i) to[i * wide] = name[i];
    return size;
}

// "\\192.0.2.1\UDP\1755" as plain text; nothing if it is anything else.
std::optional<Endpoint> read_funnel(Bytes wide, Family family) {
    constexpr std::size_t longest = 64;
    std::array<char, longest> plain;
    std::size_t size = 0;
    for (std::size_t i = 0; i + 1 < wide.size() && (wide[i] != 0 || wide[i + 1] != 0); i += 2) {
        if (size == longest || wide[i + 1] != 0) return {};
        plain[size++] = static_cast<char>(wide[i]);
    }
    std::string_view text(plain.data(), size);
    constexpr std::string_view begin = "\\\\", way = "\\UDP\\";
    if (!text.starts_with(begin)) return {};
    text.remove_prefix(begin.size());
    const std::size_t end = text.find('\\');
    if (end == std::string_view::npos || !begins_with(text.substr(end), way)) return {};
    const auto address = parse_address(text.substr(0, end), family);
    const std::string_view digits = text.substr(end + way.size());
    const auto port = leading_number(digits);
    constexpr std::size_t most_digits = 5;
    if (!address || !port || port->digits != digits.size() || port->digits > most_digits ||
        port->value == 0 || port->value > 0xffff)
        return {};
    return Endpoint{family, *address, static_cast<std::uint16_t>(port->value)};
}

void read_message(Bytes message, Subject& subject, Findings& findings) {
    if (message.size() < funnel_at || word_at(message, kind_at) != connect_funnel) return;
    const Family family = subject.entry().family;
    const auto funnel = read_funnel(message.subspan(funnel_at), family);
    const auto size = static_cast<std::uint32_t>(message.size());
    if (!funnel || funnel->address != subject.mine().source || size % unit != 0) return;
    Wanted wanted = call_back(subject, wire::protocol::udp, funnel->port);
    wanted.shared = true;
    findings.mention({.span = {funnel_at, size - std::uint32_t{funnel_at}},
                      .denotes = Mention::Denotes::expected,
                      .expectation = findings.expect(wanted),
                      .endpoint = *funnel,
                      .write = write_funnel});
    struct Length {
        std::uint32_t at, from;
        Style style;
    };
    constexpr Length lengths[] = {{length_at, counted_from, in_bytes},
                                  {chunks_at, counted_from, in_units},
                                  {command_chunks_at, command_from, in_units}};
    for (const Length& length : lengths) {
        findings.mention({.span = {length.at, 4},
                          .denotes = Mention::Denotes::length,
                          .style = length.style,
                          .counted = {length.from, size - length.from},
                          .write = write_length});
    }
}

Inspection inspect(const Reading& reading, Subject& subject, Findings& findings) {
    // The server's are data, for the greatest part; of IPv6 the protocol knows nothing.
    if (subject.direction() == track::Direction::reply || !is_v4(subject.entry().family))
        return {.next = Inspection::Next::give_up};
    const Bytes bytes = reading.bytes;
    const Inspection unfinished =
        reading.alone ? all_of(reading) : Inspection{.next = Inspection::Next::more};
    if (bytes.size() < counted_from) return unfinished;
    const std::size_t length = counted_from + std::size_t{word_at(bytes, length_at)};
    if (word_at(bytes, session_at) != session || word_at(bytes, seal_at) != seal || length > longest_message)
        return {.next = Inspection::Next::give_up};
    if (bytes.size() < length) return unfinished;
    read_message(bytes.first(length), subject, findings);
    return {.taken = length};
}

constexpr std::uint8_t transports[] = {wire::protocol::tcp};
constexpr track::ExpectationPolicy policies[] = {{.most = 2, .seconds = 180}};

}  // namespace

extern const Helper helper_mms;
const Helper helper_mms{.name = "mms",
                        .protocols = transports,
                        .grain = Grain::messages,
                        .policies = policies,
                        .longest = longest_message,
                        .inspect = inspect};

}  // namespace gatehouse::helper

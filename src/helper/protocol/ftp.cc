// FTP (RFC 959; EPRT and EPSV: RFC 2428): the client's PORT and EPRT say where it waits for the data
// connection, the server's replies 227 and 229 (to PASV and EPSV) where it does.
#include <algorithm>
#include <array>

#include "base/sequence.h"
#include "helper/helper.h"
#include "helper/lines.h"
#include "helper/text.h"
#include "packet/reason.h"
#include "wire/protocol.h"

namespace gatehouse::helper {

namespace {

using track::Direction;

// `numbers.size()` decimal numbers joined by `separator`; how many characters they take, 0 if they aren't
// there. `end` stands behind them; if that is 0, anything but a digit does.
std::size_t read_numbers(std::string_view text, std::span<std::uint32_t> numbers, char separator, char end) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (i > 0 && (at >= text.size() || text[at++] != separator)) return 0;
        // A number that is left out is zero, as Linux has it.
        const auto number = leading_number(text.substr(at)).value_or(Number{});
        numbers[i] = number.value;
        at += number.digits;
    }
    if (at >= text.size() || text[at] == separator) return 0;
    return end == '\0' || text[at] == end ? at : 0;
}

Address address_of(std::span<const std::uint32_t, 4> n) {
    return Address::v4(n[0] << 24 | n[1] << 16 | n[2] << 8 | n[3]);
}

bool is_delimiter(char c) { return !is_digit(c) && c >= 33 && c <= 126; }

// What stands behind a trigger's word: where, how long, and what it denotes.
struct Found {
    std::size_t at = 0, length = 0;  // 0: nothing that can be read
    Endpoint endpoint{};
};

// "192,0,2,1,19,136"
void read_six(std::string_view text, char end, Found& found) {
    std::array<std::uint32_t, 6> n;
    found.length = read_numbers(text, n, ',', end);
    found.endpoint = {.family = Family::ipv4,
                      .address = address_of(std::span(n).first<4>()),
                      .port = static_cast<std::uint16_t>(n[4] << 8 | n[5])};
}

// Digits and the delimiter behind them.
std::size_t read_port(std::string_view text, char delimiter, std::uint16_t& port) {
    const auto number = leading_number(text);
    if (!number || number->digits == text.size() || text[number->digits] != delimiter) return 0;
    port = static_cast<std::uint16_t>(number->value);
    return port == 0 ? 0 : number->digits + 1;
}

// "|1|192.0.2.1|5000|" or "|2|2001:db8::1|5000|"
void read_extended(std::string_view text, Found& found) {
    constexpr std::size_t head = 3;
    if (text.size() <= head) return;
    const char delimiter = text[0];
    if (!is_delimiter(delimiter) || text[2] != delimiter || (text[1] != '1' && text[1] != '2')) return;
    const std::size_t end = text.find(delimiter, head);
    if (end == std::string_view::npos || end == head) return;
    Endpoint& to = found.endpoint;
    to.family = text[1] == '1' ? Family::ipv4 : Family::ipv6;
    if (is_v4(to.family)) {
        std::array<std::uint32_t, 4> n;
        if (read_numbers(text.substr(head), n, '.', delimiter) == 0) return;
        to.address = address_of(n);
    } else {
        const auto address = parse_address(text.substr(head, end - head), Family::ipv6);
        if (!address) return;
        to.address = *address;
    }
    const std::size_t port = read_port(text.substr(end + 1), delimiter, to.port);
    found.length = port == 0 ? 0 : end + 1 + port;
}

// "|||5000|"
void read_port_alone(std::string_view text, Found& found) {
    constexpr std::size_t head = 3;
    if (text.size() <= head) return;
    const char delimiter = text[0];
    if (!is_delimiter(delimiter) || text[1] != delimiter || text[2] != delimiter) return;
    const std::size_t port = read_port(text.substr(head), delimiter, found.endpoint.port);
    found.length = port == 0 ? 0 : head + port;
}

std::size_t write_six(const Written& what, MutableBytes to) {
    const std::uint32_t address = what.endpoint.address.words[0];
    const std::uint16_t port = what.endpoint.port;
    TextInto text(to);
    for (const int shift : {24, 16, 8, 0}) text.number(address >> shift & 0xff).put(',');
    return text.number(port >> 8).put(',').number(port & 0xffu).size();
}

std::size_t write_extended(const Written& what, MutableBytes to) {
    const Endpoint& endpoint = what.endpoint;
    return TextInto(to)
        .put(is_v4(endpoint.family) ? "|1|" : "|2|")
        .address(endpoint.address, endpoint.family)
        .put('|')
        .number(endpoint.port)
        .put('|')
        .size();
}

std::size_t write_port_alone(const Written& what, MutableBytes to) {
    return TextInto(to).put("|||").number(what.endpoint.port).put('|').size();
}

struct Trigger {
    std::string_view word;
    Direction direction;
    void (*read)(std::string_view rest, Found& found);  // `rest` begins behind the word
    Mention::Part part;
    Formatter write;
};

// Reads with `read` what stands behind the first character for which `is_begin(c)`; that character, if
// `included`.
template <class IsBegin>
void read_from(std::string_view rest, Found& found, bool included, IsBegin is_begin, auto read) {
    const auto* const begin = std::ranges::find_if(rest, is_begin);
    found.at = static_cast<std::size_t>(begin - rest.begin()) + (included ? 0 : 1);
    if (found.at < rest.size()) read(rest.substr(found.at), found);
}
bool is_space(char c) { return c == ' '; }
bool is_parenthesis(char c) { return c == '('; }

constexpr Trigger triggers[] = {
    {"PORT", Direction::original,
     [](std::string_view rest, Found& found) {
         read_from(rest, found, false, is_space, [](auto text, Found& f) { read_six(text, '\r', f); });
     },
     Mention::Part::both, write_six},
    {"EPRT", Direction::original,
     [](std::string_view rest, Found& found) { read_from(rest, found, false, is_space, read_extended); },
     Mention::Part::both, write_extended},
    {"227 ", Direction::reply,
     [](std::string_view rest, Found& found) {
         read_from(rest, found, true, is_digit, [](auto text, Found& f) { read_six(text, '\0', f); });
     },
     Mention::Part::both, write_six},
    {"229 ", Direction::reply,
     [](std::string_view rest, Found& found) {
         read_from(rest, found, false, is_parenthesis, read_port_alone);
     },
     Mention::Part::port, write_port_alone},
};

// The trigger that `line` begins with, or, when `cut`, may yet begin with.
const Trigger* find_trigger(std::string_view line, Direction direction, bool& cut) {
    for (const Trigger& trigger : triggers) {
        if (trigger.direction != direction) continue;
        cut = line.size() <= trigger.word.size();
        if (begins_with(cut ? trigger.word : line, cut ? line : trigger.word)) return &trigger;
    }
    return nullptr;
}

// The data connection comes from the other side. An address other than the sender's own is a third party's:
// nobody's business but where `loose` is set, and not translated even then.
void expect_data(const Trigger& trigger, const Found& found, std::size_t word_end, Subject& subject,
                 Findings& findings) {
    const track::Tuple mine = subject.mine();
    Wanted wanted = call_back(subject, wire::protocol::tcp, found.endpoint.port);
    const bool same_family = trigger.part == Mention::Part::port || found.endpoint.family == mine.family;
    if (!same_family) return;
    if (trigger.part == Mention::Part::both && found.endpoint.address != mine.source) {
        if (!subject.settings().ftp_loose) return;
        wanted.expectation.tuple.destination = wanted.announced.address = found.endpoint.address;
        wanted.third_party = true;
    }
    const std::uint8_t number = findings.expect(wanted);
    findings.mention(
        {.span = {static_cast<std::uint32_t>(word_end + found.at), static_cast<std::uint32_t>(found.length)},
         .denotes = Mention::Denotes::expected,
         .part = trigger.part,
         .expectation = number,
         .endpoint = wanted.announced,
         .write = trigger.write});
}

// Linux reads a segment only if it begins where a line is known to begin: the two newest ends of lines that
// segments had, in each direction.
struct Memory {
    struct Side {
        std::array<std::uint32_t, 2> line_ends;
        std::uint32_t count;
    };
    std::array<Side, 2> sides;
};

bool begins_line(const Memory::Side& side, std::uint32_t sequence) {
    const auto known = std::span(side.line_ends).first(side.count);
    return std::ranges::find(known, sequence) != known.end();
}

void remember_line_end(Memory::Side& side, std::uint32_t sequence) {
    if (begins_line(side, sequence)) return;
    if (side.count < side.line_ends.size()) {
        side.line_ends[side.count++] = sequence;
    } else {
        side.line_ends[before(side.line_ends[0], side.line_ends[1]) ? 0 : 1] = sequence;
    }
}

Inspection inspect_segment(const Reading& reading, Subject& subject, Findings& findings) {
    Memory::Side& side = subject.memory<Memory>().sides[track::index(subject.direction())];
    const std::string_view text = text_of(reading.bytes);
    if (begins_line(side, reading.sequence)) {
        bool cut = false;
        if (const Trigger* const trigger = find_trigger(text, subject.direction(), cut)) {
            Found found;
            if (!cut) trigger->read(text.substr(trigger->word.size()), found);
            if (found.length == 0) {
                return {.next = Inspection::Next::refuse,
                        .why = {.reason = Reason::helper_partial,
                                .numbers = {static_cast<std::uint32_t>(text.size())}}};
            }
            expect_data(*trigger, found, trigger->word.size(), subject, findings);
        }
    }
    if (text.ends_with('\n'))
        remember_line_end(side, reading.sequence + static_cast<std::uint32_t>(text.size()));
    return all_of(reading);
}

Inspection inspect(const Reading& reading, Subject& subject, Findings& findings) {
    if (reading.alone) return inspect_segment(reading, subject, findings);
    const std::size_t length = line_length(text_of(reading.bytes));
    const std::string_view text = text_of(length == 0 ? reading.bytes : reading.bytes.first(length));
    if (is_http_request(text)) return {.next = Inspection::Next::give_up};
    bool cut = false;
    const Trigger* const trigger = find_trigger(text, subject.direction(), cut);
    if (length == 0)
        return {.next = trigger == nullptr ? Inspection::Next::skip_line : Inspection::Next::more};
    if (trigger != nullptr && !cut) {
        Found found;
        trigger->read(text.substr(trigger->word.size()), found);
        if (found.length > 0) expect_data(*trigger, found, trigger->word.size(), subject, findings);
    }
    return {.taken = length};
}

constexpr std::uint8_t transports[] = {wire::protocol::tcp};
constexpr track::ExpectationPolicy policies[] = {{.most = 1, .seconds = 300}};

}  // namespace

extern const Helper helper_ftp;
const Helper helper_ftp{
    .name = "ftp", .protocols = transports, .grain = Grain::lines, .policies = policies, .inspect = inspect};

}  // namespace gatehouse::helper

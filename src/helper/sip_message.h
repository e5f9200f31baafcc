// SIP messages (RFC 3261) as text: header fields with their folded lines and compact names, the addresses in
// them, and parameters. Numeric addresses only: names are nobody's to translate.
//
// Pure functions over bytes that anybody may have sent.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "helper/mention.h"

namespace gatehouse::helper::sip {

constexpr std::uint16_t standard_port = 5060;

enum class Field : std::uint8_t { cseq, from, to, contact, via_udp, via_tcp, expires, content_length };

// Whether something was there; it may be, and make no sense.
enum class Found : std::uint8_t { no, malformed, yes };

struct Place {
    Found found = Found::no;
    Span span{};  // from the message's first byte; of what is malformed, where it begins
};

// The first such field behind `from`: its number, or the address in it (with its port, as it is written).
Place find_field(std::string_view message, std::size_t from, Field field, Family family);

// An address and port as written in a field, 5060 if no port is.
struct Location {
    Found found = Found::no;
    Span span{};
    Endpoint endpoint{};
};
Location locate(std::string_view message, Field field, Family family);
// The address in a request's first line, where it has one.
Location locate_target(std::string_view message, Family family);

// The addresses in all Contact fields, several in one, too.
class Contacts {
  public:
    Contacts(std::string_view message, Family family) : message_(message), family_(family) {}
    Location next();

  private:
    Place next_in_field() const;
    Place next_place();

    std::string_view message_;
    Family family_;
    std::size_t at_ = 0;
    bool within_ = false;  // a field, behind its first address
};

// A number, as the first thing of a span; and that of a field, 0 if it isn't there.
std::uint32_t number_at(std::string_view message, Span span);
std::uint32_t number_of(std::string_view message, Field field, Family family);

// Parameters behind `from`, up to the next comma: "name=" included in the name.
Place find_parameter(std::string_view message, std::size_t from, std::string_view name);
struct NumberParameter {
    Found found = Found::no;
    Span span{};
    std::uint32_t value = 0;
};
NumberParameter find_number(std::string_view message, std::size_t from, std::string_view name);
// An IPv6 address stands in brackets, if `bracketed`.
Location find_address(std::string_view message, std::size_t from, std::string_view name, Family family,
                      bool bracketed);

// The address that `text` begins with, and how many characters it takes; none: no numeric address.
struct TextAddress {
    Address address{};
    std::size_t length = 0;
};
std::optional<TextAddress> leading_address(std::string_view text, Family family, bool bracketed);

// Where a line begins behind `from`: the place behind the next end of a line; npos if there is none.
std::size_t next_line(std::string_view text, std::size_t from);

}  // namespace gatehouse::helper::sip

// Reading the text of control protocols: numbers and words from bytes that end anywhere.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "wire/address.h"

namespace gatehouse::helper {

inline std::string_view text_of(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
bool begins_with(std::string_view text, std::string_view beginning);  // whatever the case

// The decimal number that `text` begins with, as a machine's 32 bits hold it (too large ones wrap, as in
// Linux's helpers), and the digits behind which the rest begins; nothing if there is none.
struct Number {
    std::uint32_t value = 0;
    std::size_t digits = 0;
};
std::optional<Number> leading_number(std::string_view text);

// Text put together in a place of bounded size. Where something didn't fit, size() is 0.
class TextInto {
  public:
    explicit TextInto(MutableBytes to) : to_(to) {}
    TextInto& put(std::string_view text);
    TextInto& put(char c) { return put(std::string_view(&c, 1)); }
    TextInto& number(std::uint32_t value);
    TextInto& address(const Address& address, Family family);
    std::size_t size() const { return overflowed_ ? 0 : size_; }

  private:
    MutableBytes to_;
    std::size_t size_ = 0;
    bool overflowed_ = false;
};

}  // namespace gatehouse::helper

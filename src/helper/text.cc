#include "helper/text.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstring>

namespace gatehouse::helper {

bool begins_with(std::string_view text, std::string_view beginning) {
    return text.size() >= beginning.size() &&
           std::ranges::equal(text.substr(0, beginning.size()), beginning, {}, lower, lower);
}

std::optional<Number> leading_number(std::string_view text) {
    Number number;
    while (number.digits < text.size() && is_digit(text[number.digits]))
        number.value = number.value * 10 + static_cast<std::uint32_t>(text[number.digits++] - '0');
    if (number.digits == 0) return {};
    return number;
}

TextInto& TextInto::put(std::string_view text) {
    if (text.size() > to_.size() - size_) {
        overflowed_ = true;
    } else {
        std::memcpy(to_.data() + size_, text.data(), text.size());
        size_ += text.size();
    }
    return *this;
}

TextInto& TextInto::number(std::uint32_t value) {
    std::array<char, 10> digits;
    const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
    return put({digits.data(), end});
}

TextInto& TextInto::address(const Address& address, Family family) {
    std::array<std::uint8_t, 16> bytes;
    std::array<char, INET6_ADDRSTRLEN> text;
    address.store(bytes.data(), family);
    inet_ntop(static_cast<int>(family), bytes.data(), text.data(), text.size());
    return put(std::string_view(text.data()));
}

}  // namespace gatehouse::helper

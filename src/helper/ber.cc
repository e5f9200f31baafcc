#include "helper/ber.h"

namespace gatehouse::helper::ber {

std::optional<Element> Reader::next() {
    constexpr std::uint8_t long_tag = 0x1f, long_length = 0x80;
    constexpr std::size_t most_length_bytes = 4;
    if (rest_.size() < 2 || (rest_[0] & long_tag) == long_tag) return {};
    std::size_t length = rest_[1], head = 2;
    if ((length & long_length) != 0) {
        const std::size_t count = length & ~std::size_t{long_length};
        if (count == 0 || count > most_length_bytes || rest_.size() < head + count) return {};
        length = 0;
        for (std::size_t i = 0; i < count; ++i) length = length << 8 | rest_[head + i];
        head += count;
    }
    if (length > rest_.size() - head) return {};
    const Element element{rest_[0], rest_.subspan(head, length)};
    rest_ = rest_.subspan(head + length);
    return element;
}

std::optional<Element> Reader::next(std::uint8_t tag) {
    if (rest_.empty() || rest_[0] != tag) return {};
    return next();
}

}  // namespace gatehouse::helper::ber

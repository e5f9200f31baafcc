// Writes bytes in network order, one after another, into a vector that grows or into room that somebody
// lends.
#pragma once
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace gatehouse::wire {

class Writer {
  public:
    Writer() = default;                                               // grows
    explicit Writer(MutableBytes room) : room_(room), lent_(true) {}  // never allocates

    void u8(std::uint8_t value) { bytes({&value, 1}); }
    void u16(std::uint16_t value) {
        if (std::uint8_t* const at = append(2)) store_be16(at, value);
    }
    void u24(std::uint32_t value) {
        u8(static_cast<std::uint8_t>(value >> 16));
        u16(static_cast<std::uint16_t>(value));
    }
    void u32(std::uint32_t value) {
        if (std::uint8_t* const at = append(4)) store_be32(at, value);
    }
    void bytes(Bytes data) {
        std::uint8_t* const at = append(data.size());
        if (at != nullptr && !data.empty()) std::memcpy(at, data.data(), data.size());
    }
    void zeros(std::size_t count) { append(count); }

    // Lent room was too small: what didn't fit, and all after it, is lost.
    bool overflowed() const { return overflowed_; }
    std::size_t size() const { return size_; }
    MutableBytes written() { return {lent_ ? room_.data() : grown_.data(), size_}; }
    std::vector<std::uint8_t> take() { return std::exchange(grown_, {}); }

  private:
    // `count` zeroed bytes at the end, or nullptr if there is no room.
    std::uint8_t* append(std::size_t count) {
        if (lent_ && (overflowed_ || room_.size() - size_ < count)) {
            overflowed_ = true;
            return nullptr;
        }
        size_ += count;
        if (!lent_) {
            grown_.resize(size_);
            return grown_.data() + size_ - count;
        }
        std::uint8_t* const at = room_.data() + size_ - count;
        if (count > 0) std::memset(at, 0, count);
        return at;
    }

    MutableBytes room_{};
    bool lent_ = false;
    bool overflowed_ = false;
    std::size_t size_ = 0;
    std::vector<std::uint8_t> grown_;
};

}  // namespace gatehouse::wire

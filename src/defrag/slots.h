// A bounded store of equal things by index, allocated at once and touched only where it is used.
//
// One thread's.
#pragma once
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

namespace gatehouse::defrag {

constexpr std::uint32_t no_slot = 0xffffffff;

template <class T>
class Slots {
    static_assert(std::is_trivially_destructible_v<T>);

  public:
    explicit Slots(std::uint32_t limit) : limit_(limit), memory_(new Room[limit]) { free_.reserve(limit); }

    // The index of a fresh T, or no_slot when all are taken. The one given back last comes first: it is warm.
    std::uint32_t take() {
        std::uint32_t at = no_slot;
        if (!free_.empty()) {
            at = free_.back();
            free_.pop_back();
        } else if (touched_ < limit_) {
            at = touched_++;
        } else {
            return no_slot;
        }
        new (&memory_[at]) T{};
        return at;
    }
    void give_back(std::uint32_t at) {
        assert(at < touched_ && free_.size() < touched_);
        free_.push_back(at);
    }
    T& operator[](std::uint32_t at) { return *std::launder(reinterpret_cast<T*>(&memory_[at])); }
    const T& operator[](std::uint32_t at) const {
        return *std::launder(reinterpret_cast<const T*>(&memory_[at]));
    }
    std::uint32_t taken() const { return touched_ - static_cast<std::uint32_t>(free_.size()); }
    std::uint32_t limit() const { return limit_; }

  private:
    struct Room {
        alignas(T) std::byte bytes[sizeof(T)];
    };
    std::uint32_t limit_;
    std::uint32_t touched_ = 0;
    std::unique_ptr<Room[]> memory_;
    std::vector<std::uint32_t> free_;
};

}  // namespace gatehouse::defrag

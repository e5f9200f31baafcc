// A stretch of address space, reserved at once and given memory piece by piece.
//
// prepare() may run on another thread while this memory is in use; everything else is the owner's.
#pragma once
#include <cstddef>

namespace gatehouse {

class Reservation {
  public:
    // What prepare() should be asked for at a time: one huge page.
    static constexpr std::size_t slab = std::size_t{2} << 20;

    // `bytes` of zeros, which take up no memory until they are touched or prepared. Throws std::bad_alloc.
    explicit Reservation(std::size_t bytes);
    ~Reservation();
    Reservation(const Reservation&) = delete;
    Reservation& operator=(const Reservation&) = delete;

    std::byte* data() const { return data_; }
    std::size_t size() const { return size_; }
    // Gives [from, to) its memory, so that no access to it faults; what is there stays as it is.
    void prepare(std::size_t from, std::size_t to) const;

  private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
    std::byte* mapping_ = nullptr;
    std::size_t mapping_size_ = 0;
};

}  // namespace gatehouse

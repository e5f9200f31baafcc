#include "base/reservation.h"

#include <atomic>
#include <cassert>
#include <cstdint>
#include <new>
#include <sys/mman.h>

namespace gatehouse {

namespace {
constexpr std::size_t page = 4096;
#ifndef MADV_POPULATE_WRITE
constexpr int MADV_POPULATE_WRITE = 23;  // since Linux 5.14
#endif
}  // namespace

Reservation::Reservation(std::size_t bytes) : size_((bytes + page) & ~(page - 1)) {
    const bool huge = size_ >= slab;
    mapping_size_ = huge ? size_ + slab : size_;
    void* const at = mmap(nullptr, mapping_size_, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) throw std::bad_alloc();
    mapping_ = static_cast<std::byte*>(at);
    const std::size_t past = reinterpret_cast<std::uintptr_t>(mapping_) % slab;
    data_ = mapping_ + (huge && past != 0 ? slab - past : 0);
    // Only advice: without huge pages everything works, more slowly.
    if (huge) madvise(data_, size_, MADV_HUGEPAGE);
}

Reservation::~Reservation() { munmap(mapping_, mapping_size_); }

void Reservation::prepare(std::size_t from, std::size_t to) const {
    assert(from <= to && to <= size_);
    from &= ~(page - 1);
    if (madvise(data_ + from, to - from, MADV_POPULATE_WRITE) == 0) return;
    // An older kernel: write to each page what stands there.
    for (std::size_t at = from; at < to; at += page)
        std::atomic_ref(reinterpret_cast<std::uint32_t&>(data_[at])).fetch_or(0, std::memory_order_relaxed);
}

}  // namespace gatehouse

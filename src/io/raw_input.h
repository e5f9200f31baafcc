// Bytes as they are stored: a file descriptor or a span of memory, read from front to back.
//
// One thread's.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace gatehouse::io {

class RawInput {
  public:
    // Reads `descriptor`; closes it at the end if `owned`.
    RawInput(int descriptor, bool owned);
    // Reads `memory`, which must outlive this.
    explicit RawInput(Bytes memory) : memory_(memory), size_(memory.size()) {}
    ~RawInput();
    RawInput(const RawInput&) = delete;
    RawInput& operator=(const RawInput&) = delete;

    // Reads some bytes into `room` (not empty), waiting for the first. 0 at the end, and after an error,
    // which is put into `trouble`.
    std::size_t read(MutableBytes room, std::string& trouble);

    std::uint64_t read_so_far() const { return read_so_far_; }
    std::uint64_t size() const { return size_; }  // 0: not known

  private:
    int descriptor_ = -1;
    bool owned_ = false;
    Bytes memory_;
    std::uint64_t size_ = 0;
    std::uint64_t read_so_far_ = 0;
};

}  // namespace gatehouse::io

// Unpacks a gzip stream (RFC 1952): several members in a row are one stream, zero bytes after the last are
// padding, anything else there is an error.
//
// One thread's. Memory: zlib's window and one input buffer.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>
#include <zlib.h>

#include "base/bytes.h"
#include "io/raw_input.h"

namespace gatehouse::io {

class Inflater {
  public:
    // `first`: the bytes that have been read already; copied.
    explicit Inflater(Bytes first);
    ~Inflater();
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    // Puts at least one unpacked byte into `room` (not empty). 0 at the end, and after an error, which is put
    // into `trouble`; what came before an error has been given out by then.
    std::size_t produce(RawInput& raw, MutableBytes room, std::string& trouble);

  private:
    bool refill(RawInput& raw, std::string& trouble);
    bool enter_member(RawInput& raw, std::string& trouble);

    z_stream stream_{};  // zlib keeps a pointer to it: never moved
    std::vector<std::uint8_t> input_;
    bool in_member_ = true;
    bool failed_ = false;
};

}  // namespace gatehouse::io

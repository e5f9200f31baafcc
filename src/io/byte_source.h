// A stream of bytes from a file, standard input or memory, read in large pieces and unpacked on the way if it
// is gzip'd (RFC 1952, any number of members).
//
// One thread's. Memory is bounded by the largest piece asked for with want(), and grows only as bytes really
// arrive: asking for much of a short file costs nothing.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/error.h"

namespace gatehouse::io {

class RawInput;
class Inflater;

class ByteSource {
  public:
    // "-" is standard input. An error if the file can't be opened or its first bytes can't be read.
    static Result<ByteSource> open(const std::string& path);
    // Reads `bytes`, which must outlive the source.
    static ByteSource from_memory(Bytes bytes);

    ByteSource(ByteSource&&) noexcept;
    ByteSource& operator=(ByteSource&&) noexcept;
    ~ByteSource();

    // Makes at least `n` bytes readable at data() unless the stream ends first, and tells how many there are.
    // Bytes given out before may move.
    std::size_t want(std::size_t n) { return available() >= n ? available() : fill(n); }
    std::size_t available() const { return end_ - begin_; }
    const std::uint8_t* data() const { return buffer_.get() + begin_; }
    // Moves past `n` available bytes. They stay readable until the next want() or skip().
    void take(std::size_t n) { begin_ += n; }
    // Moves past `n` bytes without keeping them; fewer at the stream's end. Tells how many.
    std::uint64_t skip(std::uint64_t n);

    // Where data() stands in the (unpacked) stream.
    std::uint64_t offset() const { return base_ + begin_; }
    // Why the stream ended before its time (a read error, bad gzip data); "" if it simply ended.
    const std::string& trouble() const { return trouble_; }
    bool compressed() const { return inflater_ != nullptr; }
    // Bytes of the file, as stored, read so far; and the file's size, 0 if it isn't known (a pipe).
    std::uint64_t stored_read() const;
    std::uint64_t stored_size() const;

  private:
    explicit ByteSource(std::unique_ptr<RawInput> raw);
    void unpack_if_gzip();
    std::size_t fill(std::size_t n);
    void make_room();

    std::unique_ptr<RawInput> raw_;
    std::unique_ptr<Inflater> inflater_;
    std::unique_ptr<std::uint8_t[]> buffer_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t base_ = 0;  // the stream's offset at buffer_[0]
    bool ended_ = false;
    std::string trouble_;
};

}  // namespace gatehouse::io

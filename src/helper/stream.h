// The two byte streams of a TCP connection that has a helper: brought in order, each byte shown once.
//
// A segment that follows on the last is read where it lies. Copied are only bytes that wait for something:
// the beginning of a command that goes on in the next segment, and what came ahead of a gap. Both are in a
// buffer that a direction has as long as it needs it. The number of buffers is bounded; where none is free,
// or where one is too small, bytes are lost to the helper, and counted: it reads on behind them.
//
// Where nat rewrites a stream, the buffer also holds what it has written, until that is acknowledged; nothing
// is lost there for want of room: a segment that finds none is refused, and its sender sends it again.
//
// The engine's thread only. Nothing allocates after construction.
#pragma once
#include <array>
#include <cstdint>
#include <span>

#include "base/arena.h"
#include "base/bytes.h"
#include "helper/rewrite.h"
#include "track/side.h"

namespace gatehouse::helper {

class Streams {
  public:
    static constexpr std::uint32_t buffer_bytes = 65'536;

    // At most so many directions have bytes waiting at a time. Throws std::bad_alloc as Arena.
    explicit Streams(std::uint32_t buffers) : buffers_(buffers) {}

    using One = track::HelperStream::One;

    // What of a direction can be read now; it stays where it is until judged() or undo().
    struct Ready {
        Bytes bytes;                 // from the first that wasn't judged; empty: nothing new
        std::uint32_t sequence = 0;  // of the first of them
        bool gap = false;            // what came before them is lost
        bool refused = false;        // there is no room for it; it wasn't taken
        std::uint32_t next = 0;      // where the stream stood before
    };

    // The stream begins at this sequence number (its SYN has been seen).
    static void begin(One& stream, std::uint32_t sequence);
    // A segment with data, whose first byte has this sequence number. A stream whose beginning wasn't seen
    // begins with it, behind a gap. Where there is no room for it bytes are lost, or, if the segment `waits`,
    // it is refused.
    Ready take(One& stream, std::uint32_t sequence, Bytes segment, bool waits = false);
    // Of what take() gave, the first `judged` bytes are done with; the rest is kept, to be given again with
    // what follows.
    void judged(One& stream, const Ready& ready, std::size_t judged);
    // The segment that take() was given doesn't go on: it will come again.
    void undo(One& stream, const Ready& ready, std::uint32_t segment_end);
    // Nothing of it waits any more. What was rewritten stays known.
    void release(One& stream);
    void forget(One& stream);

    static bool is_known(const One& stream);
    // The first byte that wasn't judged; bytes from there on that have come without a gap.
    std::uint32_t unjudged(const One& stream) const;
    Bytes waiting(const One& stream) const;
    // What wasn't judged is to come again.
    void rewind(One& stream);

    // What has been rewritten, sorted. remember(): false when there is no room.
    bool remember(One& stream, std::span<const Rewrite> rewrites);
    std::span<const Rewrite> rewrites(const One& stream) const;
    void acknowledged(One& stream, std::uint32_t upto);

    std::uint32_t in_use() const { return buffers_.used(); }
    std::uint64_t gaps() const { return gaps_; }

  private:
    static constexpr std::size_t most_islands = 16, most_rewrites = 128;
    // Bytes [begin, end) that came ahead of a gap.
    struct Island {
        std::uint32_t begin, end;
    };
    struct Buffer {
        std::uint32_t origin;  // the sequence number of the first byte in it
        std::uint32_t filled;  // bytes from there without a gap
        std::uint32_t island_count;
        std::array<Island, most_islands> islands;  // sorted, apart from each other, all behind `filled`
        std::uint32_t rewrite_count;
        std::array<Rewrite, most_rewrites> rewrites;
        std::array<std::uint8_t, buffer_bytes> bytes;

        bool waits() const { return filled > 0 || island_count > 0; }
        std::uint32_t end() const {
            return island_count > 0 ? islands[island_count - 1].end : origin + filled;
        }
        bool fits(std::uint32_t sequence, std::size_t length) const {
            return sequence - origin + length <= buffer_bytes;
        }
        void store(std::uint32_t sequence, Bytes segment);
        bool add_island(Island island);
        void join_islands();
    };

    Buffer* any_buffer(const One& stream) {
        return stream.buffer == 0 ? nullptr : &buffers_[stream.buffer - 1];
    }
    const Buffer* any_buffer(const One& stream) const {
        return stream.buffer == 0 ? nullptr : &buffers_[stream.buffer - 1];
    }
    // One that has bytes in it.
    Buffer* buffer(const One& stream) {
        Buffer* const there = any_buffer(stream);
        return there != nullptr && there->waits() ? there : nullptr;
    }
    Buffer* take_buffer(One& stream);
    Buffer* open(One& stream, std::uint32_t origin);
    Ready lose(One& stream, std::uint32_t sequence, Bytes segment);

    Arena<Buffer> buffers_;
    std::uint64_t gaps_ = 0;
};

}  // namespace gatehouse::helper

#include "helper/stream.h"

#include <algorithm>
#include <cstring>

#include "base/sequence.h"

namespace gatehouse::helper {

namespace {

// Bits of HelperStream::One::state that are Streams' (others are the driver's).
constexpr std::uint8_t known = 1;  // `next` has a meaning
constexpr std::uint8_t lost = 2;   // bytes before `next` couldn't be kept

}  // namespace

void Streams::Buffer::store(std::uint32_t sequence, Bytes segment) {
    std::memcpy(bytes.data() + (sequence - origin), segment.data(), segment.size());
}

// Joined with those that it touches. False: there are too many.
bool Streams::Buffer::add_island(Island island) {
    auto* const begin = islands.data();
    auto* const end_of = begin + island_count;
    auto* const first =
        std::find_if(begin, end_of, [&](const Island& i) { return !before(i.end, island.begin); });
    auto* const last =
        std::find_if(first, end_of, [&](const Island& i) { return after(i.begin, island.end); });
    if (first == last) {
        if (island_count == most_islands) return false;
        std::move_backward(first, end_of, end_of + 1);
        *first = island;
        ++island_count;
        return true;
    }
    if (before(first->begin, island.begin)) island.begin = first->begin;
    if (after((last - 1)->end, island.end)) island.end = (last - 1)->end;
    *first = island;
    std::move(last, end_of, first + 1);
    island_count -= static_cast<std::uint32_t>(last - first) - 1;
    return true;
}

// Those that the bytes without a gap have reached.
void Streams::Buffer::join_islands() {
    std::uint32_t reached = 0;
    for (; reached < island_count && !after(islands[reached].begin, origin + filled); ++reached) {
        if (after(islands[reached].end, origin + filled)) filled = islands[reached].end - origin;
    }
    std::move(islands.data() + reached, islands.data() + island_count, islands.data());
    island_count -= reached;
}

void Streams::begin(One& stream, std::uint32_t sequence) {
    stream.next = sequence;
    stream.state |= known;
}

// The one it has, or a fresh one.
Streams::Buffer* Streams::take_buffer(One& stream) {
    if (Buffer* const there = any_buffer(stream)) return there;
    const std::uint32_t place = buffers_.take();
    if (place == Arena<Buffer>::none) return nullptr;
    stream.buffer = place + 1;
    Buffer& buffer = buffers_[place];
    buffer.filled = buffer.island_count = buffer.rewrite_count = 0;
    return &buffer;
}

Streams::Buffer* Streams::open(One& stream, std::uint32_t origin) {
    Buffer* const buffer = take_buffer(stream);
    if (buffer == nullptr) return nullptr;
    buffer->origin = origin;
    buffer->filled = buffer->island_count = 0;
    return buffer;
}

void Streams::release(One& stream) {
    Buffer* const there = any_buffer(stream);
    if (there == nullptr) return;
    there->filled = there->island_count = 0;
    if (there->rewrite_count == 0) forget(stream);
}

void Streams::forget(One& stream) {
    if (stream.buffer == 0) return;
    buffers_.give_back(stream.buffer - 1);
    stream.buffer = 0;
}

bool Streams::is_known(const One& stream) { return (stream.state & known) != 0; }

std::uint32_t Streams::unjudged(const One& stream) const {
    const Buffer* const there = any_buffer(stream);
    return there != nullptr && there->waits() ? there->origin : stream.next;
}

Bytes Streams::waiting(const One& stream) const {
    const Buffer* const there = any_buffer(stream);
    return there == nullptr ? Bytes() : Bytes(there->bytes).first(there->filled);
}

void Streams::rewind(One& stream) {
    stream.next = unjudged(stream);
    release(stream);
}

bool Streams::remember(One& stream, std::span<const Rewrite> rewrites) {
    if (rewrites.empty()) return true;
    Buffer* const there = take_buffer(stream);
    if (there == nullptr) return false;
    if (rewrites.size() > most_rewrites - there->rewrite_count) return false;
    std::ranges::copy(rewrites, there->rewrites.begin() + there->rewrite_count);
    there->rewrite_count += static_cast<std::uint32_t>(rewrites.size());
    return true;
}

std::span<const Rewrite> Streams::rewrites(const One& stream) const {
    const Buffer* const there = any_buffer(stream);
    if (there == nullptr) return {};
    return std::span(there->rewrites).first(there->rewrite_count);
}

void Streams::acknowledged(One& stream, std::uint32_t upto) {
    Buffer* const there = any_buffer(stream);
    if (there == nullptr || there->rewrite_count == 0) return;
    const auto all = std::span(there->rewrites).first(there->rewrite_count);
    const auto rest = std::ranges::find_if(all, [&](const Rewrite& r) { return after(r.end(), upto); });
    std::move(rest, all.end(), all.begin());
    there->rewrite_count = static_cast<std::uint32_t>(all.end() - rest);
    if (there->rewrite_count == 0 && !there->waits()) forget(stream);
}

// The stream goes on with this segment, whatever was before it.
Streams::Ready Streams::lose(One& stream, std::uint32_t sequence, Bytes segment) {
    ++gaps_;
    release(stream);
    const std::uint32_t before = stream.next;
    stream.next = sequence + static_cast<std::uint32_t>(segment.size());
    return {.bytes = segment, .sequence = sequence, .gap = true, .next = before};
}

Streams::Ready Streams::take(One& stream, std::uint32_t sequence, Bytes segment, bool waits) {
    if ((stream.state & known) == 0) {
        begin(stream, sequence);
        return lose(stream, sequence, segment);
    }
    if ((stream.state & lost) != 0) {
        stream.state &= static_cast<std::uint8_t>(~lost);
        if (sequence == stream.next) return lose(stream, sequence, segment);
    }
    if (before(sequence, stream.next)) {
        const std::uint32_t known_bytes = stream.next - sequence;
        if (known_bytes >= segment.size()) return {.next = stream.next};
        segment = segment.subspan(known_bytes);
        sequence = stream.next;
    }
    Buffer* there = buffer(stream);
    const auto length = static_cast<std::uint32_t>(segment.size());
    if (sequence == stream.next && there == nullptr) {
        stream.next += length;
        return {.bytes = segment, .sequence = sequence, .next = sequence};
    }
    if (there == nullptr) there = open(stream, stream.next);
    const auto no_room = [&] {
        return waits ? Ready{.refused = true, .next = stream.next} : lose(stream, sequence, segment);
    };
    if (there == nullptr || !there->fits(sequence, length)) return no_room();
    if (sequence != stream.next) {
        there->store(sequence, segment);
        if (!there->add_island({sequence, sequence + length})) return no_room();
        return {.next = stream.next};
    }
    there->store(sequence, segment);
    there->filled += length;
    there->join_islands();
    const std::uint32_t before = stream.next;
    stream.next = there->origin + there->filled;
    return {.bytes = Bytes(there->bytes).first(there->filled), .sequence = there->origin, .next = before};
}

void Streams::judged(One& stream, const Ready& ready, std::size_t judged) {
    const Bytes rest = ready.bytes.subspan(judged);
    const std::uint32_t origin = ready.sequence + static_cast<std::uint32_t>(judged);
    Buffer* there = buffer(stream);
    if (there == nullptr) {
        if (rest.empty()) return;
        there = open(stream, origin);
        if (there == nullptr) {
            stream.state |= lost;
            return;
        }
        there->store(origin, rest);
        there->filled = static_cast<std::uint32_t>(rest.size());
        return;
    }
    const std::uint32_t stay = there->end() - origin;
    if (stay == 0) return release(stream);
    std::memmove(there->bytes.data(), there->bytes.data() + judged, stay);
    there->origin = origin;
    there->filled -= static_cast<std::uint32_t>(judged);
}

// What came ahead of it earlier stays.
void Streams::undo(One& stream, const Ready& ready, std::uint32_t segment_end) {
    const std::uint32_t reached = stream.next;
    stream.next = ready.next;
    if (ready.gap) stream.state |= lost;
    Buffer* const there = buffer(stream);
    if (there == nullptr) return;
    there->filled = ready.next - there->origin;
    if (after(reached, segment_end)) there->add_island({segment_end, reached});
    if (there->filled == 0 && there->island_count == 0) release(stream);
}

}  // namespace gatehouse::helper

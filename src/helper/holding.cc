#include "helper/holding.h"

#include <algorithm>

namespace gatehouse::helper {

const HeldSegment* Held::first_waiting() const {
    const auto found = std::ranges::find(all(), false, &HeldSegment::sent);
    return found == all().end() ? nullptr : &*found;
}

bool Held::covers(std::uint32_t begin, std::uint32_t end, bool fin) const {
    bool ends = !fin;
    for (const HeldSegment& segment : all()) {
        if (!after(segment.begin, begin) && after(segment.end, begin)) begin = segment.end;
        ends |= segment.fin && segment.end == end;
    }
    return ends && !before(begin, end);
}

void Held::add(const HeldSegment& segment) {
    auto* const end_of = segments.data() + count;
    auto* const place = std::find_if(segments.data(), end_of, [&](const HeldSegment& other) {
        return after(other.begin, segment.begin) || (other.begin == segment.begin && other.fin);
    });
    std::move_backward(place, end_of, end_of + 1);
    *place = segment;
    ++count;
    bytes += segment.end - segment.begin;
}

Held* Holding::open(One& stream, track::ConnIndex connection, track::Direction direction) {
    if (Held* const there = find(stream)) return there;
    const std::uint32_t place = all_.take();
    if (place == Arena<Held>::none) return nullptr;
    in_use_[place] = true;
    stream.held = place + 1;
    Held& held = all_[place];
    held.connection = connection;
    held.direction = direction;
    held.count = held.bytes = held.promised = 0;
    held.promises = held.sent_again = held.went_on = false;
    held.times = 0;
    return &held;
}

void Holding::close(One& stream) {
    if (stream.held == 0) return;
    in_use_[stream.held - 1] = false;
    all_.give_back(stream.held - 1);
    stream.held = 0;
}

void Holding::close_if_empty(One& stream) {
    const Held* const held = find(stream);
    if (held != nullptr && held->count == 0 && !held->promises) close(stream);
}

std::uint64_t Holding::segments() const {
    std::uint64_t total = 0;
    for (std::uint32_t i = 0; i < all_.opened(); ++i) total += in_use_[i] ? all_[i].count : 0;
    return total;
}

std::optional<Move> Holding::next_move() {
    if (moves_.empty()) return {};
    const Move move = moves_.front();
    moves_.pop_front();
    return move;
}

void Holding::entered(Token token) {
    for (Move& move : moves_) {
        if (move.token == Token::none) move.token = token;
    }
    std::erase_if(moves_, [](const Move& move) { return move.token == Token::none; });
    each([&](Held& held) {
        for (HeldSegment& segment : held.all()) {
            if (segment.token == Token::none) segment.token = token;
        }
        if (token == Token::none)
            held.remove_if([](const HeldSegment& segment) { return segment.token == Token::none; });
    });
}

}  // namespace gatehouse::helper

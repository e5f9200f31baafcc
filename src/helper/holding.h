// Segments of translated streams that wait for the rest of a command, or for what is missing before them; and
// copies of those that were acknowledged in their receiver's stead, until it has acknowledged them itself.
//
// The packets stand in the engine's waiting room; here is known which bytes they carry, and since when. By
// direction of a connection, bounded in segments and bytes. What is to become of a packet is noted as a Move,
// which the engine makes as soon as it can: not while a packet is on its way through the stages.
//
// The engine's thread only. Nothing allocates after construction but the list of moves.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "base/arena.h"
#include "base/sequence.h"
#include "base/time.h"
#include "hook/token.h"
#include "packet/packet.h"
#include "track/side.h"
#include "track/tuple.h"

namespace gatehouse::helper {

// Who has the packets that wait: the engine.
class Keeper {
  public:
    virtual ~Keeper() = default;
    // nullptr: it waits no longer.
    virtual Packet* held_packet(Token token) = 0;
    // Puts a copy of the engine's in the packet's place, which then belongs to its device again. False: there
    // is no room for one.
    virtual bool make_own(Token token) = 0;
};

// What the engine is to do with a packet that waits.
struct Move {
    enum class What : std::uint8_t {
        go,       // on its way, behind the stage that held it
        send,     // a copy of it goes; it stays
        discard,  // it ends here, because of `why`
        forget,   // a copy that is of no use any more
    };
    What what{};
    Token token{};  // none: the packet at hand, until entered() tells
    Finding why{};
};

// One of them. Numbers are its sender's.
struct HeldSegment {
    Token token{};
    std::uint32_t begin = 0, end = 0;  // of its data
    Time since{};
    bool fin = false;   // and the stream ends behind it
    bool own = false;   // a copy of the engine's
    bool sent = false;  // it went; the copy stays until it is acknowledged
};

// Those of one direction.
struct Held {
    static constexpr std::uint32_t most_segments = 64, most_bytes = 65'536;

    track::ConnIndex connection{};
    track::Direction direction{};
    std::uint32_t count = 0;
    std::uint32_t bytes = 0;
    std::array<HeldSegment, most_segments> segments;  // by where they begin

    // Acknowledged in the receiver's stead, up to there.
    bool promises = false;
    std::uint32_t promised = 0;
    Time promise_at{};     // when what waits may be acknowledged
    Time send_again_at{};  // when what was sent, and promised, goes once more
    std::uint8_t times = 0;
    bool passes_on =
        false;  // from one interface to another, in one family: not a local program's, or for one
    // What its sender did while a command waited.
    bool sent_again = false, went_on = false;

    std::span<HeldSegment> all() { return std::span(segments).first(count); }
    std::span<const HeldSegment> all() const { return std::span(segments).first(count); }
    // The first that waits; nullptr if none does.
    const HeldSegment* first_waiting() const;
    bool room_for(std::uint32_t size) const { return count < most_segments && size <= most_bytes - bytes; }
    // Whether all of these bytes wait already, and the stream's end if `fin`.
    bool covers(std::uint32_t begin, std::uint32_t end, bool fin) const;
    void add(const HeldSegment& segment);
    // Takes out those for which `is_gone(segment)`.
    void remove_if(auto is_gone) {
        std::uint32_t kept = 0;
        for (std::uint32_t i = 0; i < count; ++i) {
            if (is_gone(segments[i])) {
                bytes -= segments[i].end - segments[i].begin;
            } else {
                segments[kept++] = segments[i];
            }
        }
        count = kept;
    }
};

class Holding {
  public:
    using One = track::HelperStream::One;

    // At most so many directions hold anything at a time.
    explicit Holding(std::uint32_t directions) : all_(directions), in_use_(directions, false) {}

    Held* find(const One& stream) { return stream.held == 0 ? nullptr : &all_[stream.held - 1]; }
    const Held* find(const One& stream) const { return stream.held == 0 ? nullptr : &all_[stream.held - 1]; }
    // The direction's own, made if it has none; nullptr: there are too many.
    Held* open(One& stream, track::ConnIndex connection, track::Direction direction);
    void close(One& stream);
    void close_if_empty(One& stream);

    bool any() const { return all_.used() > 0; }
    std::uint32_t directions() const { return all_.used(); }
    std::uint64_t segments() const;
    void each(auto visit) {
        for (std::uint32_t i = 0; i < all_.opened(); ++i)
            if (in_use_[i]) visit(all_[i]);
    }

    void move(const Move& move) { moves_.push_back(move); }
    // Whether there is anything to do that can't wait.
    bool any_moves() const {
        return std::ranges::any_of(moves_, [](const Move& move) { return move.what != Move::What::forget; });
    }
    bool moves_packet_at_hand() const {
        return std::ranges::find(moves_, Token::none, &Move::token) != moves_.end();
    }
    std::optional<Move> next_move();
    // The packet at hand waits under this name, or, if it is `none`, found no room and has been dropped.
    void entered(Token token);

  private:
    Arena<Held> all_;
    std::vector<bool> in_use_;
    std::deque<Move> moves_;
};

}  // namespace gatehouse::helper

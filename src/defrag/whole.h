// A datagram put together from its fragments: a packet in a buffer of the engine's own, with what is needed
// to send it on in pieces of the sizes that came.
//
// One thread's.
#pragma once
#include <algorithm>
#include <cstdint>
#include <memory>
#include <type_traits>

#include "defrag/slots.h"
#include "defrag/unit_set.h"
#include "packet/packet.h"

namespace gatehouse::defrag {

// The pool of wholes; no device's has this number.
constexpr PoolId whole_pool{0xfff0};

struct Whole {
    Packet packet;  // of whole_pool
    // The fragment that came last: it ends as the whole does.
    Packet* last = nullptr;
    std::uint32_t fragments = 0;
    std::uint32_t slot = no_slot;
    // Bytes of the largest fragment, its IP header included: nothing larger may leave.
    std::uint16_t largest = 0;
    // IPv4: the largest fragment said "don't fragment", and so does the whole.
    bool dont_fragment = false;
    // Where each fragment's data began, and how long all of it was: the sizes return, if they can, as long as
    // nobody changes the length.
    UnitSet begins;
    std::uint32_t data = 0;
    // How much of the data Linux has in one place with the first header: the first fragment's, and what was
    // wanted together with it (join_pieces). Fragments that begin in there have lost that much.
    std::uint32_t head = 0;
    bool headers_fit = false;  // each fragment has room for the first one's header
    // Whether the sizes return. No piece but the last can have a length that eight doesn't divide, and what
    // is all in one place is nobody's pieces.
    bool sizes_return() const { return headers_fit && head < data && head % 8 == 0; }
    // Where the piece ends that begins at `at`, if they do.
    std::uint32_t piece_end(std::uint32_t at) const {
        return at < head ? head : std::min(begins.next(at / 8 + 1) * 8, data);
    }
    // IPv6, put together for tracking, with more than a hop-by-hop header before the fragment header: the
    // offset, from the IPv6 header, of what stood behind that. As Linux has it, this host takes it for the
    // first of those headers.
    std::uint16_t misread_at = 0;

    // nullptr if the packet wasn't put together.
    static Whole* of(Packet& packet) {
        return packet.pool == whole_pool ? reinterpret_cast<Whole*>(&packet) : nullptr;
    }
    static const Whole* of(const Packet& packet) {
        return packet.pool == whole_pool ? reinterpret_cast<const Whole*>(&packet) : nullptr;
    }
};
static_assert(std::is_standard_layout_v<Whole>, "a Whole is found from its packet");

// What Linux forgets of the pieces that a packet came in when something wants its first `bytes`, from the
// transport header on, in one place: the first piece grows, and the next ones lose what it takes. Nothing
// where there aren't so many, and to a packet that wasn't put together.
void join_pieces(Packet& packet, std::uint32_t bytes);
// The same for all of the packet.
void join_all_pieces(Packet& packet);

class WholePool {
  public:
    // At most `limit` datagrams at a time; each has room for a packet of 65,535 bytes and for edits.
    explicit WholePool(std::uint32_t limit);

    // With an empty frame and fresh metadata; nullptr when none is left.
    Whole* take();
    void give_back(Whole& whole) { wholes_.give_back(whole.slot); }
    std::uint32_t taken() const { return wholes_.taken(); }

  private:
    Slots<Whole> wholes_;
    std::unique_ptr<std::uint8_t[]> memory_;
};

}  // namespace gatehouse::defrag

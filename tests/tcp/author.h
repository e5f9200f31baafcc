// Writes random TCP exchanges, one segment at a time: connections that open, talk and close in all ways, with
// losses, repetitions and disorder, and in between what shouldn't come, most of it near a limit.
//
// It looks into the tracker's state to aim, so that limits are met to the number.
#pragma once
#include <optional>

#include "base/random.h"
#include "track/proto/tcp_testing.h"

namespace gatehouse::tcp_generator {

using namespace track::tcp::testing;

// A segment aimed at one of the window's four bounds.
struct Aim {
    unsigned bound = 0;   // 0 to 3: I to IV
    unsigned offset = 0;  // index in `offsets`, from the last number that is good, outwards
    unsigned scale = 0;   // of the window that the bound is made of
};
constexpr std::uint32_t offsets[] = {static_cast<std::uint32_t>(-1), 0, 1, 1u << 31};
constexpr std::string_view offset_names[] = {"-1", "0", "+1", "2^31"};

struct Written {
    Sent sent{};
    std::optional<Aim> aim{};
    std::uint32_t wait = 0;  // seconds that pass before it
};

class Author {
  public:
    Author(Random& random, const Flow& flow);
    Written next();

  private:
    // One end as an honest one would be.
    struct End {
        std::uint32_t next = 0;   // it sends next
        std::uint32_t heard = 0;  // it acknowledges
        std::optional<std::uint8_t> scale{};
        std::uint16_t window = 0;
        bool sack = false;
    };

    bool chance(unsigned percent) { return random_.below(100) < percent; }
    template <class T>
    T among(std::initializer_list<T> all) {
        return all.begin()[random_.below(static_cast<std::uint32_t>(all.size()))];
    }
    Side any_side() { return chance(50) ? Side::client : Side::server; }
    End& end(Side side) { return ends_[static_cast<unsigned>(side)]; }
    const track::TcpSide& seen(Side side) const { return flow_.state.side[index(flow_.direction(side))]; }

    Sent honest(Side side, std::uint8_t flags, std::uint16_t length = 0);
    Sent go_on();
    Sent talk();
    Sent repeat();
    Sent any_kind();
    Sent reset();
    Sent synchronise();
    Sent bad_flags();
    Written aim();
    std::uint16_t window();

    Random& random_;
    const Flow& flow_;
    End ends_[2];
    std::vector<Sent> history_;
    std::string plan_;  // what honest ends do next, a letter a segment
    std::size_t done_ = 0;
};

}  // namespace gatehouse::tcp_generator

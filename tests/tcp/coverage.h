// What the exchanges have touched: the cells of the table of phases, and the bounds of the window.
#pragma once
#include <cstdint>
#include <string>

#include "author.h"

namespace gatehouse::tcp_generator {

class Coverage {
  public:
    // `entry`: there is a connection, in this phase.
    void count_cell(track::Direction direction, bool entry, track::TcpPhase phase, track::TcpKind kind);
    void count_aim(const Aim& aim);

    std::string text() const;
    // The least count of all cells and bounds that can be met.
    std::uint32_t least() const;

  private:
    static constexpr unsigned phases = 10, kinds = 5, bounds = 4;
    static constexpr unsigned scales[] = {0, 7, 14};

    std::uint32_t cells_[2][phases][kinds]{};
    std::uint32_t aims_[bounds][std::size(offsets)][std::size(scales)]{};
};

}  // namespace gatehouse::tcp_generator

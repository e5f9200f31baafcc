#include "coverage.h"

#include <algorithm>
#include <limits>

namespace gatehouse::tcp_generator {

void Coverage::count_cell(track::Direction direction, bool entry, track::TcpPhase phase,
                          track::TcpKind kind) {
    if (kind == track::TcpKind::none) return;
    const unsigned row = entry ? static_cast<unsigned>(phase) : 0;
    ++cells_[index(direction)][row][static_cast<unsigned>(kind)];
}

void Coverage::count_aim(const Aim& aim) {
    for (unsigned i = 0; i < std::size(scales); ++i) {
        if (scales[i] == aim.scale) ++aims_[aim.bound][aim.offset][i];
    }
}

std::string Coverage::text() const {
    std::string out = fmt::format("{:24}", "segments by phase");
    for (unsigned k = 0; k < kinds; ++k)
        out += fmt::format("{:>10}", track::tcp::name(static_cast<track::TcpKind>(k)));
    out += '\n';
    for (unsigned d = 0; d < 2; ++d) {
        for (unsigned p = d; p < phases; ++p) {  // without a connection there is no reply
            out += fmt::format("{:9} {:14}", d == 0 ? "original" : "reply",
                               track::tcp::name(static_cast<track::TcpPhase>(p)));
            for (const auto count : cells_[d][p]) out += fmt::format("{:10}", count);
            out += '\n';
        }
    }
    constexpr std::string_view roman[] = {"I", "II", "III", "IV"};
    for (unsigned s = 0; s < std::size(scales); ++s) {
        out += fmt::format("{:24}", fmt::format("bounds at scale {}", scales[s]));
        for (const auto offset : offset_names) out += fmt::format("{:>10}", offset);
        out += '\n';
        for (unsigned b = 0; b < bounds; ++b) {
            out += fmt::format("{:24}", roman[b]);
            for (unsigned o = 0; o < std::size(offsets); ++o) out += fmt::format("{:10}", aims_[b][o][s]);
            out += '\n';
        }
    }
    return out;
}

std::uint32_t Coverage::least() const {
    std::uint32_t least = std::numeric_limits<std::uint32_t>::max();
    for (unsigned d = 0; d < 2; ++d) {
        for (unsigned p = d; p < phases; ++p) {
            for (const auto count : cells_[d][p]) least = std::min(least, count);
        }
    }
    for (const auto& bound : aims_) {
        for (const auto& offset : bound) {
            for (const auto count : offset) least = std::min(least, count);
        }
    }
    return least;
}

}  // namespace gatehouse::tcp_generator

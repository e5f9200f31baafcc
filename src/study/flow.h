// What a study knows of one flow: its packets' times, as the gaps between them, and how it ended.
//
// A flow here is whatever the timeout in question keeps: a connection while it is half closed, or while it
// is established, or a UDP flow. Plain values.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/time.h"

namespace gatehouse::study {

// A silence that a packet of the flow ended.
struct Gap {
    Nanoseconds begin = 0;  // since the flow's own beginning
    Nanoseconds length = 0;
};

enum class Ending : std::uint8_t {
    fin,
    reset,
    became_stream,
    reopened,  // its ports opened another connection: nothing more would have come
    silence,   // nothing came for as long as the study waits: nothing would have come
    keepalive_answered,
    keepalive_unanswered,
    cut_off,  // nobody looked any more: what it would have done is not known
};
constexpr std::size_t endings = 8;

struct Flow {
    Nanoseconds start = 0;    // on the study's clock
    Nanoseconds last = 0;     // from its start to its last packet
    Nanoseconds silence = 0;  // behind that, until it ended or nobody looked any more
    // In their order; a study may leave out those that are shorter than any timeout it considers.
    std::vector<Gap> gaps{};
    Ending ending = Ending::cut_off;
    std::uint8_t kind = 0;
    std::uint16_t port = 0;

    bool cut_off() const { return ending == Ending::cut_off; }
    // It is known that no further packet came, however long one had waited.
    bool over() const { return ending >= Ending::reopened && ending < Ending::cut_off; }
    Nanoseconds longest_gap() const {
        Nanoseconds longest = 0;
        for (const Gap& gap : gaps) longest = gap.length > longest ? gap.length : longest;
        return longest;
    }
};

using Flows = std::span<const Flow* const>;

}  // namespace gatehouse::study

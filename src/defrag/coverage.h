// Which bytes of a datagram have come, and how a further fragment fits them.
#pragma once
#include <cstdint>

#include "defrag/unit_set.h"

namespace gatehouse::defrag {

enum class Fit : std::uint8_t { fits, duplicate, overlap };

// Fragments that came one behind the other make a run. As in Linux (RFC 5722 with erratum 3089), a fragment
// that lies wholly inside one run is a duplicate; one that touches what is there in any other way overlaps,
// even if every byte of it has come, in several runs. Two bits a unit answer that in the time of a look at
// the fragment's own words, however finely and in whatever order somebody cuts a datagram.
class Coverage {
  public:
    // Takes in bytes [offset, end), end <= 65,536, if they fit. Offsets are multiples of eight, and so is the
    // end, but for the datagram's own.
    Fit add(std::uint32_t offset, std::uint32_t end) {
        const std::uint32_t from = offset / 8, to = (end + 7) / 8;
        if (come_.any(from, to)) {
            const bool inside = come_.all(from, to) && !run_begins_.any(from + 1, to);
            return inside ? Fit::duplicate : Fit::overlap;
        }
        come_.set(from, to);
        // Only at the tail does a fragment lengthen the run before it.
        if (end < end_ || offset != end_) run_begins_.set(from, from + 1);
        if (end > end_) end_ = end;
        return Fit::fits;
    }

  private:
    UnitSet come_, run_begins_;
    std::uint32_t end_ = 0;  // of the fragment farthest back
};

}  // namespace gatehouse::defrag

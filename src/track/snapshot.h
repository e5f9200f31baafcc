// All connections of a table as one sequence of bytes, written in slices between batches; and the way back.
//
//     block snapshot: "gatehouse", version, the time it was begun
//     block connection, for each (track/record.h)
//     block end: how many connections, the checksum of all before
//
// Neither opens a file: whoever has one writes to a new one and renames it when the last slice is written, so
// that a kill at any point leaves the older. A reader takes the whole or nothing. A table's thread makes the
// calls that name it.
#pragma once
#include <cstdint>

#include "track/record.h"

namespace gatehouse::track {

class SnapshotWriter {
  public:
    explicit SnapshotWriter(const Table& table)
        : table_(table), time_(table.time()), reference_(table.now()) {}

    // Appends what looking at `budget` places yields; the writer may be another one each time. Connections
    // that are in the table from the first call to the last are in it once; those that come and go meanwhile,
    // perhaps. False: that was the end.
    bool write(unsigned budget, wire::Writer& to);
    std::uint64_t count() const { return count_; }
    // Room that `budget` places need at most.
    static constexpr std::size_t room(unsigned budget) { return 128 + budget * largest_record; }

  private:
    const Table& table_;
    Time time_;
    Tick reference_;
    ScanCursor cursor_{};
    std::uint64_t count_ = 0;
    std::uint32_t checksum_ = 0xffffffff;  // the CRC's register behind all that has been written
    bool begun_ = false;
};

// A snapshot that has been found whole: every checksum and every record of it is good.
class Snapshot {
  public:
    // `bytes` must outlive it.
    static Result<Snapshot> open(Bytes bytes);

    Time time() const { return time_; }
    std::uint64_t count() const { return count_; }

    struct Loaded {
        std::uint64_t entered = 0, over = 0, clashed = 0, full = 0;
    };
    // Enters every connection that would still live at the table's time.
    Loaded load(Table& table) const;

  private:
    Snapshot(Bytes connections, Time time, std::uint64_t count)
        : connections_(connections), time_(time), count_(count) {}

    Bytes connections_;  // their blocks
    Time time_;
    std::uint64_t count_;
};

}  // namespace gatehouse::track

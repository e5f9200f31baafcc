// The connections of an engine, kept in a file from one run to the next.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "track/snapshot.h"

namespace gatehouse::frontend {

// Writes every connection of the table to the file `path`. What is written is a new file beside it, which
// takes its place when it is whole and on the disk: whenever this ends, also by being killed, `path` is the
// older file or the new one. Returns how many connections there are.
Result<std::uint64_t> save_state(const track::Table& table, const std::string& path);

// A file of connections that has been found whole.
class StateFile {
  public:
    static Result<StateFile> open(const std::string& path);

    Time time() const { return snapshot_.time(); }
    track::Snapshot::Loaded load(track::Table& table) const { return snapshot_.load(table); }

  private:
    StateFile(std::vector<std::uint8_t> bytes, track::Snapshot snapshot)
        : bytes_(std::move(bytes)), snapshot_(snapshot) {}

    std::vector<std::uint8_t> bytes_;  // a move leaves them where the snapshot looks for them
    track::Snapshot snapshot_;
};

}  // namespace gatehouse::frontend

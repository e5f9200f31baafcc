// A chain's rules in one engine: shared bodies, and beside each the counters that are this engine's own.
//
// One thread's. Handles are never used twice within a spine's table. Positions count from 0.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "rules/body.h"
#include "rules/packed.h"

namespace gatehouse::rules {

using RuleHandle = std::uint64_t;

struct RuleNode {
    BodyPtr body;
    Counters counters{};
    RuleHandle handle = 0;
    bool exact = false;  // the packed selectors are all that the rule's selectors ask
};

class Spine {
  public:
    std::size_t size() const { return nodes_.size(); }
    RuleNode& at(std::size_t position) { return nodes_[position].node; }
    const RuleNode& at(std::size_t position) const { return nodes_[position].node; }

    void insert(std::size_t position, RuleNode node, const Packed& packed);
    RuleNode remove(std::size_t position);
    RuleNode replace(std::size_t position, RuleNode node, const Packed& packed);
    std::optional<std::size_t> position(RuleHandle handle) const;

    // A place in a walk; good until the spine changes.
    struct Cursor {
        std::size_t next = 0;
    };
    // The next rule whose packed selectors admit the packet, moving the cursor past it; nullptr at the end.
    RuleNode* next(Cursor& cursor, const PacketKey& key);

  private:
    struct Entry {
        RuleNode node;
        Packed packed;
    };
    std::vector<Entry> nodes_;
};

}  // namespace gatehouse::rules

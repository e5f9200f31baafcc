// A chain's rules in one engine: shared bodies, and beside each the counters that are this engine's own.
//
// One thread's. Handles are never used twice within a spine's table. Positions count from 0. Rules stand in
// chunks (rules/spine_chunk.h) with an order index over them: a change costs O(log n) and the chunk it is in.
// A RuleNode keeps its address while it is in the spine, and on its way in and out.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "rules/body.h"
#include "rules/spine_scan.h"

namespace gatehouse::rules {

using RuleHandle = std::uint64_t;

struct RuleNode {
    BodyPtr body;
    Counters counters{};
    RuleHandle handle = 0;
    bool exact = false;      // the packed selectors are all that the rule's selectors ask
    Chunk* chunk = nullptr;  // the spine's own
};

class Spine {
    using Nodes = std::map<RuleHandle, RuleNode>;

  public:
    // A rule outside a spine: on its way in, or retired.
    using Loose = Nodes::node_type;
    static Loose make(RuleNode node);

    Spine() : Spine(scan_versions().front().scan) {}
    explicit Spine(ScanFn scan) : scan_(scan) {}
    ~Spine();
    Spine(Spine&& from) noexcept;
    Spine& operator=(Spine&& from) noexcept;

    std::size_t size() const { return index_.size(); }
    RuleNode& at(std::size_t position) { return *node_at(position); }
    const RuleNode& at(std::size_t position) const { return *node_at(position); }
    // nullptr, nullopt: no such rule here.
    const RuleNode* find(RuleHandle handle) const;
    RuleNode* find(RuleHandle handle);
    std::optional<std::size_t> position(RuleHandle handle) const;
    // Each rule in order.
    template <class F>
    void for_each(F f) const {
        for (const Leaf* leaf = index_.first(); leaf != nullptr; leaf = leaf->next) {
            const auto* const nodes = nodes_of(static_cast<const Chunk*>(leaf));
            for (unsigned i = 0; i < leaf->weight; ++i) f(*nodes[i]);
        }
    }

    // Changes. The walk needs settle() after the last of them.
    void insert(std::size_t position, Loose node, const Packed& packed);
    void insert(std::size_t position, RuleNode node, const Packed& packed) {
        insert(position, make(std::move(node)), packed);
    }
    Loose remove(std::size_t position);
    Loose replace(std::size_t position, Loose node, const Packed& packed);
    void settle();
    // Packs every rule anew: other interfaces.
    void repack(const Interfaces& interfaces);

    // A place in a walk; good until the spine changes.
    struct Cursor {
        const Chunk* chunk = nullptr;
        std::uint64_t left = 0;  // candidates of the chunk
        bool begun = false;
        std::uint8_t open = 0;  // rules that have been met as open ones
        std::uint8_t at = 0;    // the place in the chunk of the rule that next() has named last
    };
    // The next of the rules at the chain's beginning that select every packet, moving the cursor past it;
    // nullptr: from here on it is next()'s to say.
    RuleNode* next_open(Cursor& cursor) const {
        const auto* const first = static_cast<const Chunk*>(index_.first());
        if (cursor.begun || first == nullptr || cursor.open == first->open) return nullptr;
        return first->nodes[cursor.open++];
    }
    // The next rule whose packed selectors admit the packet, moving the cursor past it; nullptr at the end.
    // Those that next_open() has named are past.
    RuleNode* next(Cursor& cursor, const PacketKey& key) const;
    // The packet has become another one for selectors: from here on, what next() names is for this key.
    void look_again(Cursor& cursor, const PacketKey& key) const;

  private:
    RuleNode* node_at(std::size_t position) const;
    RuleNode* const* nodes_of(const Chunk* chunk) const {
        return chunk == open_ ? image_->nodes.data() : chunk->nodes.data();
    }
    void open(Chunk* chunk);
    Chunk* add_after(Chunk* where);
    Chunk* split(Chunk* chunk, unsigned& at);
    void merge_with_next(Chunk* chunk);
    void drop(Chunk* chunk);

    ScanFn scan_;
    OrderIndex index_;
    Nodes nodes_;
    // The chunk that is being changed, spread out.
    Chunk* open_ = nullptr;
    std::unique_ptr<ChunkImage> image_;
};

}  // namespace gatehouse::rules

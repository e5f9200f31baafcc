// The search for many addresses at once.
//
// One source, compiled for plain x86-64 (or any processor) and for those with POPCNT; which of them runs is
// asked of the processor once.
#include <cassert>

#include "route/table.h"

namespace gatehouse::route {

namespace {

using Child = TableNode::Child;

// A search on its way down, before a node that isn't flat and has been asked for.
struct Walk {
    const TableNode* node;
    std::uint32_t best;
    std::uint8_t depth;
    bool direct;
};

template <Family family>
inline unsigned slot_of(const Address& a, unsigned depth) {
    if constexpr (family == Family::ipv4) return (a.words[0] >> (24 - depth)) & 255;
    return (a.words[depth / 32] >> (24 - depth % 32)) & 255;
}

template <Family family>
inline bool holds(const TableNode& node, const Address& a) {
    if constexpr (family == Family::ipv4) return node.holds4(a.words[0]);
    return node.holds(a);
}

// From `at` through flat nodes, which are few and in the cache, to the next that isn't. False at the end.
template <Family family>
[[gnu::always_inline]] inline bool arrive(Walk& walk, const Child* at, const Address& address) {
    for (;;) {
        if (at->outer != 0) walk.best = at->outer;
        const TableNode* const node = at->node;
        if (node == nullptr) return false;
        if (!at->flat) {
            __builtin_prefetch(node);  // its head, and its values or the first of them
            __builtin_prefetch(node + 1);
            walk.node = node;
            walk.depth = at->depth;
            walk.direct = at->direct;
            return true;
        }
        if (!at->direct && !holds<family>(*node, address)) return false;
        at = &node->children()[slot_of<family>(address, at->depth)];
    }
}

// Reads the node that was asked for and goes on. False at the end.
template <Family family, class Ones>
[[gnu::always_inline]] inline bool proceed(Walk& walk, const Address& address) {
    const TableNode& node = *walk.node;
    if (!walk.direct && !holds<family>(node, address)) return false;
    const std::uint32_t value = node.value<Ones>(slot_of<family>(address, walk.depth));
    if ((value & TableNode::child_bit) != 0)
        return arrive<family>(walk, &node.children()[value & ~TableNode::child_bit], address);
    if (value != 0) walk.best = value;
    return false;
}

using Walks = std::array<Walk, Table::most_walks>;

// All walks, a node of each in turn: while one waits for memory the others go on.
template <Family family, class Ones>
[[gnu::always_inline]] inline void walk_all(std::span<Sought* const> sought, const Child& top, Walks& walks) {
    std::array<std::uint8_t, Table::most_walks> under_way;
    std::size_t left = 0;
    for (std::size_t i = 0; i < sought.size(); ++i) {
        walks[i].best = 0;
        under_way[left] = static_cast<std::uint8_t>(i);
        left += arrive<family>(walks[i], &top, sought[i]->address);
    }
    while (left > 0) {
        std::size_t still = 0;
        for (std::size_t i = 0; i < left; ++i) {
            const std::uint8_t which = under_way[still] = under_way[i];
            still += proceed<family, Ones>(walks[which], sought[which]->address);
        }
        left = still;
    }
}

template <Family family>
void walk_plain(std::span<Sought* const> sought, const Child& top, Walks& walks) {
    walk_all<family, TableNode::PlainOnes>(sought, top, walks);
}

#ifdef __x86_64__
// The instruction, where it is inlined into a function that may use it.
struct Instruction {
    [[gnu::always_inline]] static unsigned count(std::uint64_t x) {
        return static_cast<unsigned>(__builtin_popcountll(x));
    }
};
template <Family family>
[[gnu::target("popcnt")]] void walk_popcnt(std::span<Sought* const> sought, const Child& top, Walks& walks) {
    walk_all<family, Instruction>(sought, top, walks);
}
#endif

template <Family family>
auto chosen() {
#ifdef __x86_64__
    if (__builtin_cpu_supports("popcnt") != 0) return walk_popcnt<family>;
#endif
    return walk_plain<family>;
}

}  // namespace

void Table::find_many(std::span<Sought* const> sought) const {
    static const auto walk4 = chosen<Family::ipv4>(), walk6 = chosen<Family::ipv6>();
    assert(sought.size() <= most_walks);
    Walks walks;
    (is_v4(family_) ? walk4 : walk6)(sought, top_, walks);
    for (std::size_t i = 0; i < sought.size(); ++i) {
        const std::uint32_t id = walks[i].best;
        sought[i]->first = id == 0 ? nullptr : &(*pool_)[id];
        __builtin_prefetch(sought[i]->first);
    }
}

}  // namespace gatehouse::route

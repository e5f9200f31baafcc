// A routing table: longest-prefix match for IPv4 or IPv6, with Linux's order among equal prefixes.
//
// A trie of nodes that look at eight bits each. Paths without branches are skipped, so that a table costs
// what its routes cost: an empty one a few words, a full Internet table some 15 bytes a route. In a node,
// runs of slots with the same answer are stored once, under a bitmap; dense nodes near the root are plain
// arrays. A route that covers several nodes stands only in the highest, so that a change touches one node.
//
// A copy shares all nodes with its original; a change replaces the nodes on its path if they are shared.
// Copies of one another are changed and destroyed by one thread; readers of a table that isn't being changed
// need no lock.
#pragma once
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "route/alias_pool.h"
#include "route/types.h"

namespace gatehouse::route {

// One node; its slots, children and own prefixes lie behind it in the same allocation.
struct alignas(64) TableNode {
    // A slot's value: 0 (nothing: the answer from further up holds), an alias' id, or `child_bit` with the
    // place among the children.
    static constexpr std::uint32_t child_bit = 0x80000000;

    // The tree below a slot. What the walk needs to know of a node stands with the pointer to it, so that a
    // dense node is read without a look at its head.
    struct Child {
        TableNode* node;      // a dense node's empty slots have none
        std::uint32_t outer;  // the value of the slot that the child stands in
        std::uint8_t depth;   // the node's
        bool flat;            // the node's
        bool direct;          // nothing is skipped: the node's key holds for sure
    };
    // A prefix of which this node decides the last one to eight bits.
    struct Own {
        std::uint16_t code;  // bits decided here << 8 | first slot
        std::uint32_t value;
    };

    std::uint64_t starts[4];  // bit n: a run starts with slot n
    std::uint8_t before[4];   // runs that start in earlier words
    std::uint8_t depth;       // the number of bits decided before this node: a multiple of eight
    bool flat;                // no values, and 256 children, one a slot
    std::uint16_t value_count;
    std::uint16_t child_count, own_count;
    std::uint32_t references;
    Address key;  // the bits decided before

    const std::uint32_t* values() const { return reinterpret_cast<const std::uint32_t*>(this + 1); }
    const Child* children() const {
        return reinterpret_cast<const Child*>(values() + ((value_count + 3u) & ~3u));
    }
    // Of a flat node, whose head needn't be read for them.
    const Child* flat_children() const { return reinterpret_cast<const Child*>(this + 1); }
    const Own* own() const { return reinterpret_cast<const Own*>(children() + child_count); }
    std::size_t bytes() const {
        return static_cast<std::size_t>(reinterpret_cast<const char*>(own() + own_count) -
                                        reinterpret_cast<const char*>(this));
    }

    // The number of bits set; the plain x86-64 that we build for has no instruction for it.
    struct PlainOnes {
        static unsigned count(std::uint64_t x) {
            x -= x >> 1 & 0x5555555555555555;
            x = (x & 0x3333333333333333) + (x >> 2 & 0x3333333333333333);
            x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0f;
            return static_cast<unsigned>(x * 0x0101010101010101 >> 56);
        }
    };
    // Of a node that isn't flat.
    template <class Ones = PlainOnes>
    std::uint32_t value(unsigned slot) const {
        const unsigned word = slot / 64;
        const std::uint64_t upto = starts[word] << (63 - slot % 64);
        return values()[before[word] + Ones::count(upto) - 1];
    }
    // The slot of an address: the eight bits that this node decides.
    unsigned slot(const Address& a) const { return (a.words[depth / 32] >> (24 - depth % 32)) & 255; }
    // The child in a slot, or nullptr.
    const Child* child(unsigned slot) const {
        if (flat) return children()[slot].node != nullptr ? &children()[slot] : nullptr;
        const std::uint32_t v = value(slot);
        return (v & child_bit) != 0 ? &children()[v & ~child_bit] : nullptr;
    }
    // Do the bits decided before this node agree?
    bool holds4(std::uint32_t a) const { return std::uint64_t{a ^ key.words[0]} >> (32 - depth) == 0; }
    bool holds(const Address& a) const;
};

class Table {
  public:
    explicit Table(Family family);
    Table(const Table& other);
    Table(Table&& other) noexcept;
    Table& operator=(Table other) noexcept;
    ~Table();

    Family family() const { return family_; }
    std::size_t size() const { return size_; }  // routes

    // How insert() takes a route that has the prefix, table, TOS and metric of one that is there.
    enum class Mode : std::uint8_t {
        exclusive,  // it refuses
        append,     // it puts it after that; refuses only an exact copy
        replace,    // it puts it in the place of the first such
    };
    // False when refused.
    bool insert(const Prefix& prefix, const Nexthop& nexthop, Mode mode = Mode::exclusive);
    // Removes the first route of the prefix for which `which` is true. False when there is none.
    bool remove(const Prefix& prefix, const std::function<bool(const Nexthop&)>& which);
    // Many routes at once, much faster. Among them and with those there, all as Mode::exclusive has it: when
    // one is refused the table stays as it is, and its place in `routes` is returned; else routes.size().
    std::size_t insert_all(std::span<const Route> routes);

    // The routes of the longest prefix that holds the address, in the order in which they are to be tried:
    // table (local first), TOS (the highest first), metric (the lowest first). nullptr: none.
    const Alias* find(const Address& address) const {
        const std::uint32_t id = is_v4(family_) ? find4(address) : find6(address);
        return id == 0 ? nullptr : &(*pool_)[id];
    }
    const Alias* next(const Alias& alias) const { return alias.next == 0 ? nullptr : &(*pool_)[alias.next]; }

    // Calls `pick(const Alias& first)` with the routes of each prefix that holds the address, the longest
    // first, until it answers other than nullptr.
    template <class Pick>
    const Nexthop* search(const Address& address, Pick&& pick) const {
        std::array<std::uint32_t, 129> ids;
        const unsigned count = covering(address, ids);
        for (unsigned i = 0; i < count; ++i) {
            if (const Nexthop* found = pick((*pool_)[ids[i]])) return found;
        }
        return nullptr;
    }

    void for_each(const std::function<void(const Prefix&, const Nexthop&)>& visit) const;
    // What it occupies, nodes shared with copies included.
    std::size_t bytes() const;

  private:
    friend class Descent;
    friend class Walker;
    using Node = TableNode;
    struct Item;

    std::uint32_t find4(const Address& address) const;
    std::uint32_t find6(const Address& address) const;
    unsigned covering(const Address& address, std::span<std::uint32_t, 129> ids) const;
    std::uint32_t exact(const Prefix& prefix) const;
    void set(const Prefix& prefix, std::uint32_t value);
    std::uint32_t chain(std::span<const Nexthop> nexthops);
    std::vector<Nexthop> unchain(std::uint32_t id) const;
    bool merge(std::vector<Nexthop>& there, const Nexthop& nexthop, Mode mode) const;

    Node* make(unsigned depth, const Address& key, std::span<const Node::Own> own,
               std::span<Node* const> kids);
    Node* build(std::span<const Item> items);
    Node* change(Node* node, bool alone, const Prefix& prefix, std::uint32_t value);
    Node* change_own(Node* node, bool alone, const Prefix& prefix, std::uint32_t value);
    Node* change_child(Node* node, bool alone, const Prefix& prefix, std::uint32_t value);
    Node* tidy(unsigned depth, const Address& key, std::span<const Node::Own> own,
               std::span<Node* const> kids);
    void take_apart(Node* node, bool alone, std::vector<Node::Own>& own, std::vector<Node*>& kids);
    void collect(const Node* node, std::vector<Item>& items) const;
    bool insert_each(std::span<const Route> routes, std::size_t& refused);
    static Node::Child as_child(Node* node, std::uint32_t outer, bool direct);
    void release(Node* node);

    Family family_;
    std::size_t size_ = 0;
    Node::Child top_{};  // the tree; `outer`: the routes of the prefix of length zero
    std::shared_ptr<AliasPool> pool_;
};

inline std::uint32_t Table::find4(const Address& address) const {
    const std::uint32_t a = address.words[0];
    std::uint32_t best = 0;
    Node::Child at = top_;
    for (;;) {
        if (at.outer != 0) best = at.outer;
        if (at.node == nullptr || (!at.direct && !at.node->holds4(a))) return best;
        const unsigned slot = (a >> (24 - at.depth)) & 255;
        if (at.flat) {
            at = at.node->children()[slot];
            continue;
        }
        const std::uint32_t value = at.node->value(slot);
        if ((value & Node::child_bit) == 0) return value != 0 ? value : best;
        at = at.node->children()[value & ~Node::child_bit];
    }
}

inline std::uint32_t Table::find6(const Address& address) const {
    std::uint32_t best = 0;
    Node::Child at = top_;
    for (;;) {
        if (at.outer != 0) best = at.outer;
        if (at.node == nullptr || (!at.direct && !at.node->holds(address))) return best;
        const unsigned slot = (address.words[at.depth / 32] >> (24 - at.depth % 32)) & 255;
        if (at.flat) {
            at = at.node->children()[slot];
            continue;
        }
        const std::uint32_t value = at.node->value(slot);
        if ((value & Node::child_bit) == 0) return value != 0 ? value : best;
        at = at.node->children()[value & ~Node::child_bit];
    }
}

inline bool TableNode::holds(const Address& a) const {
    const auto differ = [&](unsigned i) {
        return std::uint64_t{a.words[i] ^ key.words[i]} << 32 | (a.words[i + 1] ^ key.words[i + 1]);
    };
    if (depth == 0) return true;
    if (depth <= 64) return differ(0) >> (64 - depth) == 0;
    return (differ(0) | differ(2) >> (128 - depth)) == 0;
}

}  // namespace gatehouse::route

// Look-ups of many addresses side by side, a step of each in turn: what each needs next of memory is on its
// way while the others, or whatever is done between the steps, go on.
#pragma once
#include <cstdint>
#include <span>

#include "route/destination_cache.h"
#include "route/table.h"

namespace gatehouse::route {

// An address on its way down a table. It ends with what Table::find() says of the address, as long as the
// table isn't changed meanwhile.
class Descent {
  public:
    // What is searched, and what remembers the searches' ends. Outlives those that have begun in it.
    struct Where {
        const Table* table = nullptr;
        DestinationCache* cache = nullptr;
        // Asked first, if any: what is found here isn't plain.
        const Table* before = nullptr;
    };

    // Once finish() has been there: the first route of the longest prefix; nullptr: there is none.
    const Alias* first() const { return first_; }
    const Address& address() const { return address_; }
    // first() of this address; nullptr, too, when another was looked up.
    const Alias* of(const Address& address) const { return address == address_ ? first_ : nullptr; }
    // first() of this address if there is no more to ask about it: an ordinary address, and a common route.
    [[gnu::always_inline]] const Alias* plain_of(const Address& address) const {
        return plain_ ? of(address) : nullptr;
    }

    // Takes up the search for an address of the table's family. Without a table it has ended, without an
    // answer.
    [[gnu::always_inline]] void begin(const Where& where, Family family, const Address& address) {
        address_ = address;
        where_ = &where;
        v4_ = is_v4(family);
        plain_ = false;
        if (where.cache != nullptr) [[likely]] {
            at_ = static_cast<const char*>(where.cache->ask(address)) + cache_bit;
        } else {
            best_ = 0;
            at_ = nullptr;
            if (where.table != nullptr) enter(where.table->top_);
        }
    }
    // Of no address at all.
    void end() {
        plain_ = false;
        best_ = 0;
        at_ = nullptr;
    }
    // Of all that have begun: reads what was asked for, and asks for the next. `steps_to_most` of them take
    // most searches to where finish() finds all that it needs in the cache.
    static constexpr unsigned steps_to_most = 3;
    static bool step(std::span<Descent> descents);  // false: all have ended
    // The first step, of those that begin in the cache.
    static bool recall(std::span<Descent> descents);
    // Of all that have begun: goes on to the end, and asks for what was found.
    static void finish(std::span<Descent> descents);

  private:
    friend class Walker;

    // Below a slot: the next slot if the node there is flat, else the node itself is to be read.
    [[gnu::always_inline]] void enter(const TableNode::Child& at) {
        best_ = at.outer != 0 ? at.outer : best_;
        at_ = nullptr;
        const TableNode* const node = at.node;
        if (node == nullptr) return;
        if (!at.flat) {
            __builtin_prefetch(node);  // its head, and its values or the first of them
            __builtin_prefetch(node + 1);
            at_ = reinterpret_cast<const char*>(node) + (at.direct ? node_bit | direct_bit : node_bit);
        } else if (at.direct || holds(*node)) {
            ask_for(node->flat_children()[slot(at.depth)]);
        }
    }
    [[gnu::always_inline]] void ask_for(const TableNode::Child& slot) {
        __builtin_prefetch(&slot);
        at_ = reinterpret_cast<const char*>(&slot);
    }
    [[gnu::always_inline]] bool holds(const TableNode& node) const {
        return v4_ ? node.holds4(address_.words[0]) : node.holds(address_);
    }
    [[gnu::always_inline]] unsigned slot(unsigned depth) const {
        return (v4_ ? address_.words[0] >> (24 - depth) : address_.words[depth / 32] >> (24 - depth % 32)) &
               255;
    }

    // Slots, nodes and the cache's lines begin at multiples of eight at least: the lowest bits of `at_` say
    // which it is.
    static constexpr std::uintptr_t node_bit = 1, direct_bit = 2, cache_bit = 4;
    static constexpr std::uintptr_t bits = node_bit | direct_bit | cache_bit;
    std::uintptr_t marks() const { return reinterpret_cast<std::uintptr_t>(at_) & bits; }

    Address address_{};
    const Alias* first_ = nullptr;
    const Where* where_ = nullptr;
    // What is to be read next: a slot or, marked so, a node or a line of the cache; nullptr: it has ended.
    const char* at_ = nullptr;
    std::uint32_t best_ = 0;  // the alias so far
    bool v4_ = false;
    bool plain_ = false;
};

}  // namespace gatehouse::route

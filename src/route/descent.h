// Look-ups of many addresses side by side, a step of each in turn: what each needs next of memory is on its
// way while the others, or whatever is done between the steps, go on.
#pragma once
#include <cstdint>
#include <span>

#include "route/table.h"

namespace gatehouse::route {

// An address on its way down a table. It ends with what Table::find() says of the address, as long as the
// table isn't changed meanwhile.
class Descent {
  public:
    // The first route of the longest prefix; nullptr: there is none, or the search hasn't ended.
    const Alias* first() const { return first_; }
    const Address& address() const { return address_; }
    // first() of this address; nullptr, too, when another was looked up.
    const Alias* of(const Address& address) const { return address == address_ ? first_ : nullptr; }

    // Takes up the search for an address of the table's family. Without a table (nullptr) it has ended,
    // without an answer.
    [[gnu::always_inline]] void begin(const Table* table, Family family, const Address& address) {
        address_ = address;
        first_ = nullptr;
        table_ = table;
        v4_ = is_v4(family);
        best_ = 0;
        node_ = nullptr;
        slot_ = nullptr;
        if (table != nullptr) enter(table->top_);
    }
    // Of all that have begun: reads what was asked for, and asks for the next. `steps_to_most` of them take
    // most searches to where finish() finds all that it needs in the cache.
    static constexpr unsigned steps_to_most = 3;
    static void step(std::span<Descent> descents);
    // Of all that have begun: goes on to the end, and asks for what was found.
    static void finish(std::span<Descent> descents);

  private:
    friend class Walker;

    // Below a slot: the next slot if the node there is flat, else the node itself is to be read.
    [[gnu::always_inline]] void enter(const TableNode::Child& at) {
        best_ = at.outer != 0 ? at.outer : best_;
        slot_ = nullptr;
        const TableNode* const node = at.node;
        if (node == nullptr) return;
        if (!at.flat) {
            __builtin_prefetch(node);  // its head, and its values or the first of them
            __builtin_prefetch(node + 1);
            node_ = node;
            depth_ = at.depth;
            direct_ = at.direct;
        } else if (at.direct || holds(*node)) {
            slot_ = node->flat_children() + slot(at.depth);
            __builtin_prefetch(slot_);
        }
    }
    [[gnu::always_inline]] bool holds(const TableNode& node) const {
        return v4_ ? node.holds4(address_.words[0]) : node.holds(address_);
    }
    [[gnu::always_inline]] unsigned slot(unsigned depth) const {
        return (v4_ ? address_.words[0] >> (24 - depth) : address_.words[depth / 32] >> (24 - depth % 32)) &
               255;
    }

    Address address_{};
    const Alias* first_ = nullptr;
    const Table* table_ = nullptr;
    // What is to be read next, one of the two; neither: the search has ended.
    const TableNode* node_ = nullptr;
    const TableNode::Child* slot_ = nullptr;
    std::uint32_t best_ = 0;  // the alias so far
    std::uint8_t depth_ = 0;  // the node's, as is `direct_`
    bool direct_ = false;
    bool v4_ = false;
};

}  // namespace gatehouse::route

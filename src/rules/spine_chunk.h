// Up to 64 rules of a chain, their packed selectors as columns of numbers.
//
// What all rules of a chunk ask alike (bits of addresses, the protocol, a port) is one comparison for the
// whole chunk. Each other field that some rule asks for has a column; fields that none asks for have nothing.
// The column that is likely to leave the fewest candidates is looked at first. One thread's.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

#include "rules/order_index.h"
#include "rules/packed.h"

namespace gatehouse::rules {

struct RuleNode;

constexpr unsigned chunk_rules = 64;

// The packed selectors of up to 64 rules, spread out for change: a row a field, a place a rule.
struct ChunkImage {
    std::array<std::array<std::uint32_t, chunk_rules>, key_word::count> value, mask;  // of address words
    std::array<std::array<std::uint16_t, chunk_rules>, field_count> low, span;        // a <= x <= a + span
    std::uint64_t alive = 0;                                                          // rules that can match
    std::array<RuleNode*, chunk_rules> nodes;
    unsigned count = 0;

    // Moves the rules from `at` on one place up, and puts one there.
    void insert(unsigned at, RuleNode* node, const Packed& packed);
    void erase(unsigned at);
    void set(unsigned at, RuleNode* node, const Packed& packed);
    // Moves the rules from `from` on to the end of `to`.
    void move_tail(unsigned from, ChunkImage& to);
};

struct Column {
    enum class Kind : std::uint8_t {
        word,       // values: word & `mask` is the value
        word_mask,  // values, then masks
        half,       // values: the field is the value
        half_span,  // values, then spans
    };
    Kind kind{};
    std::uint8_t field = 0;  // a key word, or a Field
    std::uint16_t at = 0;    // where in Chunk::numbers, in bytes
    std::uint32_t mask = 0;
};

struct alignas(64) Chunk : Leaf {
    static constexpr unsigned group_rules = 16;
    static constexpr unsigned max_columns = 8 + field_count;

    std::uint64_t alive = 0;
    std::uint8_t columns_used = 0;
    std::uint8_t groups = 0;  // of sixteen rules: so many each column holds
    std::uint8_t open = 0;    // so many rules, the first ones, select every packet
    std::array<Column, max_columns> columns;
    // What every rule that is alive asks: (word ^ value) & mask is zero.
    alignas(32) std::array<std::uint32_t, key_word::count> value;
    alignas(32) std::array<std::uint32_t, key_word::count> mask;
    std::array<RuleNode*, chunk_rules> nodes;

    struct Free {
        void operator()(std::byte* p) const { ::operator delete[](p, std::align_val_t{64}); }
    };
    std::unique_ptr<std::byte[], Free> numbers;
    std::size_t numbers_size = 0;

    unsigned count() const { return weight; }
    const Chunk* following() const { return static_cast<const Chunk*>(next); }
    template <class T>
    const T* column(const Column& c) const {
        return reinterpret_cast<const T*>(numbers.get() + c.at);
    }

    // Everything but Leaf's links from the image; the nodes' `chunk` is set. The owner keeps the weights.
    void encode(const ChunkImage& image);
    void decode(ChunkImage& image) const;
};

}  // namespace gatehouse::rules

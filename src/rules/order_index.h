// A counted B+-tree: leaves in order, each with a weight; finds the leaf at a position and a leaf's position
// in O(log n).
//
// Positions count weight, not leaves. The leaves are linked, too, so that a walk needs no tree. The tree owns
// none of them. One thread's. Inner nodes are freed when they are empty and not merged before: the depth is
// bounded by the largest size there ever was.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace gatehouse::rules {

class OrderIndex {
  public:
    struct Inner;
    struct Knot {
        Inner* parent = nullptr;
    };
    struct Leaf : Knot {
        Leaf* next = nullptr;
        Leaf* previous = nullptr;
        std::uint32_t weight = 0;
    };

    OrderIndex() = default;
    ~OrderIndex() { clear(); }
    OrderIndex(OrderIndex&& from) noexcept { swap(from); }
    OrderIndex& operator=(OrderIndex&& from) noexcept {
        swap(from);
        return *this;
    }

    std::size_t size() const { return size_; }
    Leaf* first() const { return first_; }
    Leaf* last() const { return last_; }

    // The leaf that holds `position` (which is below size()), and how far into it.
    std::pair<Leaf*, std::uint32_t> find(std::size_t position) const;
    // The weight of all leaves before this one.
    std::size_t position(const Leaf* leaf) const;

    // Behind `where`; in an empty index `where` is nullptr.
    void insert_after(Leaf* where, Leaf* fresh);
    void erase(Leaf* leaf);
    void set_weight(Leaf* leaf, std::uint32_t weight);
    // Forgets all leaves.
    void clear();

  private:
    void swap(OrderIndex& other) noexcept;
    static void insert_child(OrderIndex& index, Inner* inner, unsigned at, Knot* child, std::size_t weight);
    static void destroy(Inner* inner);

    Inner* root_ = nullptr;
    Leaf* first_ = nullptr;
    Leaf* last_ = nullptr;
    std::size_t size_ = 0;
};

using Leaf = OrderIndex::Leaf;

}  // namespace gatehouse::rules

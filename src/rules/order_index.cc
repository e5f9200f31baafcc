#include "rules/order_index.h"

#include <algorithm>

namespace gatehouse::rules {

namespace {
constexpr unsigned fan = 32;
}

struct OrderIndex::Inner : Knot {
    unsigned count = 0;
    bool bottom = true;  // the children are leaves
    std::array<std::size_t, fan> weights;
    std::array<Knot*, fan> children;

    unsigned find(const Knot* child) const {
        return static_cast<unsigned>(std::find(children.begin(), children.begin() + count, child) -
                                     children.begin());
    }
    std::size_t total() const {
        std::size_t sum = 0;
        for (unsigned i = 0; i < count; ++i) sum += weights[i];
        return sum;
    }
    void put(unsigned at, Knot* child, std::size_t weight) {
        std::copy_backward(children.begin() + at, children.begin() + count, children.begin() + count + 1);
        std::copy_backward(weights.begin() + at, weights.begin() + count, weights.begin() + count + 1);
        children[at] = child;
        weights[at] = weight;
        child->parent = this;
        ++count;
    }
    void take(unsigned at) {
        std::copy(children.begin() + at + 1, children.begin() + count, children.begin() + at);
        std::copy(weights.begin() + at + 1, weights.begin() + count, weights.begin() + at);
        --count;
    }
};

namespace {

// Adds to the weights on the way from `knot` to the root; wraps for a weight that shrinks.
void adjust(const OrderIndex::Knot* knot, std::size_t delta) {
    for (auto* inner = knot->parent; inner != nullptr; knot = inner, inner = inner->parent) {
        inner->weights[inner->find(knot)] += delta;
    }
}

}  // namespace

std::pair<Leaf*, std::uint32_t> OrderIndex::find(std::size_t position) const {
    const Inner* inner = root_;
    for (;;) {
        unsigned i = 0;
        while (position >= inner->weights[i]) position -= inner->weights[i++];
        if (inner->bottom)
            return {static_cast<Leaf*>(inner->children[i]), static_cast<std::uint32_t>(position)};
        inner = static_cast<const Inner*>(inner->children[i]);
    }
}

std::size_t OrderIndex::position(const Leaf* leaf) const {
    std::size_t before = 0;
    const Knot* knot = leaf;
    for (const Inner* inner = leaf->parent; inner != nullptr; knot = inner, inner = inner->parent) {
        const unsigned at = inner->find(knot);
        for (unsigned i = 0; i < at; ++i) before += inner->weights[i];
    }
    return before;
}

void OrderIndex::insert_child(OrderIndex& index, Inner* inner, unsigned at, Knot* child, std::size_t weight) {
    if (inner->count == fan) {
        // One that grows at its end stays full.
        const unsigned keep = at == fan ? fan : fan / 2;
        auto* right = new Inner;
        right->bottom = inner->bottom;
        for (unsigned i = keep; i < fan; ++i) right->put(i - keep, inner->children[i], inner->weights[i]);
        inner->count = keep;
        const std::size_t moved = right->total();
        if (inner->parent == nullptr) {
            index.root_ = new Inner;
            index.root_->bottom = false;
            index.root_->put(0, inner, inner->total());
        } else if (moved != 0) {
            adjust(inner, std::size_t{0} - moved);
        }
        insert_child(index, inner->parent, inner->parent->find(inner) + 1, right, moved);
        if (at > keep || keep == fan) {
            inner = right;
            at -= keep;
        }
    }
    inner->put(at, child, weight);
    if (weight != 0) adjust(inner, weight);
}

void OrderIndex::insert_after(Leaf* where, Leaf* fresh) {
    fresh->previous = where;
    fresh->next = where != nullptr ? where->next : nullptr;
    (fresh->previous != nullptr ? fresh->previous->next : first_) = fresh;
    (fresh->next != nullptr ? fresh->next->previous : last_) = fresh;
    if (root_ == nullptr) root_ = new Inner;
    Inner* const parent = where != nullptr ? where->parent : root_;
    insert_child(*this, parent, where != nullptr ? parent->find(where) + 1 : 0, fresh, fresh->weight);
    size_ += fresh->weight;
}

void OrderIndex::erase(Leaf* leaf) {
    (leaf->previous != nullptr ? leaf->previous->next : first_) = leaf->next;
    (leaf->next != nullptr ? leaf->next->previous : last_) = leaf->previous;
    adjust(leaf, std::size_t{0} - leaf->weight);
    size_ -= leaf->weight;
    Knot* gone = leaf;
    for (Inner* inner = leaf->parent; inner != nullptr;) {
        inner->take(inner->find(gone));
        if (inner->count != 0) break;
        Inner* const up = inner->parent;
        if (gone != leaf) delete static_cast<Inner*>(gone);
        gone = inner;
        inner = up;
        if (inner == nullptr) root_ = nullptr;
    }
    if (gone != leaf) delete static_cast<Inner*>(gone);
    while (root_ != nullptr && !root_->bottom && root_->count == 1) {
        Inner* const only = static_cast<Inner*>(root_->children[0]);
        delete root_;
        root_ = only;
        root_->parent = nullptr;
    }
    leaf->parent = nullptr;
    leaf->next = leaf->previous = nullptr;
}

void OrderIndex::set_weight(Leaf* leaf, std::uint32_t weight) {
    const std::size_t delta = std::size_t{weight} - leaf->weight;
    leaf->weight = weight;
    size_ += delta;
    adjust(leaf, delta);
}

void OrderIndex::destroy(Inner* inner) {
    if (!inner->bottom) {
        for (unsigned i = 0; i < inner->count; ++i) destroy(static_cast<Inner*>(inner->children[i]));
    }
    delete inner;
}

void OrderIndex::clear() {
    if (root_ != nullptr) destroy(root_);
    root_ = nullptr;
    first_ = last_ = nullptr;
    size_ = 0;
}

void OrderIndex::swap(OrderIndex& other) noexcept {
    std::swap(root_, other.root_);
    std::swap(first_, other.first_);
    std::swap(last_, other.last_);
    std::swap(size_, other.size_);
}

}  // namespace gatehouse::rules

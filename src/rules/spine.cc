#include "rules/spine.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace gatehouse::rules {

Spine::Loose Spine::make(RuleNode node) {
    Nodes one;
    const RuleHandle handle = node.handle;
    one.emplace(handle, std::move(node));
    return one.extract(handle);
}

Spine::~Spine() {
    for (Leaf* leaf = index_.first(); leaf != nullptr;) {
        Leaf* const next = leaf->next;
        delete static_cast<Chunk*>(leaf);
        leaf = next;
    }
}

Spine::Spine(Spine&& from) noexcept
    : scan_(from.scan_),
      index_(std::move(from.index_)),
      nodes_(std::move(from.nodes_)),
      open_(std::exchange(from.open_, nullptr)),
      image_(std::move(from.image_)) {}

Spine& Spine::operator=(Spine&& from) noexcept {
    std::swap(scan_, from.scan_);
    index_ = std::move(from.index_);  // swaps
    nodes_.swap(from.nodes_);
    std::swap(open_, from.open_);
    image_.swap(from.image_);
    return *this;
}

RuleNode* Spine::node_at(std::size_t position) const {
    const auto [leaf, at] = index_.find(position);
    return nodes_of(static_cast<const Chunk*>(leaf))[at];
}

const RuleNode* Spine::find(RuleHandle handle) const {
    const auto found = nodes_.find(handle);
    return found == nodes_.end() ? nullptr : &found->second;
}

RuleNode* Spine::find(RuleHandle handle) {
    const auto found = nodes_.find(handle);
    return found == nodes_.end() ? nullptr : &found->second;
}

std::optional<std::size_t> Spine::position(RuleHandle handle) const {
    const RuleNode* const node = find(handle);
    if (node == nullptr) return {};
    const Chunk* const chunk = node->chunk;
    RuleNode* const* const nodes = nodes_of(chunk);
    return index_.position(chunk) +
           static_cast<std::size_t>(std::find(nodes, nodes + chunk->count(), node) - nodes);
}

void Spine::open(Chunk* chunk) {
    if (open_ == chunk) return;
    settle();
    image_ = std::make_unique_for_overwrite<ChunkImage>();
    chunk->decode(*image_);
    open_ = chunk;
}

void Spine::settle() {
    if (open_ != nullptr) open_->encode(*image_);
    open_ = nullptr;
    image_.reset();
}

Chunk* Spine::add_after(Chunk* where) {
    auto* const chunk = new Chunk;
    chunk->encode(ChunkImage{});
    index_.insert_after(where, chunk);
    return chunk;
}

// Makes room in a full chunk; gives the half that holds `at`, which becomes the place in it.
Chunk* Spine::split(Chunk* chunk, unsigned& at) {
    constexpr unsigned half = chunk_rules / 2;
    open(chunk);
    Chunk* const right = add_after(chunk);
    ChunkImage tail;
    image_->move_tail(half, tail);
    index_.set_weight(chunk, half);
    index_.set_weight(right, tail.count);
    right->encode(tail);
    if (at <= half) return chunk;
    at -= half;
    return right;
}

void Spine::insert(std::size_t position, Loose loose, const Packed& packed) {
    RuleNode* const node = &nodes_.insert(nodes_.end(), std::move(loose))->second;
    node->exact = packed.exact;
    Chunk* chunk = static_cast<Chunk*>(index_.last());
    unsigned at = 0;
    if (chunk == nullptr) {
        chunk = add_after(nullptr);
    } else if (position < size()) {
        const auto [leaf, offset] = index_.find(position);
        chunk = static_cast<Chunk*>(leaf);
        at = offset;
        if (chunk->count() == chunk_rules) chunk = split(chunk, at);
    } else if (chunk->count() == chunk_rules) {
        chunk = add_after(chunk);  // a chain that grows at its end has full chunks
    } else {
        at = chunk->count();
    }
    open(chunk);
    node->chunk = chunk;
    image_->insert(at, node, packed);
    index_.set_weight(chunk, image_->count);
}

void Spine::drop(Chunk* chunk) {
    if (open_ == chunk) {
        open_ = nullptr;
        image_.reset();
    }
    index_.erase(chunk);
    delete chunk;
}

// Chunks that many rules have left are joined, so that a walk meets few.
void Spine::merge_with_next(Chunk* chunk) {
    constexpr unsigned small = chunk_rules * 5 / 8;
    auto* const next = static_cast<Chunk*>(chunk->next);
    if (next == nullptr || chunk->count() + next->count() > small) return;
    ChunkImage tail;
    next->decode(tail);
    tail.move_tail(0, *image_);
    for (unsigned i = 0; i < image_->count; ++i) image_->nodes[i]->chunk = chunk;
    drop(next);
    index_.set_weight(chunk, image_->count);
}

Spine::Loose Spine::remove(std::size_t position) {
    const auto [leaf, at] = index_.find(position);
    auto* const chunk = static_cast<Chunk*>(leaf);
    open(chunk);
    RuleNode* const node = image_->nodes[at];
    image_->erase(at);
    index_.set_weight(chunk, image_->count);
    if (image_->count == 0) {
        drop(chunk);
    } else {
        merge_with_next(chunk);
    }
    node->chunk = nullptr;
    return nodes_.extract(node->handle);
}

Spine::Loose Spine::replace(std::size_t position, Loose loose, const Packed& packed) {
    RuleNode* const node = &nodes_.insert(nodes_.end(), std::move(loose))->second;
    node->exact = packed.exact;
    const auto [leaf, at] = index_.find(position);
    open(static_cast<Chunk*>(leaf));
    RuleNode* const old = image_->nodes[at];
    image_->set(at, node, packed);
    node->chunk = std::exchange(old->chunk, nullptr);
    return nodes_.extract(old->handle);
}

void Spine::repack(const Interfaces& interfaces) {
    settle();
    for (Leaf* leaf = index_.first(); leaf != nullptr; leaf = leaf->next) {
        auto* const chunk = static_cast<Chunk*>(leaf);
        ChunkImage image;
        for (unsigned i = 0; i < chunk->count(); ++i) {
            RuleNode* const node = chunk->nodes[i];
            const Packed packed = pack(node->body->draft(), interfaces);
            node->exact = packed.exact;
            image.insert(i, node, packed);
        }
        chunk->encode(image);
    }
}

RuleNode* Spine::next(Cursor& cursor, const PacketKey& key) const {
    assert(open_ == nullptr);
    while (cursor.left == 0) {
        const auto* const first = static_cast<const Chunk*>(index_.first());
        const auto* const from = !cursor.begun             ? first
                                 : cursor.chunk != nullptr ? cursor.chunk->following()
                                                           : nullptr;
        cursor.begun = true;
        cursor.chunk = scan_(from, key, cursor.left);
        if (cursor.chunk == nullptr) return nullptr;
        if (cursor.chunk == first && cursor.open != 0)
            cursor.left &= cursor.open == chunk_rules ? 0 : ~std::uint64_t{0} << cursor.open;
    }
    cursor.at = static_cast<std::uint8_t>(std::countr_zero(cursor.left));
    cursor.left &= cursor.left - 1;
    return cursor.chunk->nodes[cursor.at];
}

void Spine::look_again(Cursor& cursor, const PacketKey& key) const {
    if (!cursor.begun || cursor.chunk == nullptr) return;
    const Chunk* const here = cursor.chunk;
    cursor.chunk = scan_(here, key, cursor.left);
    if (cursor.chunk == here) cursor.left &= ~std::uint64_t{1} << cursor.at;
    if (cursor.chunk == nullptr) cursor.left = 0;
}

}  // namespace gatehouse::rules

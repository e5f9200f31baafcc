#include "rules/spine.h"

namespace gatehouse::rules {

void Spine::insert(std::size_t position, RuleNode node, const Packed& packed) {
    node.exact = packed.exact;
    nodes_.insert(nodes_.begin() + static_cast<std::ptrdiff_t>(position), Entry{std::move(node), packed});
}

RuleNode Spine::remove(std::size_t position) {
    RuleNode node = std::move(nodes_[position].node);
    nodes_.erase(nodes_.begin() + static_cast<std::ptrdiff_t>(position));
    return node;
}

RuleNode Spine::replace(std::size_t position, RuleNode node, const Packed& packed) {
    node.exact = packed.exact;
    std::swap(nodes_[position].node, node);
    nodes_[position].packed = packed;
    return node;
}

std::optional<std::size_t> Spine::position(RuleHandle handle) const {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (nodes_[i].node.handle == handle) return i;
    }
    return {};
}

RuleNode* Spine::next(Cursor& cursor, const PacketKey& key) {
    while (cursor.next < nodes_.size()) {
        Entry& entry = nodes_[cursor.next++];
        if (admits(entry.packed, key)) return &entry.node;
    }
    return nullptr;
}

}  // namespace gatehouse::rules

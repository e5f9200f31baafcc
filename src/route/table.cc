#include "route/table.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>
#include <numeric>
#include <tuple>
#include <utility>

namespace gatehouse::route {

namespace {

using Node = TableNode;

// A node becomes flat when it is near the root and this full; 32 bytes a run at most.
constexpr unsigned flat_from = 64;

// The depth of the node that decides a prefix of this length.
constexpr unsigned home(unsigned length) { return (length - 1) / 8 * 8; }

constexpr unsigned slot_at(const Address& a, unsigned depth) {
    return (a.words[depth / 32] >> (24 - depth % 32)) & 255;
}

std::uint16_t code_of(const Prefix& prefix) {
    const unsigned depth = home(prefix.length);
    return static_cast<std::uint16_t>((prefix.length - depth) << 8 | slot_at(prefix.address, depth));
}

// The number of leading bits in which two addresses agree.
unsigned agreement(const Address& a, const Address& b) {
    for (unsigned i = 0; i < 4; ++i) {
        if (const std::uint32_t differ = a.words[i] ^ b.words[i]) {
            return 32 * i + static_cast<unsigned>(std::countl_zero(differ));
        }
    }
    return 128;
}

// The value that a node's own prefixes give to `code`, or 0.
std::uint32_t own_value(const Node& node, unsigned code) {
    const auto* last = node.own() + node.own_count;
    const auto* at = std::lower_bound(node.own(), last, code,
                                      [](const Node::Own& own, unsigned c) { return own.code < c; });
    return at != last && at->code == code ? at->value : 0;
}

// linux/rtnetlink order among equal prefixes.
auto rank(const Nexthop& n) {
    return std::tuple(-static_cast<std::int64_t>(n.table), -n.tos, static_cast<std::int64_t>(n.metric));
}

}  // namespace

struct Table::Item {
    Address address;
    std::uint8_t length;
    std::uint32_t value;

    auto order() const { return std::tie(address.words, length); }
};

Table::Table(Family family) : family_(family), pool_(std::make_shared<AliasPool>()) {}

Table::Table(const Table& other)
    : family_(other.family_), size_(other.size_), top_(other.top_), pool_(other.pool_) {
    if (top_.node != nullptr) ++top_.node->references;
    if (top_.outer != 0) pool_->reference(top_.outer);
}

Table::Table(Table&& other) noexcept
    : family_(other.family_),
      size_(std::exchange(other.size_, 0)),
      top_(std::exchange(other.top_, {})),
      pool_(std::move(other.pool_)) {}

Table& Table::operator=(Table other) noexcept {
    std::swap(family_, other.family_);
    std::swap(size_, other.size_);
    std::swap(top_, other.top_);
    std::swap(pool_, other.pool_);
    return *this;
}

Table::~Table() {
    if (top_.node != nullptr) release(top_.node);
    if (top_.outer != 0) pool_->release(top_.outer);
}

// Drops one reference; the last one takes the node's children and routes with it.
void Table::release(Node* node) {
    if (--node->references != 0) return;
    for (unsigned i = 0; i < node->child_count; ++i) {
        if (Node* kid = node->children()[i].node) release(kid);
    }
    for (unsigned i = 0; i < node->own_count; ++i) pool_->release(node->own()[i].value);
    ::operator delete(node, std::align_val_t{alignof(Node)});
}

Node::Child Table::as_child(Node* node, std::uint32_t outer, bool direct) {
    if (node == nullptr) return {.outer = outer};
    return {.node = node,
            .outer = outer,
            .depth = node->depth,
            .flat = node->flat,
            .direct = direct || node->depth == 0};
}

// Makes a node. `own` is ordered by code, `kids` by slot; one reference to each kid and value passes over.
Node* Table::make(unsigned depth, const Address& key, std::span<const Node::Own> own,
                  std::span<Node* const> kids) {
    std::array<std::uint32_t, 256> slots{};
    for (const auto& [code, value] : own) {  // the shortest first
        const unsigned count = 256u >> (code >> 8);
        std::fill_n(slots.begin() + (code & 255), count, value);
    }
    std::array<Node::Child, 256> children;
    std::array<std::uint32_t, 256> outer = slots;
    for (unsigned i = 0; i < kids.size(); ++i) slots[slot_at(kids[i]->key, depth)] = Node::child_bit | i;
    Node head{};
    unsigned runs = 0;
    for (unsigned i = 0; i < 256; ++i) {
        if (i % 64 == 0) head.before[i / 64] = static_cast<std::uint8_t>(runs);
        if (i == 0 || slots[i] != slots[i - 1]) {
            head.starts[i / 64] |= std::uint64_t{1} << i % 64;
            ++runs;
        }
    }
    head.depth = static_cast<std::uint8_t>(depth);
    head.flat = runs >= (depth <= 8 ? flat_from : 2 * flat_from) && depth <= (is_v4(family_) ? 8u : 24u);
    head.value_count = static_cast<std::uint16_t>(head.flat ? 0 : runs);
    head.child_count = static_cast<std::uint16_t>(head.flat ? 256 : kids.size());
    if (head.flat) {
        for (unsigned i = 0; i < 256; ++i) children[i] = {.outer = outer[i]};
    }
    for (unsigned i = 0; i < kids.size(); ++i) {
        const unsigned slot = slot_at(kids[i]->key, depth);
        children[head.flat ? slot : i] = as_child(kids[i], outer[slot], kids[i]->depth == depth + 8);
    }
    head.own_count = static_cast<std::uint16_t>(own.size());
    head.references = 1;
    head.key = key & prefix_mask(depth);

    auto* node = new (::operator new(head.bytes(), std::align_val_t{alignof(Node)})) Node(head);
    auto* values = const_cast<std::uint32_t*>(node->values());
    unsigned count = 0;
    for (unsigned i = 0; i < 256 && !head.flat; ++i) {
        if ((head.starts[i / 64] >> i % 64 & 1) != 0) values[count++] = slots[i];
    }
    std::copy_n(children.begin(), head.child_count, const_cast<Node::Child*>(node->children()));
    std::copy(own.begin(), own.end(), const_cast<Node::Own*>(node->own()));
    return node;
}

// As make(), but a node that decides nothing isn't made.
Node* Table::tidy(unsigned depth, const Address& key, std::span<const Node::Own> own,
                  std::span<Node* const> kids) {
    if (own.empty() && kids.empty()) return nullptr;
    if (own.empty() && kids.size() == 1) return kids[0];
    return make(depth, key, own, kids);
}

// Hands out what the node holds, a reference to each, and drops the caller's reference to the node. A node
// that nobody else refers to (`alone`) is simply emptied.
void Table::take_apart(Node* node, bool alone, std::vector<Node::Own>& own, std::vector<Node*>& kids) {
    own.reserve(node->own_count + 1u);
    own.assign(node->own(), node->own() + node->own_count);
    kids.reserve(std::min(node->child_count + 1u, 256u));
    for (unsigned i = 0; i < node->child_count; ++i) {
        if (Node* kid = node->children()[i].node) kids.push_back(kid);
    }
    if (alone) {
        ::operator delete(node, std::align_val_t{alignof(Node)});
        return;
    }
    for (const auto& o : own) pool_->reference(o.value);
    for (auto* kid : kids) ++kid->references;
    --node->references;
}

// Makes `value` (with its reference) the routes of a prefix, 0: none, below the tree `node`, whose reference
// is taken over; answers with the tree that stands in its place.
Node* Table::change(Node* node, bool alone, const Prefix& prefix, std::uint32_t value) {
    const unsigned depth = home(prefix.length);
    const Node::Own own{code_of(prefix), value};
    if (node == nullptr) return value == 0 ? nullptr : make(depth, prefix.address, {&own, 1}, {});
    alone = alone && node->references == 1;
    const unsigned common =
        std::min({agreement(node->key, prefix.address) / 8 * 8, static_cast<unsigned>(node->depth), depth});
    if (common == node->depth) {
        return depth == common ? change_own(node, alone, prefix, value)
                               : change_child(node, alone, prefix, value);
    }
    if (value == 0) return node;
    if (common == depth) return make(depth, prefix.address, {&own, 1}, {&node, 1});
    std::array<Node*, 2> kids{node, make(depth, prefix.address, {&own, 1}, {})};
    if (slot_at(kids[0]->key, common) > slot_at(kids[1]->key, common)) std::swap(kids[0], kids[1]);
    return make(common, prefix.address, {}, kids);
}

Node* Table::change_own(Node* node, bool alone, const Prefix& prefix, std::uint32_t value) {
    const unsigned depth = node->depth;
    const Address key = node->key;
    std::vector<Node::Own> own;
    std::vector<Node*> kids;
    take_apart(node, alone, own, kids);
    const Node::Own mine{code_of(prefix), value};
    const auto at = std::lower_bound(own.begin(), own.end(), mine.code,
                                     [](const Node::Own& o, unsigned code) { return o.code < code; });
    if (at == own.end() || at->code != mine.code) {
        if (value != 0) own.insert(at, mine);
    } else {
        pool_->release(at->value);
        if (value != 0) {
            at->value = value;
        } else {
            own.erase(at);
        }
    }
    return tidy(depth, key, own, kids);
}

Node* Table::change_child(Node* node, bool alone, const Prefix& prefix, std::uint32_t value) {
    const unsigned slot = slot_at(prefix.address, node->depth);
    auto* child = const_cast<Node::Child*>(node->child(slot));
    const bool there = child != nullptr;
    Node* kid = there ? child->node : nullptr;
    if (there && !alone) ++kid->references;
    Node* changed = change(kid, alone, prefix, value);
    if (changed == kid) {
        if (there && !alone) --kid->references;
        return node;
    }
    if (alone && there && changed != nullptr) {
        *child = as_child(changed, child->outer, changed->depth == node->depth + 8);
        return node;
    }
    const unsigned depth = node->depth;
    const Address key = node->key;
    std::vector<Node::Own> own;
    std::vector<Node*> kids;
    take_apart(node, alone, own, kids);
    if (there) {
        if (!alone) release(kid);  // the changed tree stands in its place
        const auto place = std::find(kids.begin(), kids.end(), kid);
        if (changed != nullptr) {
            *place = changed;
        } else {
            kids.erase(place);
        }
    } else {
        const auto at = std::find_if(kids.begin(), kids.end(),
                                     [&](const Node* k) { return slot_at(k->key, depth) > slot; });
        kids.insert(at, changed);
    }
    return tidy(depth, key, own, kids);
}

void Table::set(const Prefix& prefix, std::uint32_t value) {
    if (prefix.length == 0) {
        if (top_.outer != 0) pool_->release(top_.outer);
        top_.outer = value;
    } else {
        top_ = as_child(change(top_.node, true, prefix, value), top_.outer, false);
    }
}

std::uint32_t Table::exact(const Prefix& prefix) const {
    if (prefix.length == 0) return top_.outer;
    const unsigned depth = home(prefix.length);
    const Node* node = top_.node;
    while (node != nullptr && node->depth <= depth && node->holds(prefix.address)) {
        if (node->depth == depth) return own_value(*node, code_of(prefix));
        const Node::Child* child = node->child(node->slot(prefix.address));
        node = child != nullptr ? child->node : nullptr;
    }
    return 0;
}

unsigned Table::covering(const Address& address, std::span<std::uint32_t, 129> ids) const {
    std::array<const Node*, 16> path;
    unsigned nodes = 0;
    for (const Node* node = top_.node; node != nullptr && node->holds(address);) {
        path[nodes++] = node;
        const Node::Child* child = node->child(node->slot(address));
        node = child != nullptr ? child->node : nullptr;
    }
    unsigned count = 0;
    while (nodes-- > 0) {
        const unsigned slot = path[nodes]->slot(address);
        for (unsigned bits = 8; bits > 0; --bits) {
            const unsigned code = bits << 8 | (slot & (0xff00u >> bits & 255));
            if (const std::uint32_t value = own_value(*path[nodes], code)) ids[count++] = value;
        }
    }
    if (top_.outer != 0) ids[count++] = top_.outer;
    return count;
}

std::vector<Nexthop> Table::unchain(std::uint32_t id) const {
    std::vector<Nexthop> nexthops;
    for (; id != 0; id = (*pool_)[id].next) nexthops.push_back((*pool_)[id].nexthop);
    return nexthops;
}

std::uint32_t Table::chain(std::span<const Nexthop> nexthops) {
    std::uint32_t id = 0;
    while (!nexthops.empty()) {
        id = pool_->intern(nexthops.back(), id);
        nexthops = nexthops.first(nexthops.size() - 1);
    }
    return id;
}

// Puts a route among those of its prefix. False, and nothing done, when the mode refuses it.
bool Table::merge(std::vector<Nexthop>& there, const Nexthop& nexthop, Mode mode) const {
    const auto by_rank = [](const Nexthop& a, const Nexthop& b) { return rank(a) < rank(b); };
    const auto [first, last] = std::equal_range(there.begin(), there.end(), nexthop, by_rank);
    if (first != last) {
        if (mode == Mode::exclusive) return false;
        if (mode == Mode::append && std::find(first, last, nexthop) != last) return false;
        if (mode == Mode::replace) {
            *first = nexthop;
            return true;
        }
    }
    there.insert(last, nexthop);
    return true;
}

bool Table::insert(const Prefix& prefix, const Nexthop& nexthop, Mode mode) {
    assert(prefix.family == family_);
    auto nexthops = unchain(exact(prefix));
    const std::size_t before = nexthops.size();
    if (!merge(nexthops, nexthop, mode)) return false;
    set(prefix, chain(nexthops));
    size_ += nexthops.size() - before;
    return true;
}

bool Table::remove(const Prefix& prefix, const std::function<bool(const Nexthop&)>& which) {
    assert(prefix.family == family_);
    auto nexthops = unchain(exact(prefix));
    const auto at = std::find_if(nexthops.begin(), nexthops.end(), which);
    if (at == nexthops.end()) return false;
    nexthops.erase(at);
    set(prefix, chain(nexthops));
    --size_;
    return true;
}

void Table::collect(const Node* node, std::vector<Item>& items) const {
    for (unsigned i = 0; i < node->own_count; ++i) {
        const auto& own = node->own()[i];
        Address address = node->key;
        address.words[node->depth / 32] |= (own.code & 255u) << (24 - node->depth % 32);
        items.push_back({address, static_cast<std::uint8_t>(node->depth + (own.code >> 8)), own.value});
    }
    for (unsigned i = 0; i < node->child_count; ++i) {
        if (const Node* kid = node->children()[i].node) collect(kid, items);
    }
}

void Table::for_each(const std::function<void(const Prefix&, const Nexthop&)>& visit) const {
    std::vector<Item> items;
    if (top_.node != nullptr) collect(top_.node, items);
    if (top_.outer != 0) items.push_back({{}, 0, top_.outer});
    std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) { return a.order() < b.order(); });
    for (const auto& item : items) {
        for (const auto& nexthop : unchain(item.value)) visit({family_, item.address, item.length}, nexthop);
    }
}

namespace {
std::size_t bytes_below(const Node* node) {
    std::size_t total = node->bytes();
    for (unsigned i = 0; i < node->child_count; ++i) {
        if (const Node* kid = node->children()[i].node) total += bytes_below(kid);
    }
    return total;
}
}  // namespace

std::size_t Table::bytes() const {
    return sizeof *this + pool_->bytes() + (top_.node != nullptr ? bytes_below(top_.node) : 0);
}

// Makes the tree of many prefixes at once: ordered, distinct, none of length zero; their references pass
// over.
Node* Table::build(std::span<const Item> items) {
    unsigned depth = agreement(items.front().address, items.back().address) / 8 * 8;
    for (const auto& item : items) depth = std::min(depth, home(item.length));
    std::vector<Node::Own> own;
    std::vector<Node*> kids;
    for (std::size_t i = 0; i < items.size();) {
        const auto& item = items[i];
        if (home(item.length) == depth) {
            own.push_back({code_of({family_, item.address, item.length}), item.value});
            ++i;
            continue;
        }
        const unsigned slot = slot_at(item.address, depth);
        std::size_t end = i + 1;
        while (end < items.size() && slot_at(items[end].address, depth) == slot) ++end;
        kids.push_back(build(items.subspan(i, end - i)));
        i = end;
    }
    std::sort(own.begin(), own.end(), [](const auto& a, const auto& b) { return a.code < b.code; });
    return make(depth, items.front().address, own, kids);
}

bool Table::insert_each(std::span<const Route> routes, std::size_t& refused) {
    const Table before = *this;
    for (std::size_t i = 0; i < routes.size(); ++i) {
        if (insert(routes[i].prefix, routes[i].nexthop)) continue;
        *this = before;
        refused = i;
        return false;
    }
    return true;
}

std::size_t Table::insert_all(std::span<const Route> routes) {
    std::size_t refused = routes.size();
    if (routes.size() < 64 || routes.size() < size_ / 16) {
        insert_each(routes, refused);
        return refused;
    }
    std::vector<std::uint32_t> order(routes.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        const Prefix &p = routes[a].prefix, &q = routes[b].prefix;
        return std::tie(p.address.words, p.length, a) < std::tie(q.address.words, q.length, b);
    });

    Table fresh(family_);
    fresh.pool_ = pool_;
    std::vector<Item> items;
    items.reserve(routes.size() + size_);
    for (std::size_t i = 0; i < order.size();) {
        const Prefix& prefix = routes[order[i]].prefix;
        assert(prefix.family == family_);
        auto nexthops = unchain(exact(prefix));
        for (; i < order.size() && routes[order[i]].prefix == prefix && refused == routes.size(); ++i) {
            if (!merge(nexthops, routes[order[i]].nexthop, Mode::exclusive)) refused = order[i];
        }
        if (refused != routes.size()) break;
        const std::uint32_t id = chain(nexthops);
        if (prefix.length == 0) {
            fresh.top_.outer = id;
        } else {
            items.push_back({prefix.address, prefix.length, id});
        }
    }
    if (refused != routes.size()) {
        for (const auto& item : items) pool_->release(item.value);
        return refused;
    }
    // What was there and isn't named anew.
    const auto less = [](const Item& a, const Item& b) { return a.order() < b.order(); };
    const std::size_t named = items.size();
    std::vector<Item> there;
    if (top_.node != nullptr) collect(top_.node, there);
    for (const auto& item : there) {
        if (std::binary_search(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(named), item, less))
            continue;
        pool_->reference(item.value);
        items.push_back(item);
    }
    std::sort(items.begin() + static_cast<std::ptrdiff_t>(named), items.end(), less);
    std::inplace_merge(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(named), items.end(), less);
    if (fresh.top_.outer == 0 && top_.outer != 0) {
        fresh.top_.outer = top_.outer;
        pool_->reference(top_.outer);
    }
    if (!items.empty()) fresh.top_ = as_child(fresh.build(items), fresh.top_.outer, false);
    fresh.size_ = size_ + routes.size();
    *this = std::move(fresh);
    return refused;
}

}  // namespace gatehouse::route

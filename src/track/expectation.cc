#include "track/expectation.h"

#include <algorithm>
#include <bit>

namespace gatehouse::track {

namespace {

// One zone, whichever of the directions it counts for.
Zone zone_of(const Entry& entry) { return entry.zone[0] != Zone{} ? entry.zone[0] : entry.zone[1]; }

bool same_destination(const Tuple& a, const Tuple& b) {
    return a.destination == b.destination && a.ends.destination == b.ends.destination &&
           a.family == b.family && a.protocol == b.protocol;
}

bool same(const Expectation& a, const Expectation& b) {
    return a.tuple == b.tuple && a.source_mask == b.source_mask && a.source_end_mask == b.source_end_mask;
}

// Whether some first packet fits both.
bool clash(const Expectation& a, const Expectation& b) {
    const Address mask = a.source_mask & b.source_mask;
    const std::uint16_t ends = a.source_end_mask & b.source_end_mask;
    return same_destination(a.tuple, b.tuple) && (a.tuple.source & mask) == (b.tuple.source & mask) &&
           (a.tuple.ends.source & ends) == (b.tuple.ends.source & ends);
}

}  // namespace

bool Expectation::fits(const Tuple& first) const {
    return same_destination(tuple, first) && (first.source & source_mask) == (tuple.source & source_mask) &&
           (first.ends.source & source_end_mask) == (tuple.ends.source & source_end_mask);
}

Expectations::Expectations(Table& table, std::uint32_t limit, std::uint64_t seed)
    : table_(table), hash_(seed), nodes_(limit), buckets_(std::bit_ceil(limit), none) {
    due_.reserve(limit);
}

std::uint32_t Expectations::first_of(const Entry& master) const {
    const HelperState* const state = table_.side().find<HelperState>(master);
    return state == nullptr ? none : state->expectations - 1;
}

std::size_t Expectations::bucket_of(const Tuple& tuple, Zone zone) const {
    Tuple destination = tuple;
    destination.source = {};
    destination.ends.source = 0;
    return static_cast<std::size_t>(hash_(destination, zone)) & (buckets_.size() - 1);
}

Expectations::Standing Expectations::look(ConnIndex master, const Expectation& wanted,
                                          const ExpectationPolicy& policy) const {
    Standing standing;
    const Entry& entry = table_[master];
    const Zone zone = zone_of(entry);
    for (std::uint32_t at = buckets_[bucket_of(wanted.tuple, zone)]; at != none; at = nodes_[at].next) {
        const Expectation& there = nodes_[at].what;
        if (there.zone != zone || !clash(there, wanted)) continue;
        if (there.master != master || !same(there, wanted)) return {.entered = Entered::clash};
        if (there.of_class != wanted.of_class) return {.entered = Entered::foreign};
        standing.same = at;
        break;
    }
    const HelperState* const state = table_.side().find<HelperState>(entry);
    const bool renewed = standing.same != none;
    if (policy.most > 0 && state->expecting[wanted.of_class] - (renewed ? 1 : 0) >= policy.most) {
        visit(entry, [&](ExpectationIndex i, const Expectation& e) {
            const auto at = static_cast<std::uint32_t>(i);
            if (e.of_class == wanted.of_class && at != standing.same) standing.oldest = at;
        });
    }
    if (!renewed && standing.oldest == none && nodes_.used() == nodes_.limit())
        return {.entered = Entered::full};
    return standing;
}

Expectations::Entered Expectations::would_enter(ConnIndex master, const Expectation& expectation,
                                                const ExpectationPolicy& policy) const {
    return look(master, expectation, policy).entered;
}

Expectations::Entered Expectations::enter(ConnIndex master, const Expectation& expectation,
                                          const ExpectationPolicy& policy) {
    const Standing standing = look(master, expectation, policy);
    if (standing.entered != Entered::yes) {
        ++statistics_.refused;
        return standing.entered;
    }
    if (standing.same != none) remove(standing.same);
    if (standing.oldest != none) remove(standing.oldest);
    const std::uint32_t at = nodes_.take();
    Node& node = nodes_[at] = {.what = expectation};
    Expectation& what = node.what;
    const Entry& entry = table_[master];
    what.master = master;
    what.zone = zone_of(entry);
    what.expiry = table_.now() + Table::ticks(policy.seconds * second);
    std::uint32_t& bucket = buckets_[bucket_of(what.tuple, what.zone)];
    node.next = bucket;
    bucket = at;
    HelperState& state = *table_.side().find<HelperState>(entry);
    node.newer = none;
    node.older = state.expectations - 1;
    if (node.older != none) nodes_[node.older].newer = at;
    state.expectations = at + 1;
    ++state.expecting[what.of_class];
    due_.push_back(at);
    rise(due_.size() - 1);
    ++statistics_.made;
    if (watcher_ != nullptr) watcher_->expected(what);
    return Entered::yes;
}

void Expectations::remove(std::uint32_t at) {
    Node& node = nodes_[at];
    if (watcher_ != nullptr) watcher_->forgotten(node.what);
    std::uint32_t* link = &buckets_[bucket_of(node.what.tuple, node.what.zone)];
    while (*link != at) link = &nodes_[*link].next;
    *link = node.next;
    HelperState& state = *table_.side().find<HelperState>(table_[node.what.master]);
    --state.expecting[node.what.of_class];
    if (node.older != none) nodes_[node.older].newer = node.newer;
    if (node.newer != none) {
        nodes_[node.newer].older = node.older;
    } else {
        state.expectations = node.older + 1;
    }
    const std::size_t heap = node.heap;
    const std::uint32_t last = due_.back();
    due_.pop_back();
    if (last != at) {
        place(heap, last);
        rise(heap);
        sink(nodes_[last].heap);
    }
    nodes_.give_back(at);
    ++statistics_.deleted;
}

std::optional<Expectation> Expectations::claim(const Tuple& first, Zone zone) {
    for (std::uint32_t at = buckets_[bucket_of(first, zone)]; at != none; at = nodes_[at].next) {
        const Expectation& there = nodes_[at].what;
        if (there.zone != zone || there.has(expectation_flag::inactive) || !there.fits(first)) continue;
        // As in Linux: while its own first packet is on the way, a connection has none that it expects.
        const Entry& master = table_[there.master];
        if (!master.confirmed() || table_.is_over(master)) return {};
        ++statistics_.served;
        const Expectation claimed = there;
        if (!there.has(expectation_flag::permanent)) remove(at);
        if (claimed.for_all)
            forget_if(master, [&](const Expectation& e) { return e.of_class == claimed.of_class; });
        return claimed;
    }
    return {};
}

ExpectationIndex Expectations::find(const Tuple& first, Zone zone) const {
    for (std::uint32_t at = buckets_[bucket_of(first, zone)]; at != none; at = nodes_[at].next) {
        if (nodes_[at].what.zone == zone && nodes_[at].what.fits(first))
            return static_cast<ExpectationIndex>(at);
    }
    return ExpectationIndex::none;
}

void Expectations::activate(ExpectationIndex which) {
    std::uint8_t& flags = nodes_[static_cast<std::uint32_t>(which)].what.flags;
    flags = static_cast<std::uint8_t>(flags & ~expectation_flag::inactive);
}

void Expectations::renew(ExpectationIndex which, std::uint32_t seconds) {
    Node& node = nodes_[static_cast<std::uint32_t>(which)];
    node.what.expiry = table_.now() + Table::ticks(seconds * second);
    rise(node.heap);
    sink(node.heap);
}

void Expectations::forget(ExpectationIndex which) { remove(static_cast<std::uint32_t>(which)); }

void Expectations::forget_all(const Entry& master) {
    visit(master, [&](ExpectationIndex i, const Expectation&) { forget(i); });
}

void Expectations::expire_due() {
    while (!due_.empty() && table_.now() - nodes_[due_.front()].what.expiry >= 0) remove(due_.front());
}

void Expectations::place(std::size_t heap, std::uint32_t at) {
    due_[heap] = at;
    nodes_[at].heap = static_cast<std::uint32_t>(heap);
}

void Expectations::rise(std::size_t heap) {
    const std::uint32_t at = due_[heap];
    while (heap > 0 && earlier(at, due_[(heap - 1) / 2])) {
        place(heap, due_[(heap - 1) / 2]);
        heap = (heap - 1) / 2;
    }
    place(heap, at);
}

void Expectations::sink(std::size_t heap) {
    const std::uint32_t at = due_[heap];
    for (;;) {
        std::size_t child = 2 * heap + 1;
        if (child >= due_.size()) break;
        if (child + 1 < due_.size() && earlier(due_[child + 1], due_[child])) ++child;
        if (!earlier(due_[child], at)) break;
        place(heap, due_[child]);
        heap = child;
    }
    place(heap, at);
}

}  // namespace gatehouse::track

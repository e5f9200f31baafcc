#include "rules/recent_list.h"

#include <algorithm>
#include <bit>

namespace gatehouse::rules {

RecentList::RecentList(const Address& mask, std::uint32_t times)
    : mask_(mask), room_(std::bit_ceil(times)), entries_(most), times_(most * room_ * sizeof(Ticks)) {}

void RecentList::make_room(std::uint32_t times) {
    const std::scoped_lock lock(guard_);
    if (std::bit_ceil(times) <= room_) return;
    room_ = std::bit_ceil(times);
    std::ranges::fill(entries_, Entry{});
    times_.emplace(most * room_ * sizeof(Ticks));
}

// A TTL of 0, the list's or the packet's, is any.
RecentList::Entry* RecentList::find(const Visitor& visitor, bool same_ttl) {
    const Address address = visitor.address & mask_;
    for (Entry& entry : entries_) {
        if (!entry.used || entry.address != address) continue;
        if (!same_ttl || entry.ttl == visitor.ttl || entry.ttl == 0 || visitor.ttl == 0) return &entry;
    }
    return nullptr;
}

// One that isn't used comes first.
RecentList::Entry& RecentList::oldest() {
    return *std::ranges::min_element(
        entries_, {}, [](const Entry& entry) { return entry.used ? entry.touched : std::uint64_t{0}; });
}

void RecentList::enter(const Visitor& visitor) {
    Entry& entry = oldest();
    entry = {.address = visitor.address & mask_, .used = true};
    see(entry, visitor);
}

void RecentList::see(Entry& entry, const Visitor& visitor) {
    entry.next &= room_ - 1;
    times_of(entry)[entry.next++] = visitor.now;
    entry.count = std::max(entry.count, entry.next);
    entry.ttl = visitor.ttl;
    entry.touched = ++changes_;
}

void RecentList::set(const Visitor& visitor) {
    const std::scoped_lock lock(guard_);
    if (Entry* const entry = find(visitor, false)) {
        see(*entry, visitor);
    } else {
        enter(visitor);
    }
}

bool RecentList::remove(const Visitor& visitor) {
    const std::scoped_lock lock(guard_);
    Entry* const entry = find(visitor, false);
    if (entry == nullptr) return false;
    *entry = {};
    return true;
}

bool RecentList::answers(const Entry& entry, Ticks now, const Question& question) {
    const Ticks* const times = times_of(entry);
    std::uint32_t hits = 0;
    for (std::uint32_t i = 0; i < entry.count; ++i) {
        if (question.within != 0 && times[i] < now - question.within) continue;
        if (question.hits == 0 || ++hits >= question.hits) return true;
    }
    return false;
}

bool RecentList::ask(const Visitor& visitor, const Question& question) {
    const std::scoped_lock lock(guard_);
    Entry* const entry = find(visitor, question.same_ttl);
    if (entry == nullptr) return question.inverted;
    const bool matches = answers(*entry, visitor.now, question) != question.inverted;
    const bool renewed = question.renew && matches;
    if (question.reap) {
        Entry* first = nullptr;
        for (Entry& each : entries_) {
            if (each.used && (first == nullptr || each.touched < first->touched)) first = &each;
        }
        const bool stale = times_of(*first)[first->next - 1] < visitor.now - question.within;
        if (stale && !(first == entry && renewed)) *first = {};
    }
    if (renewed) see(*entry, visitor);
    return matches;
}

}  // namespace gatehouse::rules

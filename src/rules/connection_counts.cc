#include "rules/connection_counts.h"

#include "wire/protocol.h"

namespace gatehouse::rules {

namespace {

constexpr std::uint32_t most_members = 1u << 20, bucket_count = 1u << 14;

bool is_closed(const track::Entry& entry) {
    return entry.protocol == wire::protocol::tcp && (entry.state.tcp.phase == track::TcpPhase::time_wait ||
                                                     entry.state.tcp.phase == track::TcpPhase::close);
}

}  // namespace

ConnectionCounts::ConnectionCounts()
    : lists_(most_members), members_(most_members), buckets_(bucket_count, none) {}

std::uint32_t& ConnectionCounts::bucket_of(const Key& key) {
    std::uint64_t hash = key.zone.value;
    for (const std::uint32_t word : key.address.words) hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return buckets_[hash >> 50];
}

bool ConnectionCounts::clean(List& list, const track::Table& table, track::ConnIndex own) {
    std::uint32_t previous = none;
    for (std::uint32_t at = list.head; at != none;) {
        const Member& member = members_[at];
        const std::uint32_t next = member.next;
        bool gone = member.connection == track::ConnIndex::none;
        if (!gone) {
            const track::Entry& entry = table[member.connection];
            const bool same =
                entry.generation == member.generation && entry.confirmed() && !table.is_over(entry);
            if (same && member.connection == own) return true;
            gone = !same || is_closed(entry);
        }
        if (gone) {
            (previous == none ? list.head : members_[previous].next) = next;
            if (list.tail == at) list.tail = previous;
            members_.give_back(at);
            --list.count;
        } else {
            previous = at;
        }
        at = next;
    }
    return false;
}

void ConnectionCounts::clean_bucket(std::uint32_t& bucket, const track::Table& table) {
    for (std::uint32_t* at = &bucket; *at != none;) {
        List& list = lists_[*at];
        clean(list, table, track::ConnIndex::none);
        if (list.count > 0) {
            at = &list.next;
            continue;
        }
        const std::uint32_t gone = *at;
        *at = list.next;
        lists_.give_back(gone);
    }
}

// A list for a key that has none: room is made by looking at two buckets for each that comes.
std::uint32_t ConnectionCounts::open(const Key& key, const track::Table& table) {
    for (int i = 0; i < 2; ++i) clean_bucket(buckets_[hand_++ % bucket_count], table);
    const std::uint32_t at = lists_.take();
    if (at == none) return none;
    std::uint32_t& bucket = bucket_of(key);
    lists_[at] = {.key = key, .next = bucket, .head = none, .tail = none, .count = 0};
    bucket = at;
    return at;
}

bool ConnectionCounts::add(List& list, const track::Seen& at, const track::Table& table) {
    const std::uint32_t place = members_.take();
    if (place == none) return false;
    const bool tracked = at.is_connection();
    members_[place] = {.next = none,
                       .connection = tracked ? at.connection : track::ConnIndex::none,
                       .generation = tracked ? table[at.connection].generation : std::uint16_t{0}};
    (list.tail == none ? list.head : members_[list.tail].next) = place;
    list.tail = place;
    ++list.count;
    return true;
}

std::uint32_t ConnectionCounts::count(const Key& key, const track::Seen& at, const track::Table& table) {
    std::uint32_t found = bucket_of(key);
    while (found != none && lists_[found].key != key) found = lists_[found].next;
    const bool answered = at.is_connection() && at.entry->has(track::status::seen_reply);
    if (found == none) {
        found = open(key, table);
        if (found == none) return 0;
    } else if (answered) {
        List& list = lists_[found];
        clean(list, table, track::ConnIndex::none);
        return list.count;
    }
    List& list = lists_[found];
    const auto own = at.connection;
    if (!clean(list, table, own) && !add(list, at, table)) return 0;
    return list.count;
}

}  // namespace gatehouse::rules

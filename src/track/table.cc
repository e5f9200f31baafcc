#include "track/table.h"

#include <algorithm>

#include "base/prefetch.h"
#include "packet/reason.h"

namespace gatehouse::track {

namespace {

// Candidates that are looked at when somebody must go.
constexpr std::uint32_t candidates = 64;
// What expire() works on together, so that one's cache misses hide behind another's.
constexpr unsigned group = 16;
// Ticks are compared by their difference, so time goes on in steps that no timeout can hide behind.
constexpr std::int64_t longest_step = std::int64_t{1} << 30;

}  // namespace

Table::Table(const TableLimits& limits, std::uint64_t seed)
    : limits_(limits),
      entries_(limits.entries),
      index_(limits.entries, limits.ready, entries_, seed),
      wheel_(entries_),
      side_(limits.side == 0 ? limits.entries : limits.side),
      unreplied_(limits.entries) {}

void Table::set_tick(Time now) {
    if (elapsed_ < 0) {
        epoch_ = time_ = now;
        elapsed_ = 0;
    }
    time_ = std::max(time_, now);
    const std::int64_t milliseconds = (time_ - epoch_) / millisecond;
    next_tick_ = epoch_ + (milliseconds + 1) * millisecond;
    if (milliseconds - elapsed_ > longest_step) [[unlikely]]
        leap(milliseconds);
    elapsed_ = milliseconds;
    now_ = {static_cast<std::uint32_t>(milliseconds)};
}

// Nobody outlives two such steps unless ended: so this ends, however long the leap.
void Table::leap(std::int64_t milliseconds) {
    while (milliseconds - elapsed_ > longest_step && entries_.used() > 0) {
        elapsed_ += longest_step;
        now_ = {static_cast<std::uint32_t>(elapsed_)};
        while (expire(1u << 16) > 0) {
        }
    }
}

Tentative Table::begin(const Tuple& original, const Tuple& reply, const std::array<Zone, 2>& zones,
                       Finding& why) {
    std::uint32_t place = entries_.take();
    if (place == Arena<Entry>::none && evict()) place = entries_.take();
    if (place == Arena<Entry>::none) {
        ++statistics_.drop;
        why = {Reason::table_full, {limits_.entries, std::min(candidates, limits_.entries)}};
        return Tentative::none;
    }
    Entry& entry = entries_[place];
    entry = Entry{.zone = {zones[0], zones[1]},
                  .protocol = original.protocol,
                  .family = original.family,
                  .generation = entry.generation};
    entry.set_tuple(Direction::original, original);
    entry.set_tuple(Direction::reply, reply);
    index_.prefetch(hash(reply, zones[1]));
    return static_cast<Tentative>(place);
}

void Table::discard(Tentative tentative) { release(track::index(tentative)); }

void Table::release(std::uint32_t place) {
    Entry& entry = entries_[place];
    side_.release(entry);
    if (entry.confirmed()) unreplied_.erase(place);
    entry.status = 0;
    ++entry.generation;
    entries_.give_back(place);
}

Way Table::find_in(const std::array<Zone, 2>& zones, const Tuple& tuple) {
    if (zones[0] == zones[1]) return find(tuple, zones[0]);
    for (const Direction d : {Direction::original, Direction::reply}) {
        const Zone zone = zones[track::index(d)];
        if (const Way way = unless_over(index_.find(hash(tuple, zone), tuple, zone, d))) return way;
    }
    return {};
}

Confirmed Table::confirm(Tentative tentative) {
    using enum Confirmed::Outcome;
    Entry& entry = (*this)[tentative];
    const auto connection = static_cast<ConnIndex>(track::index(tentative));
    std::array<std::uint64_t, 2> hashes;
    for (const Direction d : {Direction::original, Direction::reply}) {
        const Tuple tuple = entry.tuple(d);
        const Zone zone = entry.zone[track::index(d)];
        hashes[track::index(d)] = hash(tuple, zone);
        // By zones that differ, the other goes the same way.
        const bool apart = entry.zone[0] != entry.zone[1];
        const std::uint64_t hash = hashes[track::index(d)];
        const Way standing = apart ? unless_over(index_.find(hash, tuple, zone, d)) : find(hash, tuple, zone);
        if (standing) return {.outcome = clash, .standing = standing, .clashing = d};
    }
    const Way original{connection, Direction::original}, reply{connection, Direction::reply};
    if (!index_.insert(hashes[0], original)) {
        ++statistics_.chaintoolong;
        return {.outcome = full};
    }
    if (!index_.insert(hashes[1], reply)) {
        index_.remove(hashes[0], original);
        ++statistics_.chaintoolong;
        return {.outcome = full};
    }
    entry.status &= ~status::nat_clash;  // it was of another table's
    return settle_in(connection);
}

Confirmed Table::confirm_replies(Tentative tentative) {
    using enum Confirmed::Outcome;
    Entry& entry = (*this)[tentative];
    const Way reply{static_cast<ConnIndex>(track::index(tentative)), Direction::reply};
    const std::uint64_t replies = hash(entry, Direction::reply);
    if (const Way standing = find(replies, entry.tuple(Direction::reply), entry.zone[1]))
        return {.outcome = clash, .standing = standing, .clashing = Direction::reply};
    if (!index_.insert(replies, reply)) {
        ++statistics_.chaintoolong;
        return {.outcome = full};
    }
    entry.status |= status::nat_clash;
    return settle_in(reply.connection);
}

Confirmed Table::settle_in(ConnIndex connection) {
    Entry& entry = (*this)[connection];
    entry.status |= status::confirmed;
    entry.expiry = now_ + entry.expiry.value;
    if ((entry.status & (status::seen_reply | status::assured)) == 0)
        unreplied_.insert(track::index(connection));
    arm(connection);
    ++statistics_.insert;
    if (watcher_ != nullptr) watcher_->entered(connection, entry);
    return {.outcome = Confirmed::Outcome::inserted, .connection = connection};
}

void Table::arm(ConnIndex connection) {
    const std::int32_t left = (*this)[connection].expiry - now_;
    wheel_.arm(connection,
               now_ + static_cast<std::uint32_t>(std::clamp<std::int32_t>(left, 0, Wheel::horizon)));
}

// Only so does the wheel look too late; it does look within its horizon.
void Table::arm_earlier(ConnIndex connection) {
    if (wheel_.armed(connection) - (*this)[connection].expiry <= 0) return;
    wheel_.disarm(connection);
    arm(connection);
}

void Table::end(ConnIndex connection, End why) {
    const Entry& entry = (*this)[connection];
    wheel_.disarm(connection);
    remove(connection, hash(entry, Direction::original), hash(entry, Direction::reply), why);
}

// The rest of a connection that isn't armed any more.
void Table::remove(ConnIndex connection, std::uint64_t original, std::uint64_t reply, End why) {
    Entry& entry = (*this)[connection];
    entry.status |= status::dying;
    if (!entry.has(status::nat_clash)) index_.remove(original, {connection, Direction::original});
    index_.remove(reply, {connection, Direction::reply});
    switch (why) {
        case End::expired: ++statistics_.expired; break;
        case End::evicted: ++statistics_.early_drop; break;
        case End::killed:
        case End::deleted: ++statistics_.killed; break;
    }
    if (watcher_ != nullptr) watcher_->ended(connection, entry, why);
    release(track::index(connection));
}

unsigned Table::expire_due(unsigned budget) {
    struct Dead {
        ConnIndex connection;
        std::uint64_t original, reply;
    };
    unsigned looked = 0;
    while (looked < budget) {
        std::array<ConnIndex, group> due;
        unsigned count = 0;
        wheel_.advance(now_, std::min(group, budget - looked), [&](ConnIndex c) { due[count++] = c; });
        if (count == 0) break;
        looked += count;
        std::array<Dead, group> dead;
        unsigned over = 0;
        for (unsigned i = 0; i < count; ++i) {
            const Entry& entry = (*this)[due[i]];
            if (!is_over(entry)) {
                arm(due[i]);
                continue;
            }
            dead[over] = {due[i], hash(entry, Direction::original), hash(entry, Direction::reply)};
            index_.prefetch(dead[over].original);
            index_.prefetch(dead[over].reply);
            ++over;
        }
        for (unsigned i = 0; i < over; ++i)
            remove(dead[i].connection, dead[i].original, dead[i].reply, End::expired);
    }
    return looked;
}

// Like the hand of a clock: who has been longest in the table is met first, and no search finds the one that
// the last one found.
ConnIndex Table::next_unreplied() {
    std::uint32_t place = unreplied_.next(hand_);
    if (place == PlaceSet::none) place = unreplied_.next(0);
    if (place == PlaceSet::none) return ConnIndex::none;
    hand_ = place + 1;
    return static_cast<ConnIndex>(place);
}

ConnIndex Table::find_victim() {
    for (std::uint32_t n = 0; n < candidates; ++n) {
        const ConnIndex connection = next_unreplied();
        if (connection == ConnIndex::none) break;
        if (is_cheap(connection)) return connection;
    }
    return find_by_cost();
}

// Where nobody is unreplied: the cheapest of some candidates in turn.
ConnIndex Table::find_by_cost() {
    ConnIndex best = ConnIndex::none;
    Cost least = Cost::untouchable;
    const std::uint32_t places = entries_.opened();
    for (std::uint32_t n = std::min(candidates, places); n > 0 && least > Cost::unreplied; --n) {
        if (hand_ >= places) hand_ = 0;
        const auto connection = static_cast<ConnIndex>(hand_++);
        const Cost cost = cost_of_losing((*this)[connection], now_);
        if (cost < least) {
            least = cost;
            best = connection;
        }
    }
    return best;
}

bool Table::is_cheap(ConnIndex connection) const {
    return connection != ConnIndex::none && cost_of_losing((*this)[connection], now_) <= Cost::unreplied;
}

bool Table::evict() {
    if (watcher_ != nullptr) {
        if (const ConnIndex first = watcher_->first_to_go(); first != ConnIndex::none) {
            end(first, is_over((*this)[first]) ? End::expired : End::evicted);
            return true;
        }
    }
    Candidate victim = next_victim_;
    const bool stands =
        is_cheap(victim.connection) && (*this)[victim.connection].generation == victim.generation;
    if (!stands) victim = with_hashes(find_victim());
    if (victim.connection == ConnIndex::none) return false;
    const bool over = is_over((*this)[victim.connection]);
    wheel_.disarm(victim.connection);
    remove(victim.connection, victim.hashes[0], victim.hashes[1], over ? End::expired : End::evicted);
    // Where one was unreplied there are likely to be more: in a flood.
    next_victim_ = is_cheap(victim_after_) ? with_hashes(victim_after_) : Candidate{};
    victim_after_ = next_unreplied();
    if (victim_after_ != ConnIndex::none) gatehouse::prefetch(&(*this)[victim_after_]);
    return true;
}

Table::Candidate Table::with_hashes(ConnIndex connection) const {
    if (connection == ConnIndex::none) return {};
    const Entry& entry = (*this)[connection];
    const Candidate candidate{.connection = connection,
                              .generation = entry.generation,
                              .hashes = {hash(entry, Direction::original), hash(entry, Direction::reply)}};
    for (const std::uint64_t h : candidate.hashes) index_.prefetch(h);
    gatehouse::prefetch(&entry.cold());
    return candidate;
}

bool Table::maintain(std::uint32_t ahead) {
    bool more = entries_.maintain(ahead);
    more |= index_.maintain(ahead);
    more |= unreplied_.maintain(std::min(limits_.entries, entries_.opened() + ahead));
    return side_.maintain(ahead) || more;
}

}  // namespace gatehouse::track

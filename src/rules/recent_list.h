// A list of `-m recent`: addresses, and when each was seen of late. Shared by all rules that say its name, in
// all engines.
#pragma once
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "base/reservation.h"
#include "wire/address.h"

namespace gatehouse::rules {

class RecentList {
  public:
    // Linux's clock, as -m limit has it: 250 ticks a second.
    using Ticks = std::int64_t;
    static constexpr Ticks ticks_per_second = 250;

    struct Visitor {
        Address address;
        std::uint8_t ttl = 0;
        Ticks now = 0;
    };
    struct Question {
        Ticks within = 0;        // seen within so many ticks; 0: whenever
        std::uint32_t hits = 0;  // so many times at least
        bool same_ttl = false;
        bool reap = false;      // take the oldest address off if it wasn't seen within that time
        bool renew = false;     // an address that passes is seen now
        bool inverted = false;  // it passes when the answer is no
    };

    RecentList(const Address& mask, std::uint32_t times);
    // For a rule that needs more times of each address than there is room for, the list begins anew.
    void make_room(std::uint32_t times);

    void set(const Visitor& visitor);
    bool remove(const Visitor& visitor);
    // Whether the rule matches.
    bool ask(const Visitor& visitor, const Question& question);

  private:
    static constexpr std::size_t most = 100;  // addresses; the one that was touched first makes room
    struct Entry {
        Address address;
        bool used = false;
        std::uint8_t ttl = 0;
        std::uint32_t count = 0, next = 0;  // of its times; the place of the next one
        std::uint64_t touched = 0;          // by the number of the change
    };

    Entry* find(const Visitor& visitor, bool same_ttl);
    Entry& oldest();
    void enter(const Visitor& visitor);
    void see(Entry& entry, const Visitor& visitor);
    Ticks* times_of(const Entry& entry) {
        auto* const all = reinterpret_cast<Ticks*>(times_->data());
        return all + static_cast<std::size_t>(&entry - entries_.data()) * room_;
    }
    bool answers(const Entry& entry, Ticks now, const Question& question);

    Address mask_;
    std::mutex guard_;
    std::uint32_t room_;  // times of each address: a power of two
    std::uint64_t changes_ = 0;
    std::vector<Entry> entries_;
    std::optional<Reservation> times_;
};

}  // namespace gatehouse::rules

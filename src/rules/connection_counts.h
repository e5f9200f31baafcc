// How many connections there are of each address or network, for -m connlimit.
//
// As Linux counts (nf_conncount): a list for each key, in the order in which connections came. A packet that
// opens a connection is looked for in its key's list from the front; what is met on the way and isn't there
// any more is struck off. One that goes on with an answered connection strikes off all that is gone, and adds
// nothing. So a connection that was refused may count until somebody walks past it.
//
// Bounded; keys of which nobody is left go when others come. One engine's thread.
#pragma once
#include <cstdint>
#include <vector>

#include "base/arena.h"
#include "track/tracking.h"
#include "wire/address.h"

namespace gatehouse::rules {

class ConnectionCounts {
  public:
    struct Key {
        Address address{};
        track::Zone zone{};
        friend bool operator==(const Key&, const Key&) = default;
    };

    ConnectionCounts();

    // The packet's own connection counts, also if it has none. 0: there is no room to count it.
    std::uint32_t count(const Key& key, const track::Seen& at, const track::Table& table);

    std::uint32_t keys() const { return lists_.used(); }

  private:
    static constexpr std::uint32_t none = Arena<std::uint32_t>::none;
    struct Member {
        std::uint32_t next;
        track::ConnIndex connection;
        std::uint16_t generation;  // of who had that place
    };
    struct List {
        Key key;
        std::uint32_t next;  // in its bucket
        std::uint32_t head, tail, count;
    };

    std::uint32_t& bucket_of(const Key& key);
    std::uint32_t open(const Key& key, const track::Table& table);
    bool add(List& list, const track::Seen& at, const track::Table& table);
    // Strikes off who is gone, up to `own`; whether `own` was met.
    bool clean(List& list, const track::Table& table, track::ConnIndex own);
    void clean_bucket(std::uint32_t& bucket, const track::Table& table);

    Arena<List> lists_;
    Arena<Member> members_;
    std::vector<std::uint32_t> buckets_;
    std::uint32_t hand_ = 0;  // the bucket that is cleaned next
};

}  // namespace gatehouse::rules

// Who sent most, counted in bounded memory however many addresses there are.
#pragma once
#include <cstdint>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "packet/flat.h"

namespace gatehouse::frontend {

struct Talker {
    Family family = Family::ipv4;
    Address address{};
    std::uint64_t packets = 0, bytes = 0;
    std::uint64_t over = 0;  // how much of `packets` may be another's
};

// Metwally's space saving: once there are as many as are kept, a newcomer takes the place, and the count, of
// whoever talked least.
class Talkers {
  public:
    explicit Talkers(std::size_t kept) : kept_(kept) {}

    void count(const Flat& flat, std::uint32_t length);
    // Those who sent most packets, at most `wanted`; equals in the order of their addresses.
    std::vector<Talker> most(std::size_t wanted) const;

  private:
    struct Key {
        Family family;
        Address address;
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const;
    };
    // What a talker had when it was put here; it may have more by now.
    struct Least {
        std::uint64_t packets;
        std::uint32_t place;
        friend auto operator<=>(const Least&, const Least&) = default;
    };
    std::uint32_t place_for(const Key& key);

    std::size_t kept_;
    std::vector<Talker> talkers_;
    std::unordered_map<Key, std::uint32_t, Hash> places_;
    std::priority_queue<Least, std::vector<Least>, std::greater<>> least_;  // each talker once
};

}  // namespace gatehouse::frontend

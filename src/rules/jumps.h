// Who goes to whom among a table's chains: names, jumps, and the hooks from which each chain is reached.
//
// The keeper's alone; engines need none of it. A rule that comes or goes costs O(1); a jump that is the first
// or was the last of its kind costs, at the next update(), the chains that can be reached by it.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "rules/body.h"

namespace gatehouse::rules {

class Jumps {
  public:
    void add_chain(ChainId id, std::string_view name, std::optional<Hook> hook);
    // No rule is counted in it any more, and none goes to it.
    void drop_chain(ChainId id, std::string_view name);
    void rename(std::string_view from, std::string_view to);
    void set_place(ChainId id, Place place) { chains_[index(id)].place = std::move(place); }

    // A rule comes to the chain, or leaves it.
    void add_rule(ChainId chain, const Body& body) { count(chain, body, 1); }
    void drop_rule(ChainId chain, const Body& body) { count(chain, body, -1); }

    // ChainId::none if there is none.
    ChainId find(std::string_view name) const;
    // An id for one more chain.
    ChainId free_id() const;
    // Whether some rule, in whatever chain, needs connections to be tracked.
    bool need_tracking() const { return tracking_rules_ != 0; }
    // Or gives connections helpers.
    bool need_helpers() const { return helper_rules_ != 0; }
    // Or makes packets ones of the other family.
    bool join_families() const { return joining_rules_ != 0; }
    // Or needs datagrams to be put together.
    bool need_datagrams() const { return datagram_rules_ != 0; }
    // Every chain's name, sorted.
    std::vector<std::string_view> names() const;
    // How many rules go to the chain.
    std::size_t references(ChainId id) const { return chains_[index(id)].references; }
    HookSet reached_from(ChainId id) const { return chains_[index(id)].reached_from; }
    const Place& place(ChainId id) const { return chains_[index(id)].place; }

    using Path = std::vector<ChainId>;  // of a loop: its first chain comes again at the end
    struct Faults {
        std::optional<Path> loop;  // one that a base chain reaches
        std::vector<Path> idle_loops;
        // Chains that hold a rule which may not be reached from the hooks that they are reached from.
        std::vector<ChainId> misplaced;
    };
    // Takes account of what changed since the last call, and tells what is wrong with it.
    Faults update();

  private:
    struct Node {
        std::optional<Hook> hook;
        HookSet reached_from = 0;
        std::array<std::uint32_t, hook_count> forbidding{};  // rules that may not be reached from a hook
        std::map<ChainId, std::uint32_t> to, from;           // rules that go there, that come from there
        std::uint32_t references = 0;
        Place place;
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
    };
    enum class Colour : std::uint8_t { white, grey, black };
    using Colours = std::map<ChainId, Colour>;

    Node& node(ChainId id) { return chains_[index(id)]; }
    const Node& node(ChainId id) const { return chains_[index(id)]; }
    void count(ChainId chain, const Body& body, int by);
    std::set<ChainId> reachable_from_moved() const;
    void reach(const std::set<ChainId>& affected);
    std::optional<Path> loop_below(ChainId start, Colours& colours) const;

    std::vector<Node> chains_;
    std::uint32_t tracking_rules_ = 0, helper_rules_ = 0, joining_rules_ = 0, datagram_rules_ = 0;
    std::unordered_map<std::string, ChainId, Hash, std::equal_to<>> names_;
    std::set<ChainId> free_;
    std::set<ChainId> moved_;     // chains whose callers have become others
    std::set<ChainId> suspects_;  // chains that got a rule which not every hook may reach
};

}  // namespace gatehouse::rules

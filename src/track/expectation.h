// Connections that are expected: what a helper, or a program, has read in one connection (its master) about
// others that will come. The first packet that fits makes a connection RELATED.
//
// An expectation names its connection by a tuple whose source may be left open, in part or altogether; the
// destination never is. It lives until a connection has come (unless it is permanent), its time is over, its
// master ends, or newer ones of its class need its room. Limits as Linux's: of a class in one connection
// (ExpectationPolicy), and of all (nf_conntrack_expect_max).
//
// The engine's thread only. Nothing allocates after construction.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/arena.h"
#include "track/table.h"
#include "track/tuple_hash.h"

namespace gatehouse::track {

// Linux's numbers (NF_CT_EXPECT_*), which ctnetlink speaks.
namespace expectation_flag {
constexpr std::uint8_t permanent = 1;  // serves any number of connections
constexpr std::uint8_t inactive = 2;   // waits to be made active, and serves none till then
constexpr std::uint8_t userspace = 4;  // made by a program
}  // namespace expectation_flag

// What a class of expectations may have in one connection.
struct ExpectationPolicy {
    std::uint16_t most = 1;  // at a time; a newer one takes the oldest's place
    std::uint16_t seconds = 300;
};

struct Expectation {
    Tuple tuple{};                       // of the connection's first packet
    Address source_mask{};               // the bits of the source that count
    std::uint16_t source_end_mask = 0;   // and those of its port
    ConnIndex master = ConnIndex::none;  // Expectations' to set, as its zone and expiry
    Zone zone{};
    std::uint8_t of_class = 0;  // of its master's helper
    std::uint8_t flags = 0;     // of expectation_flag
    // Its master's others of its class stand for the same connection, and go when it is served.
    bool for_all = false;
    std::uint16_t helper = 0;  // the connection's: its place among all_helper_names(), plus one
    Tick expiry{};
    Redirection redirection{};

    bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
    // Whether a connection that begins with `first` is the one.
    bool fits(const Tuple& first) const;
};

// Every bit counts.
constexpr Address whole_address{{~0u, ~0u, ~0u, ~0u}};
constexpr std::uint16_t whole_end = 0xffff;

// An expectation's place: good while it lives.
enum class ExpectationIndex : std::uint32_t { none = 0xffffffff };

// Is told of each expectation that enters and that leaves.
class ExpectationWatcher {
  public:
    virtual ~ExpectationWatcher() = default;
    virtual void expected(const Expectation& expectation) = 0;
    virtual void forgotten(const Expectation& expectation) = 0;
};

class Expectations {
  public:
    // What became of one that was to enter.
    enum class Entered : std::uint8_t {
        yes,
        clash,     // a first packet could fit both it and one that is there
        foreign,   // the same is there, of another class
        too_many,  // of its class in this connection
        full,      // nf_conntrack_expect_max
    };

    // Of at most `limit`. Masters are connections of `table`, tentative ones too, that have a HelperState.
    Expectations(Table& table, std::uint32_t limit, std::uint64_t seed);

    bool any() const { return nodes_.used() > 0; }
    std::uint32_t count() const { return nodes_.used(); }

    // Enters it for `master`. The same expectation of the same master is renewed by it; the oldest of its
    // class goes when there are `policy.most` already.
    Entered enter(ConnIndex master, const Expectation& expectation, const ExpectationPolicy& policy);
    // What enter() would say, leaving everything as it is: for nat, in search of a free port.
    Entered would_enter(ConnIndex master, const Expectation& expectation,
                        const ExpectationPolicy& policy) const;

    // The expectation that a connection fits which begins with this tuple: it is served, and gone unless
    // permanent. Its master is in the table.
    std::optional<Expectation> claim(const Tuple& first, Zone zone);
    // One with the same destination that `first` fits, inactive ones too.
    ExpectationIndex find(const Tuple& first, Zone zone) const;
    const Expectation& operator[](ExpectationIndex i) const {
        return nodes_[static_cast<std::uint32_t>(i)].what;
    }
    void activate(ExpectationIndex which);
    // It lives for so many seconds from now on.
    void renew(ExpectationIndex which, std::uint32_t seconds);
    void forget(ExpectationIndex which);
    // All of a connection's that `which(const Expectation&)` says; the newest first.
    template <class Which>
    void forget_if(const Entry& master, Which&& which) {
        visit(master, [&](ExpectationIndex i, const Expectation& e) {
            if (which(e)) forget(i);
        });
    }
    // Of a connection that ends.
    void forget_all(const Entry& master);
    // Those whose time is over. Cheap when there are none: call it with each packet.
    void expire() {
        if (!due_.empty()) [[unlikely]]
            expire_due();
    }

    // visit(ExpectationIndex, const Expectation&) for all of a connection's, the newest first. The visitor
    // may forget the one that it is given.
    template <class Visit>
    void visit(const Entry& master, Visit&& visit) const {
        for (std::uint32_t at = first_of(master); at != none;) {
            const std::uint32_t older = nodes_[at].older;
            visit(static_cast<ExpectationIndex>(at), nodes_[at].what);
            at = older;
        }
    }
    // The same for all there are, in no order.
    template <class Visit>
    void visit_all(Visit&& visit) const {
        for (const std::uint32_t at : due_) visit(static_cast<ExpectationIndex>(at), nodes_[at].what);
    }

    void set_watcher(ExpectationWatcher* watcher) { watcher_ = watcher; }
    // As `conntrack -S` counts them.
    struct Statistics {
        std::uint64_t made = 0;     // expect_create
        std::uint64_t served = 0;   // expect_new
        std::uint64_t deleted = 0;  // expect_delete
        std::uint64_t refused = 0;  // beyond Linux's: didn't enter
    };
    const Statistics& statistics() const { return statistics_; }

  private:
    static constexpr std::uint32_t none = 0xffffffff;
    struct Node {
        std::uint32_t next;          // in its bucket
        std::uint32_t newer, older;  // of its master's
        std::uint32_t heap;          // its place in due_
        Expectation what;
    };

    std::uint32_t first_of(const Entry& master) const;
    std::size_t bucket_of(const Tuple& tuple, Zone zone) const;
    struct Standing {
        Entered entered = Entered::yes;
        std::uint32_t same = none;    // to be renewed
        std::uint32_t oldest = none;  // to be given up
    };
    Standing look(ConnIndex master, const Expectation& expectation, const ExpectationPolicy& policy) const;
    void remove(std::uint32_t at);
    void expire_due();
    bool earlier(std::uint32_t a, std::uint32_t b) const {
        return nodes_[a].what.expiry - nodes_[b].what.expiry < 0;
    }
    void place(std::size_t heap, std::uint32_t at);
    void rise(std::size_t heap);
    void sink(std::size_t heap);

    Table& table_;
    TupleHash hash_;
    Arena<Node> nodes_;
    std::vector<std::uint32_t> buckets_;
    std::vector<std::uint32_t> due_;  // a heap, the earliest first
    ExpectationWatcher* watcher_ = nullptr;
    Statistics statistics_;
};

}  // namespace gatehouse::track

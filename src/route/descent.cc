// One source, compiled for plain x86-64 (or any processor) and for those with POPCNT; which of them runs is
// asked of the processor once.
#include "route/descent.h"

namespace gatehouse::route {

class Walker {
  public:
    template <class Ones>
    [[gnu::always_inline]] static bool step_all(std::span<Descent> descents) {
        bool more = false;
        for (Descent& d : descents) {
            if (d.at_ != nullptr) step<Ones>(d);
            more |= d.at_ != nullptr;
        }
        return more;
    }
    template <class Ones>
    [[gnu::always_inline]] static void finish_all(std::span<Descent> descents) {
        for (Descent& d : descents) {
            while (d.at_ != nullptr) step<Ones>(d);
            d.first_ = nullptr;
            if (d.best_ == 0) continue;
            d.first_ = &(*d.where_->table->pool_)[d.best_];
            __builtin_prefetch(d.first_);
            if (!d.plain_) [[unlikely]]
                judge(d);
        }
    }

    [[gnu::always_inline]] static bool recall_all(std::span<Descent> descents) {
        bool more = false;
        for (Descent& d : descents) {
            if (d.marks() == Descent::cache_bit) [[likely]]
                look_into_cache(d);
            more |= d.at_ != nullptr;
        }
        return more;
    }

  private:
    template <class Ones>
    [[gnu::always_inline]] static void step(Descent& d) {
        const std::uintptr_t marks = d.marks();
        if (marks == 0) {
            d.enter(*reinterpret_cast<const TableNode::Child*>(d.at_));
        } else if (marks == Descent::cache_bit) {
            look_into_cache(d);
        } else {
            read_node<Ones>(d, *reinterpret_cast<const TableNode*>(d.at_ - marks),
                            (marks & Descent::direct_bit) != 0);
        }
    }
    [[gnu::always_inline]] static void look_into_cache(Descent& d) {
        const DestinationCache& cache = *d.where_->cache;
        const void* const line = d.at_ - Descent::cache_bit;
        d.best_ = d.v4_ ? cache.known4(line, d.address_) : cache.known6(line, d.address_);
        d.at_ = nullptr;
        d.plain_ = d.best_ != 0;
        if (!d.plain_) [[unlikely]]
            d.enter(d.where_->table->top_);
    }
    // Whether there is no more to ask: only then the next search for the address ends in the cache.
    static void judge(Descent& d) {
        const Descent::Where& where = *d.where_;
        if (!d.first_->common || !is_ordinary(d.address_, d.v4_ ? Family::ipv4 : Family::ipv6)) return;
        if (where.before != nullptr && where.before->find(d.address_) != nullptr) return;
        d.plain_ = true;
        if (where.cache != nullptr) where.cache->remember(d.address_, d.best_);
    }
    // Of a node that isn't flat: the slot of a child, or the end.
    template <class Ones>
    [[gnu::always_inline]] static void read_node(Descent& d, const TableNode& node, bool direct) {
        d.at_ = nullptr;
        if (!direct && !d.holds(node)) return;
        const std::uint32_t value = node.value<Ones>(d.slot(node.depth));
        if ((value & TableNode::child_bit) != 0) {
            d.ask_for(node.children()[value & ~TableNode::child_bit]);
        } else if (value != 0) {
            d.best_ = value;
        }
    }
};

namespace {

using Step = bool (*)(std::span<Descent>);
using Finish = void (*)(std::span<Descent>);

bool step_plain(std::span<Descent> d) { return Walker::step_all<TableNode::PlainOnes>(d); }
void finish_plain(std::span<Descent> d) { Walker::finish_all<TableNode::PlainOnes>(d); }

#ifdef __x86_64__
// The instruction, where it is inlined into a function that may use it.
struct Instruction {
    [[gnu::always_inline]] static unsigned count(std::uint64_t x) {
        return static_cast<unsigned>(__builtin_popcountll(x));
    }
};
[[gnu::target("popcnt")]] bool step_popcnt(std::span<Descent> d) { return Walker::step_all<Instruction>(d); }
[[gnu::target("popcnt")]] void finish_popcnt(std::span<Descent> d) { Walker::finish_all<Instruction>(d); }
const bool has_popcnt = __builtin_cpu_supports("popcnt") != 0;
const Step step_pass = has_popcnt ? step_popcnt : step_plain;
const Finish finish_pass = has_popcnt ? finish_popcnt : finish_plain;
#else
constexpr Step step_pass = step_plain;
constexpr Finish finish_pass = finish_plain;
#endif

}  // namespace

bool Descent::step(std::span<Descent> descents) { return step_pass(descents); }
bool Descent::recall(std::span<Descent> descents) { return Walker::recall_all(descents); }
void Descent::finish(std::span<Descent> descents) { finish_pass(descents); }

}  // namespace gatehouse::route

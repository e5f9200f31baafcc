// One source, compiled for plain x86-64 (or any processor) and for those with POPCNT; which of them runs is
// asked of the processor once.
#include "route/descent.h"

namespace gatehouse::route {

class Walker {
  public:
    template <class Ones>
    [[gnu::always_inline]] static void step_all(std::span<Descent> descents) {
        for (Descent& d : descents) step<Ones>(d);
    }
    template <class Ones>
    [[gnu::always_inline]] static void finish_all(std::span<Descent> descents) {
        for (Descent& d : descents) {
            while (step<Ones>(d)) {
            }
            if (d.best_ == 0) continue;
            d.first_ = &(*d.table_->pool_)[d.best_];
            __builtin_prefetch(d.first_);
        }
    }

  private:
    // False when there is nothing more to be read.
    template <class Ones>
    [[gnu::always_inline]] static bool step(Descent& d) {
        if (d.node_ != nullptr) {
            read_node<Ones>(d);
            return true;
        }
        if (d.slot_ == nullptr) return false;
        d.enter(*d.slot_);
        return true;
    }
    // Of a node that isn't flat: the slot of a child, or the end.
    template <class Ones>
    [[gnu::always_inline]] static void read_node(Descent& d) {
        const TableNode& node = *d.node_;
        d.node_ = nullptr;
        if (!d.direct_ && !d.holds(node)) return;
        const std::uint32_t value = node.value<Ones>(d.slot(d.depth_));
        if ((value & TableNode::child_bit) != 0) {
            d.slot_ = &node.children()[value & ~TableNode::child_bit];
            __builtin_prefetch(d.slot_);
        } else if (value != 0) {
            d.best_ = value;
        }
    }
};

namespace {

using Pass = void (*)(std::span<Descent>);

void step_plain(std::span<Descent> d) { Walker::step_all<TableNode::PlainOnes>(d); }
void finish_plain(std::span<Descent> d) { Walker::finish_all<TableNode::PlainOnes>(d); }

#ifdef __x86_64__
// The instruction, where it is inlined into a function that may use it.
struct Instruction {
    [[gnu::always_inline]] static unsigned count(std::uint64_t x) {
        return static_cast<unsigned>(__builtin_popcountll(x));
    }
};
[[gnu::target("popcnt")]] void step_popcnt(std::span<Descent> d) { Walker::step_all<Instruction>(d); }
[[gnu::target("popcnt")]] void finish_popcnt(std::span<Descent> d) { Walker::finish_all<Instruction>(d); }
const bool has_popcnt = __builtin_cpu_supports("popcnt") != 0;
const Pass step_pass = has_popcnt ? step_popcnt : step_plain;
const Pass finish_pass = has_popcnt ? finish_popcnt : finish_plain;
#else
constexpr Pass step_pass = step_plain;
constexpr Pass finish_pass = finish_plain;
#endif

}  // namespace

void Descent::step(std::span<Descent> descents) { step_pass(descents); }
void Descent::finish(std::span<Descent> descents) { finish_pass(descents); }

}  // namespace gatehouse::route

#include "base/jenkins_hash.h"

namespace gatehouse {

namespace {

struct State {
    std::uint32_t a, b, c;

    // One step: `target` takes in `other`, turned by `by`.
    static void turn_in(std::uint32_t& target, std::uint32_t other, int by) {
        target = (target ^ other) - std::rotl(other, by);
    }
    void mix() {
        constexpr int turns[] = {4, 6, 8, 16, 19, 4};
        for (const int by : turns) {
            a = (a - c) ^ std::rotl(c, by);
            c += b;
            const std::uint32_t first = a;
            a = b;
            b = c;
            c = first;
        }
    }
    void finish() {
        turn_in(c, b, 14);
        turn_in(a, c, 11);
        turn_in(b, a, 25);
        turn_in(c, b, 16);
        turn_in(a, c, 4);
        turn_in(b, a, 14);
        turn_in(c, b, 24);
    }
};

}  // namespace

std::uint32_t jenkins_hash(std::span<const std::uint32_t> words, std::uint32_t seed) {
    const std::uint32_t begin = 0xdeadbeef + (static_cast<std::uint32_t>(words.size()) << 2) + seed;
    State state{begin, begin, begin};
    for (; words.size() > 3; words = words.subspan(3)) {
        state.a += words[0];
        state.b += words[1];
        state.c += words[2];
        state.mix();
    }
    if (words.empty()) return state.c;
    state.a += words[0];
    if (words.size() > 1) state.b += words[1];
    if (words.size() > 2) state.c += words[2];
    state.finish();
    return state.c;
}

}  // namespace gatehouse

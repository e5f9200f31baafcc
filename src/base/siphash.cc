#include "base/siphash.h"

#include <bit>

namespace gatehouse {

namespace {

struct State {
    std::uint64_t v[4];

    void round() {
        add_and_turn(0, 1, 13);
        v[0] = std::rotl(v[0], 32);
        add_and_turn(2, 3, 16);
        add_and_turn(0, 3, 21);
        add_and_turn(2, 1, 17);
        v[2] = std::rotl(v[2], 32);
    }
    void take(std::uint64_t word) {
        v[3] ^= word;
        round();
        round();
        v[0] ^= word;
    }

  private:
    void add_and_turn(unsigned a, unsigned b, int by) {
        v[a] += v[b];
        v[b] = std::rotl(v[b], by) ^ v[a];
    }
};

}  // namespace

std::uint64_t siphash(const SipKey& key, Bytes message) {
    State state{{key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d, key[0] ^ 0x6c7967656e657261,
                 key[1] ^ 0x7465646279746573}};
    std::uint64_t word = 0;
    unsigned shift = 0;
    for (const std::uint8_t byte : message) {
        word |= std::uint64_t{byte} << shift;
        shift += 8;
        if (shift < 64) continue;
        state.take(word);
        word = 0;
        shift = 0;
    }
    state.take(word | std::uint64_t{message.size()} << 56);
    state.v[2] ^= 0xff;
    for (int i = 0; i < 4; ++i) state.round();
    return state.v[0] ^ state.v[1] ^ state.v[2] ^ state.v[3];
}

}  // namespace gatehouse

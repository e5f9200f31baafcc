#include "track/tuple_hash.h"

#include "base/random.h"

namespace gatehouse::track {

TupleHash::TupleHash(std::uint64_t seed) {
    Random random(seed);
    for (auto& key : keys_) key = random();
}

}  // namespace gatehouse::track

// Asks for memory before it is needed.
#pragma once

namespace gatehouse {

// Fetches the cache line that `at` lies in; any address will do. Better than the builtin alone, of which GCC
// believes that a function with nothing else in it does nothing, and drops the calls.
inline void prefetch(const void* at) {
    __builtin_prefetch(at, 0);
    asm volatile("");
}
// The same for a line that will be written to.
inline void prefetch_for_writing(const void* at) {
    __builtin_prefetch(at, 1);
    asm volatile("");
}

}  // namespace gatehouse

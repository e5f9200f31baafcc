// -m quota: so many bytes, and no more.
#include <atomic>
#include <fmt/format.h>

#include "base/text.h"
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

struct Bytes64 {
    using type = std::uint64_t;
    static constexpr int word_count = 1;
    std::string_view metavar = "bytes";
    Result<type> read(Words words, Family) const {
        const auto number = parse_number(words[0]);
        if (!number) return fail(fmt::format("expected a number of bytes, got `{}`", words[0]));
        return *number;
    }
    void print(std::string& out, const type& value, Family) const { out += fmt::format("{}", value); }
};

struct Quota {
    Opt<std::uint64_t> quota;
    friend bool operator==(const Quota&, const Quota&) = default;

    static constexpr std::tuple options{
        option<&Quota::quota>("quota", Bytes64{},
                              {.help = "so many bytes are left, of which the packet takes its own",
                               .invertible = true,
                               .required = true}),
    };

    struct State {
        std::atomic<std::uint64_t> left;
        explicit State(const Quota& q) : left(*q.quota) {}
    };

    // A packet that is too long for what is left ends it for all.
    bool test(State& state, const Context& context) const {
        const std::uint64_t length = context.packet.flat.l3_length;
        std::uint64_t before = state.left.load(std::memory_order_relaxed), after = 0;
        do {
            after = before >= length ? before - length : 0;
        } while (!state.left.compare_exchange_weak(before, after, std::memory_order_relaxed));
        return quota.passes(before >= length);
    }

    void list(std::string& out, Family, bool) const { out += fmt::format("quota: {} bytes", *quota); }
};

}  // namespace

extern constinit const Declaration match_quota =
    declare_match<Quota>({.name = "quota",
                          .help = "so many bytes, and no more",
                          .reads = reads_length | reads_shared_state,
                          .does = does_consume,
                          .state = StateKind::shared});

}  // namespace gatehouse::rules

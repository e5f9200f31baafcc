// -j NFQUEUE: hands the packet to whoever reads a queue, and waits for the answer.
#include <fmt/format.h>

#include "base/text.h"
#include "rules/declaration.h"

namespace gatehouse::rules {

namespace {

using Queues = Range<std::uint16_t>;

// "1:4": two queues or more.
struct QueuesValue {
    using type = Queues;
    static constexpr int word_count = 1;
    std::string_view metavar = "first:last";
    Result<type> read(Words words, Family) const {
        const auto ends = split(words[0], ':');
        std::optional<std::uint64_t> first, last;
        if (ends.size() == 2) {
            first = parse_number(ends[0], 65535);
            last = parse_number(ends[1], 65535);
        }
        if (!first || !last)
            return fail(fmt::format("expected a range of queues as FIRST:LAST, got `{}`", words[0]));
        if (*first >= *last)
            return fail(fmt::format("the first queue of `{}` isn't below the last", words[0]));
        if (*first == 0 && *last == 65535) return fail("expected at most 65535 queues, got 65536");
        return Queues{static_cast<std::uint16_t>(*first), static_cast<std::uint16_t>(*last)};
    }
    void print(std::string& out, const type& v, Family) const { out += fmt::format("{}:{}", v.low, v.high); }
};

struct NfQueue {
    Opt<std::uint32_t> queue;
    Opt<Queues> balance;
    Flag bypass, fanout;
    friend bool operator==(const NfQueue&, const NfQueue&) = default;

    static constexpr std::tuple options{
        option<&NfQueue::queue>("queue-num", value::Number{.max = 65535, .metavar = "queue"},
                                {.help = "the queue; 0 otherwise", .group = 1}),
        option<&NfQueue::balance>(
            "queue-balance", QueuesValue{},
            {.help = "one of these queues, the same for both directions", .group = 1 | 2}),
        flag<&NfQueue::bypass>("queue-bypass", {.help = "accepts the packet when nobody reads the queue"}),
        flag<&NfQueue::fanout>(
            "queue-cpu-fanout",
            {.help = "chooses the queue by the processor, not the packet", .needs_group = 2}),
    };

    Result<void> check(const Facts&) {
        if (!balance) queue.set = true;  // the default is saved, too
        return {};
    }

    Outcome act(Context& context) const {
        context.suspension = {
            .why = WaitFor::queue, .queue = choose(context.packet.flat), .bypass = bypass.set};
        return Outcome::queue;
    }

    void list(std::string& out, Family, bool) const {
        out += "NFQUEUE ";
        out += balance ? fmt::format("balance {}:{}", balance->low, balance->high)
                       : fmt::format("num {}", *queue);
        if (bypass) out += " bypass";
        if (fanout) out += " cpu-fanout";
    }

  private:
    // An engine is one thread: a fan-out over processors has but the first queue. A balance goes by the
    // addresses in a way that both directions share; which queue a pair gets is nobody's promise, in Linux
    // neither.
    std::uint16_t choose(const Flat& flat) const {
        if (!balance) return static_cast<std::uint16_t>(*queue);
        if (fanout) return balance->low;
        std::uint64_t mixed = flat.protocol;
        for (unsigned i = 0; i < 4; ++i) {
            mixed = (mixed + (flat.source.words[i] ^ flat.destination.words[i])) * 0x9e3779b97f4a7c15;
        }
        const std::uint32_t count = balance->high - balance->low + 1u;
        return static_cast<std::uint16_t>(balance->low + (mixed >> 32) % count);
    }
};

}  // namespace

extern constinit const Declaration target_nfqueue = declare_target<NfQueue>(
    {.name = "NFQUEUE", .help = "hands the packet to whoever reads a queue", .reads = reads_tuple});

}  // namespace gatehouse::rules

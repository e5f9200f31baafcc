// A rule's body: what it asks and what it does. Immutable once made, shared by every engine that has the
// rule.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "rules/extension.h"
#include "rules/selectors.h"

namespace gatehouse::rules {

enum class ChainId : std::uint32_t { none = 0xffffffff };
constexpr std::uint32_t index(ChainId id) { return static_cast<std::uint32_t>(id); }

struct Counters {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
    friend constexpr bool operator==(const Counters&, const Counters&) = default;
};

// What happens to a packet that passed all matches.
enum class TargetKind : std::uint8_t {
    none,  // it is counted, and the walk goes on
    accept,
    drop,
    leave,  // RETURN
    queue,  // QUEUE: queue 0
    jump,
    go_to,
    extension,
};

struct Target {
    TargetKind kind = TargetKind::none;
    std::string chain;  // jump and go_to, as written; a body has the chain's id
    std::optional<Extension> extension;
};

// A text that rules were read from, and its name.
struct Source {
    std::string name;
    std::string text;
};

// Where a rule was written, for explanations: a piece of a text that its rules share.
struct Origin {
    std::shared_ptr<const Source> source;
    std::uint32_t offset = 0, length = 0;  // in source->text
    std::int32_t line = 0, column = 0;

    // Empty without a source.
    std::string_view text() const {
        return source ? std::string_view(source->text).substr(offset, length) : std::string_view{};
    }
    Place place() const { return {source ? source->name : std::string(), line, column}; }
};

// A rule as it was written, before it is known to be right.
struct RuleDraft {
    Selectors selectors;
    std::vector<Extension> matches;
    Target target;
    Counters counters{};
    Origin origin{};
};

// One call on the packet path.
struct Step {
    StepFn run = nullptr;
    const void* parameters = nullptr;
    void* state = nullptr;
};

class Body {
  public:
    // `chain`: what the target's chain resolved to. The draft has been checked. `named`: the keeper's.
    Body(RuleDraft draft, ChainId chain, NamedStates& named);

    // As it was written, but for the name of the target's chain: chains can be renamed.
    const RuleDraft& draft() const { return draft_; }
    // The hooks from which its chain may be reached.
    HookSet hooks() const { return hooks_; }
    TargetKind kind() const { return draft_.target.kind; }
    ChainId chain() const { return chain_; }
    // Matches in order, then the target if it is an extension. The rule is counted after the matches.
    const std::vector<Step>& steps() const { return steps_; }
    std::size_t match_count() const { return draft_.matches.size(); }
    // The extension that can't act here, if any: a rule that holds one is kept but never evaluated.
    const Extension* needy() const;
    // It needs its packets' connections to be tracked.
    bool needs_tracking() const { return needs_tracking_; }
    bool needs_helpers() const { return needs_helpers_; }
    // It makes its packets ones of the other family.
    bool joins_families() const { return joins_families_; }
    // It needs datagrams to be put together, tracked or not.
    bool needs_datagrams() const { return needs_datagrams_; }

  private:
    RuleDraft draft_;
    ChainId chain_;
    HookSet hooks_ = all_hooks;
    bool needs_tracking_ = false, needs_helpers_ = false, joins_families_ = false, needs_datagrams_ = false;
    std::vector<Step> steps_;
    std::vector<std::shared_ptr<void>> states_;
};

using BodyPtr = std::shared_ptr<const Body>;

// Whether the body is the draft's rule, as `-D` and `-C` compare: counters and origin don't count. `chain` is
// what the draft's target chain resolves to.
bool same_rule(const Body& body, const RuleDraft& draft, ChainId chain);

}  // namespace gatehouse::rules

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
    std::string chain;  // jump and go_to
    std::optional<Extension> extension;
};

// A rule as it was written, before it is known to be right.
struct RuleDraft {
    Selectors selectors;
    std::vector<Extension> matches;
    Target target;
    Counters counters{};
    Place place{};     // of the rule in its file
    std::string text;  // as written there, for explain
};

// One call on the packet path.
struct Step {
    StepFn run = nullptr;
    const void* parameters = nullptr;
    void* state = nullptr;
};

class Body {
  public:
    // `chain`: what the target's chain resolved to. The draft has been validated.
    Body(RuleDraft draft, ChainId chain);

    const RuleDraft& draft() const { return draft_; }
    TargetKind kind() const { return draft_.target.kind; }
    ChainId chain() const { return chain_; }
    // Matches in order, then the target if it is an extension. The rule is counted after the matches.
    const std::vector<Step>& steps() const { return steps_; }
    std::size_t match_count() const { return draft_.matches.size(); }
    // The extension that can't act here, if any: a rule that holds one is kept but never evaluated.
    const Extension* needy() const;

  private:
    RuleDraft draft_;
    ChainId chain_;
    std::vector<Step> steps_;
    std::vector<std::shared_ptr<void>> states_;
};

using BodyPtr = std::shared_ptr<const Body>;

// Whether two drafts are the same rule, as `-D` and `-C` compare: counters and place don't count.
bool same_rule(const RuleDraft& a, const RuleDraft& b);

}  // namespace gatehouse::rules

#include "rules/body.h"

namespace gatehouse::rules {

Body::Body(RuleDraft draft, ChainId chain) : draft_(std::move(draft)), chain_(chain) {
    const auto add = [&](const Extension& extension) {
        const Declaration& d = extension.declaration();
        Step step{.run = d.step, .parameters = extension.parameters()};
        if (d.make_state != nullptr) {
            states_.push_back(d.make_state(extension.parameters()));
            step.state = states_.back().get();
        }
        steps_.push_back(step);
    };
    for (const auto& match : draft_.matches) add(match);
    if (draft_.target.extension) add(*draft_.target.extension);
}

const Extension* Body::needy() const {
    for (const auto& match : draft_.matches) {
        if (match.declaration().step == nullptr) return &match;
    }
    const auto& target = draft_.target.extension;
    return target && target->declaration().step == nullptr ? &*target : nullptr;
}

bool same_rule(const RuleDraft& a, const RuleDraft& b) {
    return a.selectors == b.selectors && a.matches == b.matches && a.target.kind == b.target.kind &&
           a.target.chain == b.target.chain && a.target.extension == b.target.extension;
}

}  // namespace gatehouse::rules

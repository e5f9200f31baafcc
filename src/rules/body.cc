#include "rules/body.h"

namespace gatehouse::rules {

Body::Body(RuleDraft draft, ChainId chain, NamedStates& named) : draft_(std::move(draft)), chain_(chain) {
    draft_.target.chain = {};
    draft_.matches.shrink_to_fit();
    steps_.reserve(draft_.matches.size() + (draft_.target.extension ? 1 : 0));
    const auto add = [&](const Extension& extension) {
        const Declaration& d = extension.declaration();
        Step step{.run = d.step, .parameters = extension.parameters()};
        if (d.make_state != nullptr) {
            states_.push_back(d.make_state(extension.parameters(), named));
            step.state = states_.back().get();
        }
        steps_.push_back(step);
        hooks_ &= extension.hooks();
        needs_tracking_ |= implies_tracking(extension.need());
        needs_helpers_ |= extension.need() == Need::helpers;
        joins_families_ |= extension.need() == Need::nat64;
        needs_datagrams_ |= extension.need() == Need::datagrams;
    };
    for (const auto& match : draft_.matches) add(match);
    if (draft_.target.extension) add(*draft_.target.extension);
}

const Extension* Body::needy() const {
    for (const auto& match : draft_.matches) {
        if (!match.acts()) return &match;
    }
    const auto& target = draft_.target.extension;
    return target && !target->acts() ? &*target : nullptr;
}

bool same_rule(const Body& body, const RuleDraft& draft, ChainId chain) {
    const RuleDraft& own = body.draft();
    return body.kind() == draft.target.kind && body.chain() == chain && own.selectors == draft.selectors &&
           own.matches == draft.matches && own.target.extension == draft.target.extension;
}

}  // namespace gatehouse::rules

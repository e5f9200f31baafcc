// A packet's walk through one table at one hook.
#include <optional>

#include "packet/reason.h"
#include "rules/tables.h"

namespace gatehouse::rules {

namespace {

// What the rule will do, as a trace shows it.
std::string_view target_name(const LiveTable& table, const Body& body) {
    switch (body.kind()) {
        case TargetKind::none: return "CONTINUE";
        case TargetKind::accept: return "ACCEPT";
        case TargetKind::drop: return "DROP";
        case TargetKind::leave: return "RETURN";
        case TargetKind::queue: return "QUEUE";
        case TargetKind::jump:
        case TargetKind::go_to: return table.goes_to(body);
        case TargetKind::extension: return body.draft().target.extension->declaration().name;
    }
    return {};
}

class Walk {
  public:
    Walk(LiveTable& table, Chain& base, Context& context)
        : table_(table), context_(context), base_(base), chain_(&base) {}

    Verdict run();

  private:
    // As it is now: a target may have made the packet longer.
    std::uint64_t length() const { return context_.packet.flat.l3_length; }
    // The next rule that the packet may match, in selected_ whether its selectors have been seen to; nullptr
    // at the chain's end.
    RuleNode* next_rule();
    // Runs the rule's matches; `next` if all hold, `drop` for a hotdrop.
    StepResult match(const RuleNode& node);
    StepResult act(const RuleNode& node);
    Verdict decide(StepResult result, RuleHandle rule);
    void trace_rule(const RuleNode& node);
    void enter(Chain* chain);
    // A target has let the packet go on with other addresses: that is what the rules behind it see.
    void look_again();
    // Back to the caller; false at the end of the built-in chain.
    bool leave();
    Verdict policy();

    LiveTable& table_;
    Context& context_;
    std::optional<PacketKey> key_;  // made for the first rule that selects
    Chain& base_;
    const Chain* chain_;
    Spine::Cursor cursor_{};
    bool selected_ = false;
};

inline RuleNode* Walk::next_rule() {
    if (RuleNode* const open = chain_->spine.next_open(cursor_)) {
        selected_ = true;
        return open;
    }
    if (!key_) key_.emplace(key_of(context_));
    RuleNode* const node = chain_->spine.next(cursor_, *key_);
    selected_ = node != nullptr && node->exact && key_->protocol_known;
    return node;
}

inline StepResult Walk::match(const RuleNode& node) {
    const Body& body = *node.body;
    if (!selected_) {
        switch (select(body.draft().selectors, context_)) {
            case Selected::yes: break;
            case Selected::no: return StepResult::no_match;
            case Selected::hotdrop: return StepResult::drop;
        }
    }
    const auto& steps = body.steps();
    for (std::size_t i = 0; i < body.match_count(); ++i) {
        const StepResult result = steps[i].run(steps[i].parameters, steps[i].state, context_);
        if (result != StepResult::next) return result;
    }
    return StepResult::next;
}

StepResult Walk::act(const RuleNode& node) {
    const Body& body = *node.body;
    switch (body.kind()) {
        case TargetKind::none: return StepResult::next;
        case TargetKind::accept: return StepResult::accept;
        case TargetKind::drop: return StepResult::drop;
        case TargetKind::leave: return StepResult::leave;
        case TargetKind::queue: context_.suspension = {.why = WaitFor::queue}; return StepResult::queue;
        case TargetKind::jump: table_.stack.push_back({chain_, cursor_}); [[fallthrough]];
        case TargetKind::go_to:
            cursor_ = {};
            enter(table_.chains[index(body.chain())].get());
            return StepResult::next;
        case TargetKind::extension: {
            const Step& step = body.steps()[body.match_count()];
            const StepResult result = step.run(step.parameters, step.state, context_);
            if (result == StepResult::next && key_ && !has_addresses(*key_, context_.packet.flat))
                [[unlikely]]
                look_again();
            return result;
        }
    }
    return StepResult::drop;
}

inline void Walk::enter(Chain* chain) {
    chain_ = chain;
    if (context_.traced()) [[unlikely]]
        context_.trace({.kind = TraceKind::chain, .table = table_.name, .chain = chain_->name});
}

void Walk::look_again() {
    key_.emplace(key_of(context_));
    chain_->spine.look_again(cursor_, *key_);
    for (LiveTable::Frame& frame : table_.stack) frame.chain->spine.look_again(frame.cursor, *key_);
}

bool Walk::leave() {
    if (table_.stack.empty()) {
        // A chain that was only gone to returns to where the built-in chain would have ended.
        return false;
    }
    chain_ = table_.stack.back().chain;
    cursor_ = table_.stack.back().cursor;
    table_.stack.pop_back();
    if (context_.traced()) [[unlikely]]
        context_.trace({.kind = TraceKind::returned, .table = table_.name, .chain = chain_->name});
    return true;
}

Verdict Walk::policy() {
    ++base_.counters.packets;
    base_.counters.bytes += length();
    if (context_.traced()) [[unlikely]]
        context_.trace({.kind = TraceKind::policy,
                        .table = table_.name,
                        .chain = base_.name,
                        .verdict = base_.policy == Policy::accept ? "ACCEPT" : "DROP"});
    chain_ = &base_;
    if (base_.policy == Policy::accept) return Verdict::proceed;
    context_.finding = {.reason = Reason::policy_drop};
    return decide(StepResult::drop, 0);
}

Verdict Walk::decide(StepResult result, RuleHandle rule) {
    context_.decision = {.table = table_.name, .chain = chain_->name, .rule = rule, .hook = context_.hook};
    switch (result) {
        case StepResult::accept: return Verdict::proceed;
        case StepResult::queue:
        case StepResult::suspend: return Verdict::suspend;
        case StepResult::stolen: return Verdict::stolen;
        default:
            if (!context_.finding) context_.finding = {.reason = Reason::rule_drop};
            return Verdict::drop;
    }
}

void Walk::trace_rule(const RuleNode& node) {
    const auto position = chain_->spine.position(node.handle);
    context_.trace({.kind = TraceKind::rule,
                    .table = table_.name,
                    .chain = chain_->name,
                    .rule = position ? static_cast<std::uint32_t>(*position + 1) : 0,
                    .verdict = target_name(table_, *node.body)});
}

Verdict Walk::run() {
    table_.stack.clear();
    enter(&base_);
    for (;;) {
        RuleNode* const node = next_rule();
        if (node == nullptr) {
            if (leave()) continue;
            return policy();
        }
        const StepResult matched = match(*node);
        if (matched == StepResult::no_match) continue;
        if (matched == StepResult::drop) {
            if (!context_.finding) context_.finding = {.reason = Reason::hotdrop};
            return decide(matched, node->handle);
        }
        ++node->counters.packets;
        node->counters.bytes += length();
        if (context_.packet.traced) [[unlikely]]
            trace_rule(*node);
        const StepResult result = act(*node);
        if (result == StepResult::next) continue;
        if (result == StepResult::leave) {
            if (leave()) continue;
            return policy();
        }
        return decide(result, node->handle);
    }
}

}  // namespace

Verdict evaluate(LiveTable& table, ChainId base, Context& context) {
    Chain& chain = *table.chains[index(base)];
    if (chain.spine.size() == 0 && chain.policy == Policy::accept && !context.packet.traced) {
        ++chain.counters.packets;
        chain.counters.bytes += context.packet.flat.l3_length;
        return Verdict::proceed;
    }
    return Walk(table, chain, context).run();
}

}  // namespace gatehouse::rules

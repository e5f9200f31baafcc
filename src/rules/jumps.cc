#include "rules/jumps.h"

#include <algorithm>

namespace gatehouse::rules {

void Jumps::add_chain(ChainId id, std::string_view name, std::optional<Hook> hook) {
    if (chains_.size() <= index(id)) chains_.resize(index(id) + 1);
    node(id) = {};
    node(id).hook = hook;
    names_.emplace(name, id);
    free_.erase(id);
    moved_.insert(id);
}

void Jumps::drop_chain(ChainId id, std::string_view name) {
    node(id) = {};
    free_.insert(id);
    names_.erase(names_.find(name));
    moved_.erase(id);
    suspects_.erase(id);
}

void Jumps::rename(std::string_view from, std::string_view to) {
    auto entry = names_.extract(names_.find(from));
    entry.key() = to;
    names_.insert(std::move(entry));
}

ChainId Jumps::find(std::string_view name) const {
    const auto found = names_.find(name);
    return found == names_.end() ? ChainId::none : found->second;
}

ChainId Jumps::free_id() const {
    return free_.empty() ? static_cast<ChainId>(chains_.size()) : *free_.begin();
}

std::vector<std::string_view> Jumps::names() const {
    std::vector<std::string_view> all;
    for (const auto& [name, id] : names_) all.push_back(name);
    std::ranges::sort(all);
    return all;
}

void Jumps::count(ChainId chain, const Body& body, int by) {
    Node& from = node(chain);
    const auto add = [&](std::uint32_t& to) { to += static_cast<std::uint32_t>(by); };
    if (body.needs_tracking()) add(tracking_rules_);
    if (body.needs_helpers()) add(helper_rules_);
    if (body.joins_families()) add(joining_rules_);
    if (body.needs_datagrams()) add(datagram_rules_);
    if (body.hooks() != all_hooks) {
        for (unsigned h = 0; h < hook_count; ++h) {
            if ((body.hooks() & bit(static_cast<Hook>(h))) == 0) add(from.forbidding[h]);
        }
        if (by > 0) suspects_.insert(chain);
    }
    if (body.chain() == ChainId::none) return;
    Node& to = node(body.chain());
    add(to.references);
    std::uint32_t& rules = from.to[body.chain()];
    const bool was = rules != 0;
    add(rules);
    to.from[chain] = rules;
    if (was == (rules != 0)) return;
    moved_.insert(body.chain());
    if (rules != 0) return;
    from.to.erase(body.chain());
    to.from.erase(chain);
}

std::set<ChainId> Jumps::reachable_from_moved() const {
    std::set<ChainId> met = moved_;
    std::vector<ChainId> left(met.begin(), met.end());
    while (!left.empty()) {
        const ChainId at = left.back();
        left.pop_back();
        for (const auto& [to, rules] : node(at).to) {
            if (met.insert(to).second) left.push_back(to);
        }
    }
    return met;
}

// From their own hooks and from their callers', until nothing is added any more.
void Jumps::reach(const std::set<ChainId>& affected) {
    for (const ChainId id : affected) node(id).reached_from = 0;
    std::vector<std::pair<ChainId, HookSet>> left;
    for (const ChainId id : affected) {
        HookSet hooks = node(id).hook ? bit(*node(id).hook) : HookSet{0};
        for (const auto& [from, rules] : node(id).from) {
            if (!affected.contains(from)) hooks |= node(from).reached_from;
        }
        left.emplace_back(id, hooks);
    }
    while (!left.empty()) {
        const auto [at, hooks] = left.back();
        left.pop_back();
        Node& chain = node(at);
        const HookSet all = chain.reached_from | hooks;
        if (all == chain.reached_from) continue;
        chain.reached_from = all;
        for (const auto& [to, rules] : chain.to) left.emplace_back(to, all);
    }
}

// Depth-first from `start`; the chains on the way from it to the one at hand are grey.
std::optional<Jumps::Path> Jumps::loop_below(ChainId start, Colours& colours) const {
    struct Frame {
        ChainId chain;
        std::map<ChainId, std::uint32_t>::const_iterator next;
    };
    std::vector<Frame> frames;
    const auto enter = [&](ChainId id) {
        colours[id] = Colour::grey;
        frames.push_back({id, node(id).to.begin()});
    };
    if (colours[start] == Colour::white) enter(start);
    while (!frames.empty()) {
        auto& [chain, next] = frames.back();
        if (next == node(chain).to.end()) {
            colours[chain] = Colour::black;
            frames.pop_back();
            continue;
        }
        const ChainId to = (next++)->first;
        if (colours[to] == Colour::grey) {
            Path path;
            for (auto at = std::ranges::find(frames, to, &Frame::chain); at != frames.end(); ++at)
                path.push_back(at->chain);
            path.push_back(to);
            for (const auto& frame : frames) colours[frame.chain] = Colour::black;
            return path;
        }
        if (colours[to] == Colour::white) enter(to);
    }
    return {};
}

Jumps::Faults Jumps::update() {
    Faults faults;
    const std::set<ChainId> affected = reachable_from_moved();
    reach(affected);
    // Each loop that is new, or newly reached, is among the affected: behind the jump that made it so. Base
    // chains first: their loops matter.
    Colours colours;
    for (const bool reached : {true, false}) {
        for (const ChainId id : affected) {
            if ((node(id).reached_from != 0) != reached) continue;
            auto loop = loop_below(id, colours);
            if (!loop) continue;
            if (reached) {
                faults.loop = std::move(loop);
                return faults;
            }
            faults.idle_loops.push_back(std::move(*loop));
        }
    }
    suspects_.insert(affected.begin(), affected.end());
    for (const ChainId id : suspects_) {
        const Node& chain = node(id);
        for (unsigned h = 0; h < hook_count; ++h) {
            if (chain.forbidding[h] == 0 || (chain.reached_from & bit(static_cast<Hook>(h))) == 0) continue;
            faults.misplaced.push_back(id);
            break;
        }
    }
    if (faults.misplaced.empty()) {
        moved_.clear();
        suspects_.clear();
    }
    return faults;
}

}  // namespace gatehouse::rules

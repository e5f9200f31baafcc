#include "frontend/bench/changes.h"

namespace gatehouse::frontend::bench {

Result<void> Changes::make(const std::function<Result<void>(rules::Change&)>& edit) {
    const double start = thread_time();
    rules::Change change(ruleset_);
    if (auto edited = edit(change); !edited) return edited;
    auto transaction = change.prepare(engine_.interfaces());
    if (!transaction) return std::unexpected(std::move(transaction).error());
    const double ready = thread_time();
    if (auto applied = engine_.apply(*transaction); !applied) return applied;
    const double done = thread_time();
    prepared_.push_back((ready - start) * 1e9);
    applied_.push_back((done - ready) * 1e9);
    return change.keep();
}

}  // namespace gatehouse::frontend::bench

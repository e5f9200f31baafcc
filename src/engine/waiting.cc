#include "engine/waiting.h"

#include <utility>

namespace gatehouse {

std::optional<Token> WaitingRoom::enter(Waiting waiting) {
    if (waiting_.size() >= limits_.packets || bytes_ + waiting.packet->length > limits_.bytes) return {};
    waiting.length = waiting.packet->length;
    bytes_ += waiting.length;
    // Deadlines of packets that left early stay behind; swept out before they outnumber the rest.
    if (deadlines_.size() > 2 * waiting_.size() + 64) {
        deadlines_ = {};
        for (const auto& [token, other] : waiting_)
            deadlines_.push({other.since + other.suspension.patience, token});
    }
    deadlines_.push({waiting.since + waiting.suspension.patience, next_});
    waiting_.emplace(next_, std::move(waiting));
    return static_cast<Token>(next_++);
}

std::optional<Waiting> WaitingRoom::leave(Token token) {
    const auto found = waiting_.find(static_cast<std::uint64_t>(token));
    if (found == waiting_.end()) return {};
    Waiting waiting = std::move(found->second);
    waiting_.erase(found);
    bytes_ -= waiting.length;
    return waiting;
}

std::optional<Waiting> WaitingRoom::expired(Time now) {
    while (!deadlines_.empty() && deadlines_.top().at <= now) {
        const auto token = static_cast<Token>(deadlines_.top().token);
        deadlines_.pop();
        const Waiting* const waiting = find(token);
        if (waiting == nullptr) continue;
        if (waiting->since + waiting->suspension.patience <= now) return leave(token);
    }
    return {};
}

Packet* WaitingRoom::take_came(Token token) {
    return std::exchange(waiting_.at(static_cast<std::uint64_t>(token)).came, nullptr);
}

void WaitingRoom::keep(Token token, Packet& copy, Nanoseconds patience) {
    Waiting& waiting = waiting_.at(static_cast<std::uint64_t>(token));
    waiting.came = std::exchange(waiting.packet, &copy);
    waiting.kept = true;
    waiting.suspension.patience = patience;
    deadlines_.push({waiting.since + patience, static_cast<std::uint64_t>(token)});
}

std::optional<Waiting> WaitingRoom::any() {
    if (waiting_.empty()) return {};
    return leave(static_cast<Token>(waiting_.begin()->first));
}

const Waiting* WaitingRoom::find(Token token) const {
    const auto found = waiting_.find(static_cast<std::uint64_t>(token));
    return found == waiting_.end() ? nullptr : &found->second;
}

}  // namespace gatehouse

#include "track/event.h"

namespace gatehouse::track {

void Events::note(const Table& table, ConnIndex connection, std::uint32_t changes) {
    for (std::uint32_t i = 0; i < noted_count_; ++i) {
        if (noted_[i].connection != connection) continue;
        noted_[i].changes |= changes;
        return;
    }
    if (noted_count_ == noted_.size()) settle(table);
    noted_[noted_count_++] = {connection, changes};
}

void Events::settle(const Table& table) {
    for (std::uint32_t i = 0; i < noted_count_; ++i) post(table, noted_[i].connection, noted_[i].changes, {});
    noted_count_ = 0;
}

// That it began is told before its end; smaller changes of what is no more are of no use to anybody.
void Events::ended(const Table& table, ConnIndex connection, End why) {
    for (std::uint32_t i = 0; i < noted_count_; ++i) {
        if (noted_[i].connection != connection) continue;
        if ((noted_[i].changes & (change::opened | change::related)) != 0)
            post(table, connection, noted_[i].changes, {});
        noted_[i] = noted_[--noted_count_];
        break;
    }
    post(table, connection, change::ended, why);
}

void Events::post(const Table& table, ConnIndex connection, std::uint32_t changes, End why) {
    const Entry& entry = table[connection];
    if (const Wishes* wishes = table.side().find<Wishes>(entry); wishes != nullptr && wishes->events_set()) {
        changes &= wishes->events;
        if (changes == 0) return;
    }
    Event* const event = ring_.next();
    if (event == nullptr) {
        ++lost_;
        return;
    }
    event->changes = changes;
    event->why = why;
    event->connection = connection;
    event->now = table.now();
    event->time = table.time();
    event->entry = entry;
    const auto copy = [&]<class T>(T& to) {
        const T* const from = table.side().find<T>(entry);
        to = from == nullptr ? T{} : *from;
    };
    copy(event->timestamps);
    copy(event->labels);
    copy(event->security_mark);
    ring_.post();
}

}  // namespace gatehouse::track

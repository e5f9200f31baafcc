#include "frontend/study/collector.h"

#include <algorithm>

#include "wire/protocol.h"

namespace gatehouse::frontend {

namespace {

using study::Ending;
using track::SpellEnd;
using track::SpellKind;

Ending ending_of(SpellEnd end) {
    switch (end) {
        case SpellEnd::fin: return Ending::fin;
        case SpellEnd::reset: return Ending::reset;
        case SpellEnd::became_stream: return Ending::became_stream;
        case SpellEnd::reopened: return Ending::reopened;
        case SpellEnd::silence: return Ending::silence;
        case SpellEnd::keepalive_answered: return Ending::keepalive_answered;
        case SpellEnd::keepalive_unanswered: return Ending::keepalive_unanswered;
        case SpellEnd::lost: return Ending::cut_off;
    }
    return Ending::cut_off;
}

// Where somebody saw a connection begin, its destination is the server; else the lower port is.
std::uint16_t server_port(const track::StudyRecord& record) {
    const track::Ends ends = record.original.ends;
    const bool seen_to_begin = record.original.protocol == wire::protocol::tcp && !record.picked_up;
    return seen_to_begin ? ends.destination : std::min(ends.source, ends.destination);
}

}  // namespace

void Collector::begin_run(Time time) { run_ = time; }

void Collector::begun(const track::StudyRecord& record) {
    if (flows_.size() + open_.size() >= most_flows) {
        ++left_out_;
        return;
    }
    const std::uint16_t port = server_port(record);
    const bool from_client =
        (record.by == track::Direction::original) == (port == record.original.ends.destination);
    Open open{.flow = {.start = clock_ + (record.time - run_), .port = port},
              .spell = {.kind = record.kind,
                        .original = record.original,
                        .closer = record.by,
                        .by = record.by,
                        .kept = record.kept},
              .last = record.time};
    open.flow.kind = static_cast<std::uint8_t>(record.kind);
    if (record.kind == SpellKind::half_closed)
        open.flow.kind = static_cast<std::uint8_t>(from_client ? CloserKind::client : CloserKind::server);
    open_.emplace(record.spell, std::move(open));
}

void Collector::take(const track::StudyRecord& record) {
    if (record.what == track::StudyRecord::What::begun) return begun(record);
    const auto found = open_.find(record.spell);
    if (found == open_.end()) return;
    Open& open = found->second;
    if (record.what == track::StudyRecord::What::packet) {
        if (record.gap >= floor_ && gaps_ < most_gaps) {
            open.flow.gaps.push_back({record.total - record.gap, record.gap});
            ++gaps_;
        } else if (record.gap >= floor_) {
            ++left_out_;
        }
        open.spell.by = record.by;
        open.spell.silence = record.gap;
        open.flow.last = record.total;
        open.last = record.time;
        return;
    }
    lost_ += record.end == SpellEnd::lost;
    close(open, ending_of(record.end), record.time);
    open_.erase(found);
}

void Collector::close(Open& open, Ending ending, Time when) {
    study::Flow& flow = open.flow;
    const bool by_packet =
        ending == Ending::fin || ending == Ending::reset || ending == Ending::became_stream;
    if (!by_packet) {
        flow.silence = when - open.last;
        open.spell.silence = flow.silence;
    }
    // Its entry may have been given a shorter time than the study's; or the study has waited long enough,
    // though nobody came to end it.
    if (ending >= Ending::silence && ending < Ending::cut_off && flow.silence < open.spell.kept)
        ending = Ending::cut_off;
    if (ending == Ending::cut_off && flow.silence >= open.spell.kept) ending = Ending::silence;
    if (ending >= Ending::silence) flow.silence = std::min(flow.silence, open.spell.kept);
    flow.ending = open.spell.ending = ending;
    open.spell.total = flow.last + (by_packet ? 0 : flow.silence);
    if (told_) told_(open.spell);
    flows_.push_back(std::move(flow));
}

void Collector::end_run(Time time) {
    // In the order in which they began, whatever the table's.
    std::vector<std::uint64_t> spells;
    spells.reserve(open_.size());
    for (const auto& [spell, _] : open_) spells.push_back(spell);
    std::ranges::sort(spells);
    for (const std::uint64_t spell : spells)
        close(open_.at(spell), Ending::cut_off, std::max(time, open_.at(spell).last));
    open_.clear();
    clock_ += time - run_;
}

}  // namespace gatehouse::frontend

#include "frontend/study/report.h"

#include <array>
#include <cmath>
#include <fmt/format.h>

#include "wire/address.h"

namespace gatehouse::frontend {

namespace {

using track::SpellKind;
using track::StudyMode;

constexpr std::uint32_t five_days = 432'000;

struct Kind {
    SpellKind kind;
    const char* name;
    const char* setting;
    std::vector<std::pair<std::uint32_t, const char*>> timeouts;  // seconds, and whose they are
};

std::vector<Kind> kinds_of(StudyMode mode) {
    if (mode == StudyMode::half_closed)
        return {{SpellKind::half_closed,
                 "half-closed TCP connections",
                 "nf_conntrack_tcp_timeout_close_wait",
                 {{60, "Linux's close_wait"},
                  {120, "Linux's fin_wait"},
                  {600, ""},
                  {five_days, "Linux's established"}}}};
    return {{SpellKind::tcp_established,
             "established TCP connections",
             "nf_conntrack_tcp_timeout_established",
             {{60, ""}, {120, ""}, {600, ""}, {five_days, "Linux's default"}}},
            {SpellKind::udp,
             "UDP flows, not yet streams",
             "nf_conntrack_udp_timeout",
             {{30, "Linux's default"}, {60, ""}, {120, ""}, {600, ""}, {five_days, ""}}},
            {SpellKind::udp_stream,
             "UDP streams",
             "nf_conntrack_udp_timeout_stream",
             {{60, ""}, {120, "Linux's default"}, {600, ""}, {five_days, ""}}}};
}

// To the millisecond, without zeros at the end.
std::string exact_seconds(Nanoseconds time) {
    std::string text = fmt::format("{:.3f}", static_cast<double>(time) / static_cast<double>(second));
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
}

std::string end_text(const track::Tuple& tuple, bool source) {
    const Address& address = source ? tuple.source : tuple.destination;
    const std::uint16_t port = source ? tuple.ends.source : tuple.ends.destination;
    return fmt::format(fmt::runtime(is_v4(tuple.family) ? "{}:{}" : "[{}]:{}"),
                       to_string(address, tuple.family), port);
}

}  // namespace

std::string_view name(study::Ending ending) {
    constexpr std::array<std::string_view, study::endings> names{"FIN",
                                                                 "RST",
                                                                 "became a stream",
                                                                 "ports used again",
                                                                 "silence",
                                                                 "silence, keepalive answered",
                                                                 "silence, keepalive not answered",
                                                                 "the capture ended"};
    return names[static_cast<std::size_t>(ending)];
}

std::string seconds_text(Nanoseconds time) {
    const double seconds = static_cast<double>(time) / static_cast<double>(second);
    if (seconds < 1) return fmt::format("{:.3f}", seconds);
    return seconds < 1000 ? fmt::format("{:.1f}", seconds) : fmt::format("{:.0f}", seconds);
}

std::string percent_text(double share) {
    const double percent = 100 * share;
    if (percent == 0 || percent >= 10) return fmt::format("{:.0f} %", percent);
    return fmt::format("{:.2g} %", percent);
}

std::string closing_line(const EndedSpell& spell) {
    using study::Ending;
    const bool original_closed = spell.closer == track::Direction::original;
    std::string line =
        fmt::format("{} > {} TCP, half closed by {}: ", end_text(spell.original, true),
                    end_text(spell.original, false), end_text(spell.original, original_closed));
    const std::string total = exact_seconds(spell.total), kept = exact_seconds(spell.kept);
    const std::string remained =
        fmt::format("; {} s of {} remained", exact_seconds(spell.kept - spell.silence), kept);
    switch (spell.ending) {
        case Ending::fin: line += fmt::format("closed by the other side after {} s", total); break;
        case Ending::reset:
            line +=
                fmt::format("reset by {} after {} s",
                            spell.by == spell.closer ? "the side that had closed" : "the other side", total);
            break;
        case Ending::reopened: line += fmt::format("its ports were used again after {} s", total); break;
        case Ending::cut_off:
            line += fmt::format("still half closed after {} s, when nobody looked any more", total);
            break;
        default:
            line += fmt::format("silent to the end, after {} s", total);
            if (spell.ending == Ending::keepalive_answered) line += " (a keepalive was answered last)";
            if (spell.ending == Ending::keepalive_unanswered) line += " (a keepalive came last, unanswered)";
    }
    line += remained;
    const std::string silence = exact_seconds(spell.silence);
    if (silence != total) line += fmt::format(" ({} s since the packet before)", silence);
    return line;
}

StudyReport make_report(StudyMode mode, const Collector& collector, double share, std::size_t ports,
                        std::span<const std::uint32_t> further_timeouts) {
    StudyReport report{.mode = mode,
                       .watched = collector.watched(),
                       .left_out = collector.left_out(),
                       .lost = collector.lost()};
    for (const Kind& kind : kinds_of(mode)) {
        study::Inquiry inquiry{.name = kind.name,
                               .setting = kind.setting,
                               .share = share,
                               .ports = ports,
                               .watched = collector.watched()};
        if (mode == StudyMode::half_closed)
            inquiry.kinds = {"closed first by the client", "closed first by the server"};
        for (const auto& [seconds, whose] : kind.timeouts)
            inquiry.timeouts.emplace_back(seconds * second, whose);
        for (const std::uint32_t seconds : further_timeouts)
            inquiry.timeouts.emplace_back(seconds * second, "asked for");
        std::vector<const study::Flow*> flows;
        for (const study::Flow& flow : collector.flows()) {
            if (mode == StudyMode::half_closed || flow.kind == static_cast<std::uint8_t>(kind.kind))
                flows.push_back(&flow);
        }
        report.summaries.push_back(study::summarise(flows, std::move(inquiry)));
    }
    return report;
}

}  // namespace gatehouse::frontend

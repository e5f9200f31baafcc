#include "frontend/replay/summary.h"

#include <algorithm>
#include <fmt/format.h>
#include <vector>

#include "helper/helpers.h"
#include "iptables/save.h"
#include "packet/reason.h"

namespace gatehouse::frontend {

namespace {

constexpr std::size_t lines_shown = 8;

}  // namespace

void Summary::report(const PacketReport& report, const Engine&) {
    ++packets_;
    bytes_ += report.length;
    for (const auto& left : report.left) made_ += left.made_here;
    auto& end = ends_[{report.completion.disposition, report.completion.finding.reason}];
    if (end.packets++ == 0) {
        end.first = report.index;
        end.numbers = report.completion.finding.numbers;
    }
    if (report.flat.network) talkers_.count(report.flat, report.length);
}

namespace {

struct Hit {
    std::uint64_t packets;
    std::string text;
};

void list_rules(const rules::Tables& tables, std::vector<Hit>& hit, std::vector<std::string>& idle) {
    for (const auto& table : tables.all()) {
        for (const auto& chain : table.each()) {
            chain.spine.for_each([&](const rules::RuleNode& node) {
                std::string text = table.name + " ";
                iptables::save_rule(text, table, chain.name, node);
                const std::uint64_t fresh = node.counters.packets - node.body->draft().counters.packets;
                if (fresh == 0) {
                    idle.push_back(std::move(text));
                } else {
                    hit.push_back({fresh, std::move(text)});
                }
            });
        }
    }
}

using HelperCounts = helper::Helpers::Statistics;
constexpr std::pair<std::uint64_t HelperCounts::*, std::string_view> helper_counts[] = {
    {&HelperCounts::expected, "connections expected"},
    {&HelperCounts::refused, "of them refused by the table"},
    {&HelperCounts::third_party, "leading to a third party: not expected"},
    {&HelperCounts::privileged, "leading to a privileged port: not expected"},
    {&HelperCounts::passed_over, "commands longer than a helper waits for"},
    {&HelperCounts::given_up, "streams that aren't their helper's protocol"},
    {&HelperCounts::midway, "streams whose beginning wasn't seen"},
    {&HelperCounts::held, "segments that waited for the rest of a command"},
    {&HelperCounts::released, "of them went on"},
    {&HelperCounts::repeated, "came again while the same waited"},
    {&HelperCounts::resent, "came again, and were rewritten as before"},
    {&HelperCounts::refused_room, "found no room to wait"},
    {&HelperCounts::gave_up, "waited too long, and were dropped"},
    {&HelperCounts::discarded, "waited when their connection ended"},
    {&HelperCounts::partial, "commands whose rest didn't come"},
    {&HelperCounts::promised, "times acknowledged in the receiver's stead"},
    {&HelperCounts::raised, "acknowledgments raised to what was promised"},
    {&HelperCounts::sent_again, "sent again in their sender's stead"},
    {&HelperCounts::lost, "times promised, and never acknowledged"},
};

// What helpers found, and did with segments; counts of nothing are left out.
void list_helpers(std::string& out, const helper::Helpers* helpers) {
    if (helpers == nullptr) return;
    std::string lines;
    for (const auto& [count, what] : helper_counts) {
        const std::uint64_t n = helpers->statistics().*count;
        if (n != 0) lines += fmt::format("  {:>9}  {}\n", n, what);
    }
    if (!lines.empty()) out += "\nhelpers\n" + lines;
}

}  // namespace

std::string Summary::text(const Engine& engine) const {
    std::string out = fmt::format("{} packets, {} bytes\n\nverdicts\n", packets_, bytes_);
    for (const auto& [how, end] : ends_) {
        const auto& [disposition, reason] = how;
        out += fmt::format("  {:>9}  {}", end.packets, name(disposition));
        if (reason != Reason::none)
            out += fmt::format("{:<{}} {:<21} packet {}: {}", "", 9 - name(disposition).size(), name(reason),
                               end.first, words(reason, end.numbers));
        out += '\n';
    }
    if (made_ > 0)
        out += fmt::format("  {:>9}  made by the router itself (answers, errors, fragments)\n", made_);
    std::vector<Hit> hit;
    std::vector<std::string> idle;
    list_rules(engine.tables(Family::ipv4), hit, idle);
    list_rules(engine.tables(Family::ipv6), hit, idle);
    std::ranges::stable_sort(hit, std::greater<>{}, &Hit::packets);
    if (!hit.empty()) out += "\nrules most hit\n";
    for (std::size_t i = 0; i < std::min(hit.size(), lines_shown); ++i)
        out += fmt::format("  {:>9}  {}\n", hit[i].packets, hit[i].text);
    if (!idle.empty()) out += fmt::format("\nrules never hit ({})\n", idle.size());
    for (std::size_t i = 0; i < std::min(idle.size(), lines_shown); ++i)
        out += fmt::format("             {}\n", idle[i]);
    if (idle.size() > lines_shown)
        out += fmt::format("             … and {} more\n", idle.size() - lines_shown);
    list_helpers(out, engine.helpers());
    const auto talkers = talkers_.most(lines_shown);
    if (!talkers.empty()) out += "\ntalkers\n";
    for (const Talker& t : talkers) {
        out += fmt::format("  {:>9}  {:<39} {} bytes{}\n", t.packets, to_string(t.address, t.family), t.bytes,
                           t.over > 0 ? fmt::format(" (at most {} too many)", t.over) : "");
    }
    return out;
}

}  // namespace gatehouse::frontend

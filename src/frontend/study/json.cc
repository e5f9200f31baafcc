// A study as one JSON document; doc/study.md has the keys.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "frontend/study/report.h"

namespace gatehouse::frontend {

namespace {

using Json = nlohmann::ordered_json;

double seconds(Nanoseconds time) { return static_cast<double>(time) / static_cast<double>(second); }

Json of(const study::Broken& broken) {
    return {{"share", broken.share},
            {"count", broken.count},
            {"known", broken.known},
            {"undecided", broken.undecided},
            {"horizon", broken.horizon > 0 ? Json(seconds(broken.horizon)) : Json()}};
}

Json of(const study::Group& group) {
    Json total = Json::object(), silence = Json::object(), curve = Json::array();
    for (std::size_t i = 0; i < study::percentiles.size(); ++i) {
        const std::string key = fmt::format("p{:g}", 100 * study::percentiles[i]);
        total[key] = group.total[i] ? Json(seconds(*group.total[i])) : Json();
        silence[key] = seconds(group.silence[i]);
    }
    for (const auto& point : group.curve) curve.push_back({seconds(point.timeout), point.broken});
    return {{"name", group.name},         {"flows", group.flows},          {"cut_off", group.cut_off},
            {"lasted", std::move(total)}, {"silence", std::move(silence)}, {"curve", std::move(curve)}};
}

Json of(const study::Recommendation& r) {
    return {{"timeout", r.timeout / second},
            {"share", r.wanted},
            {"broken", of(r.broken)},
            {"least_claim", r.least_claim},
            {"enough", r.enough()},
            {"low", r.low / second},
            {"high", r.high ? Json(*r.high / second) : Json()}};
}

Json of(const study::Summary& summary) {
    Json ended = Json::object(), groups = Json::array(), timeouts = Json::array();
    for (std::size_t i = 0; i < study::endings; ++i) {
        if (summary.ended[i] > 0) ended[std::string(name(static_cast<study::Ending>(i)))] = summary.ended[i];
    }
    for (const auto& group : summary.groups) groups.push_back(of(group));
    for (const auto& o : summary.outcomes)
        timeouts.push_back({{"timeout", o.timeout / second},
                            {"note", o.note},
                            {"broken", of(o.broken)},
                            {"entries", {{"mean", o.cost.mean}, {"most", o.cost.peak}}}});
    return {{"name", summary.inquiry.name},
            {"setting", summary.inquiry.setting},
            {"flows", summary.flows},
            {"ended", std::move(ended)},
            {"groups", std::move(groups)},
            {"timeouts", std::move(timeouts)},
            {"recommended", summary.recommendation ? of(*summary.recommendation) : Json()}};
}

// One flow, with every gap.
Json of(const study::Flow& flow, track::StudyMode mode) {
    Json gaps = Json::array();
    for (const auto& gap : flow.gaps) gaps.push_back(seconds(gap.length));
    Json json{{"port", flow.port}};
    if (mode == track::StudyMode::half_closed) {
        json["closed_first"] =
            flow.kind == static_cast<std::uint8_t>(CloserKind::client) ? "client" : "server";
    } else {
        constexpr const char* kinds[] = {"", "tcp", "udp", "udp stream"};
        json["kind"] = kinds[flow.kind];
    }
    json.update({{"start", seconds(flow.start)},
                 {"lasted", seconds(flow.last)},
                 {"silence", seconds(flow.silence)},
                 {"ended", name(flow.ending)},
                 {"gaps", std::move(gaps)}});
    return json;
}

}  // namespace

std::string json_of(const StudyReport& report, const Collector& collector) {
    Json summaries = Json::array(), flows = Json::array();
    for (const auto& summary : report.summaries) summaries.push_back(of(summary));
    for (const auto& flow : collector.flows()) flows.push_back(of(flow, report.mode));
    const Json json{{"study", report.mode == track::StudyMode::half_closed ? "halfclose" : "idle"},
                    {"captures", report.captures},
                    {"watched", seconds(report.watched)},
                    {"left_out", report.left_out},
                    {"lost", report.lost},
                    {"populations", std::move(summaries)},
                    {"flows", std::move(flows)}};
    return json.dump() + "\n";
}

}  // namespace gatehouse::frontend

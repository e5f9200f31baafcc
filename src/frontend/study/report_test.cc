#include "frontend/study/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace gatehouse::frontend {
namespace {

using testing::HasSubstr;
using testing::Not;

// Half-closed connections to port 80: so many, each closed after the next of the gaps.
Collector collect(std::uint64_t flows, const std::vector<Nanoseconds>& gaps) {
    Collector collector(0, {});
    const Time begin{1000 * second};
    collector.begin_run(begin);
    for (std::uint64_t i = 1; i <= flows; ++i) {
        const Nanoseconds gap = gaps[i % gaps.size()];
        track::StudyRecord record{.what = track::StudyRecord::What::begun,
                                  .spell = i,
                                  .time = begin,
                                  .kept = 86'400 * second,
                                  .original = {.ends = {4000, 80}, .protocol = wire::protocol::tcp}};
        collector.take(record);
        record.what = track::StudyRecord::What::packet;
        record.time = begin + gap;
        record.gap = record.total = gap;
        collector.take(record);
        record.what = track::StudyRecord::What::ended;
        record.end = track::SpellEnd::fin;
        collector.take(record);
    }
    collector.end_run(begin + 1000 * second);
    return collector;
}

StudyReport report_of(const Collector& collector, double share) {
    const std::uint32_t further[] = {300};
    return make_report(track::StudyMode::half_closed, collector, share, 8, further);
}

TEST(StudyReport, RecommendsAndSaysWhatItCosts) {
    const auto collector = collect(1000, {second, second, second, second, 90 * second});
    const std::string text = text_of(report_of(collector, 0.01));
    EXPECT_THAT(text, HasSubstr("half-closed TCP connections: 1,000"));
    EXPECT_THAT(text,
                HasSubstr("recommended: nf_conntrack_tcp_timeout_close_wait = 90, which breaks at most 1 %"));
    EXPECT_THAT(text, HasSubstr("200 of 1,000      20 %           12.8"));  // by 60 s
    EXPECT_THAT(text, HasSubstr("432000 s  Linux's established"));
    EXPECT_THAT(text, HasSubstr("300 s  asked for"));
    EXPECT_THAT(text, HasSubstr("closed first by the client"));
    EXPECT_THAT(text, HasSubstr("port 80"));
    EXPECT_THAT(text, Not(HasSubstr("is claimed")));
}

TEST(StudyReport, ClaimsNothingBelowThreeInN) {
    const std::string text = text_of(report_of(collect(30, {second}), 0.0001));
    EXPECT_THAT(text, HasSubstr("which breaks at most 10 %"));
    EXPECT_THAT(text, HasSubstr("with 30 flows no share below 10 % is claimed (three in 30; 95 %)"));
    EXPECT_THAT(text, HasSubstr("0.01 % takes 30,000 flows"));
}

TEST(StudyReport, GivesTheSameAsJson) {
    const auto collector = collect(1000, {second, second, second, second, 90 * second});
    const auto json = nlohmann::json::parse(json_of(report_of(collector, 0.01), collector));
    const auto& all = json["populations"][0];
    EXPECT_EQ(json["study"], "halfclose");
    EXPECT_EQ(all["recommended"]["timeout"], 90);
    EXPECT_EQ(all["recommended"]["enough"], true);
    EXPECT_EQ(all["timeouts"][1]["timeout"], 60);
    EXPECT_EQ(all["timeouts"][1]["broken"]["count"], 200);
    EXPECT_EQ(all["groups"][0]["silence"]["p90"], 90.0);
    EXPECT_EQ(json["flows"].size(), 1000u);
    EXPECT_EQ(json["flows"][3]["gaps"][0], 90.0);
    EXPECT_EQ(json["flows"][3]["ended"], "FIN");
}

TEST(StudyReport, DrawsItsCurves) {
    const auto report = report_of(collect(1000, {second, 90 * second}), 0.01);
    const std::string svg = svg_of(report);
    EXPECT_THAT(svg, testing::StartsWith("<svg "));
    EXPECT_THAT(svg, HasSubstr("90 s: recommended"));
    EXPECT_THAT(svg, HasSubstr("<polyline"));
    EXPECT_THAT(svg, testing::EndsWith("</svg>\n"));
    EXPECT_THAT(svg_of(report_of(Collector(0, {}), 0.01)), HasSubstr("no flow of the kind"));
}

TEST(StudyReport, HasNothingToSayOfNothing) {
    const std::string text = text_of(report_of(Collector(0, {}), 0.01));
    EXPECT_THAT(text, HasSubstr("half-closed TCP connections: 0"));
    EXPECT_THAT(text, Not(HasSubstr("recommended")));
}

}  // namespace
}  // namespace gatehouse::frontend

#include "study/kaplan_meier.h"

#include <gtest/gtest.h>

namespace gatehouse::study {
namespace {

// Remission times of leukaemia patients under 6-mercaptopurine (Freireich et al. 1963), the usual example.
const std::vector<Observation> remission{
    {6, Seen::event},  {6, Seen::event},  {6, Seen::event}, {6, Seen::cut},  {7, Seen::event},
    {9, Seen::cut},    {10, Seen::event}, {10, Seen::cut},  {11, Seen::cut}, {13, Seen::event},
    {16, Seen::event}, {17, Seen::cut},   {19, Seen::cut},  {20, Seen::cut}, {22, Seen::event},
    {23, Seen::event}, {25, Seen::cut},   {32, Seen::cut},  {32, Seen::cut}, {34, Seen::cut},
    {35, Seen::cut}};

TEST(KaplanMeier, GivesThePublishedEstimates) {
    const KaplanMeier km(remission);
    EXPECT_EQ(km.survival(5), 1);
    EXPECT_NEAR(km.survival(6), 0.857, 0.0005);
    EXPECT_NEAR(km.survival(7), 0.807, 0.0005);
    EXPECT_NEAR(km.survival(12), 0.753, 0.0005);
    EXPECT_NEAR(km.survival(13), 0.690, 0.0005);
    EXPECT_NEAR(km.survival(16), 0.627, 0.0005);
    EXPECT_NEAR(km.survival(22), 0.538, 0.0005);
    EXPECT_NEAR(km.survival(1000), 0.448, 0.0005);
    EXPECT_EQ(km.quantile(0.5), 23);
    EXPECT_EQ(km.quantile(0.9), std::nullopt);
}

TEST(KaplanMeier, CountsWhereNothingWasCut) {
    const KaplanMeier km({{1, Seen::event}, {2, Seen::event}, {3, Seen::event}, {4, Seen::event}});
    EXPECT_DOUBLE_EQ(km.survival(2), 0.5);
    EXPECT_EQ(km.survival(4), 0);
    EXPECT_EQ(km.quantile(0.75), 3);
    EXPECT_EQ(km.quantile(1), 4);
}

TEST(Incidence, CountsWhereNothingWasCut) {
    std::vector<Observation> all{{1, Seen::event}, {2, Seen::other}, {3, Seen::other}, {9, Seen::event}};
    const Incidence got = incidence(all);
    EXPECT_DOUBLE_EQ(got.event, 0.5);
    EXPECT_EQ(got.undecided, 0);
}

TEST(Incidence, SharesThoseCutAmongThoseThatWentOn) {
    // Of four at risk one ends; of two left when one is cut, one has the event and one ends.
    std::vector<Observation> all{{1, Seen::other}, {2, Seen::cut}, {3, Seen::event}, {4, Seen::other}};
    const Incidence got = incidence(all);
    EXPECT_DOUBLE_EQ(got.event, 0.75 / 2);
    EXPECT_EQ(got.undecided, 0);
}

TEST(Incidence, SaysWhatNobodySaw) {
    std::vector<Observation> all{{1, Seen::event}, {2, Seen::cut}, {3, Seen::cut}, {3, Seen::cut}};
    const Incidence got = incidence(all);
    EXPECT_DOUBLE_EQ(got.event, 0.25);
    EXPECT_DOUBLE_EQ(got.undecided, 0.75);
    std::vector<Observation> none;
    EXPECT_EQ(incidence(none).event, 0);
}

}  // namespace
}  // namespace gatehouse::study

#include "hook/interfaces.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

TEST(InterfacePattern, PlusMeansEveryNameThatBeginsSo) {
    EXPECT_TRUE(InterfacePattern{"eth+"}.matches("eth0"));
    EXPECT_TRUE(InterfacePattern{"eth+"}.matches("eth"));
    EXPECT_FALSE(InterfacePattern{"eth+"}.matches("et"));
    EXPECT_TRUE(InterfacePattern{"eth0"}.matches("eth0"));
    EXPECT_FALSE(InterfacePattern{"eth0"}.matches("eth01"));
    EXPECT_TRUE(InterfacePattern{"+"}.matches(""));
}

TEST(Interfaces, FindsByNameAndNamesById) {
    Interfaces all;
    const auto lan = all.add({.name = "lan"});
    const auto wan = all.add({.name = "wan"});
    EXPECT_EQ(all.find("wan"), wan);
    EXPECT_EQ(all.name(lan), "lan");
    EXPECT_EQ(all.name(InterfaceId::none), "");
    EXPECT_FALSE(all.find("dmz"));
}

}  // namespace
}  // namespace gatehouse

#include "hook/order.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

Verdict proceed(void*, std::uint32_t, Context&) { return Verdict::proceed; }

TEST(Order, SortsByPriorityAndKeepsTheOrderOfEquals) {
    Order order;
    int object = 0;
    const auto add = [&](std::int32_t at, const char* name) {
        order.add({.family = HookFamily::ip,
                   .hook = Hook::forward,
                   .priority = at,
                   .name = name,
                   .run = proceed,
                   .object = &object});
    };
    add(priority::security, "security");
    add(priority::filter, "first");
    add(priority::mangle, "mangle");
    add(priority::filter, "second");
    const auto rows = order.at(HookFamily::ip, Hook::forward);
    ASSERT_EQ(rows.size(), 4u);
    EXPECT_EQ(rows[0].name, "mangle");
    EXPECT_EQ(rows[1].name, "first");
    EXPECT_EQ(rows[2].name, "second");
    EXPECT_EQ(rows[3].name, "security");
    EXPECT_TRUE(order.at(HookFamily::ip6, Hook::forward).empty());
    order.exchange(HookFamily::ip6, proceed, {});
    EXPECT_EQ(order.at(HookFamily::ip, Hook::forward).size(), 4u);
    order.exchange(HookFamily::ip, proceed,
                   {{.family = HookFamily::ip, .hook = Hook::forward, .name = "other", .run = proceed}});
    ASSERT_EQ(order.at(HookFamily::ip, Hook::forward).size(), 1u);
    EXPECT_EQ(order.at(HookFamily::ip, Hook::forward)[0].name, "other");
}

TEST(Order, HoldsThePlacesOfStagesThatAreNotThere) {
    Order order;
    EXPECT_TRUE(order.at(HookFamily::ip, Hook::prerouting).empty());
    int object = 0;
    order.fill(HookFamily::ip, "confirm", proceed, &object);
    EXPECT_EQ(order.at(HookFamily::ip, Hook::input).size(), 1u);
    EXPECT_EQ(order.at(HookFamily::ip, Hook::postrouting).size(), 1u);
    EXPECT_TRUE(order.at(HookFamily::ip, Hook::forward).empty());
    const auto generation = order.generation();
    order.fill(HookFamily::ip, "confirm", proceed, &object);
    EXPECT_EQ(order.generation(), generation);
    order.fill(HookFamily::ip, "confirm", nullptr, &object);
    EXPECT_NE(order.generation(), generation);
    EXPECT_TRUE(order.at(HookFamily::ip, Hook::input).empty());
    std::vector<std::string> names;
    for (const auto& row : order.rows()) {
        if (row.family == HookFamily::ip6 && row.hook == Hook::prerouting) names.push_back(row.name);
    }
    EXPECT_EQ(names, (std::vector<std::string>{"defrag", "conntrack", "translate"}));
}

}  // namespace
}  // namespace gatehouse

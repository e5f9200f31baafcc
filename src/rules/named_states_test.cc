#include "rules/named_states.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/change.h"
#include "rules/match/testing.h"
#include "rules/recent_list.h"

namespace gatehouse::rules {
namespace {

using ::testing::HasSubstr;

TEST(NamedStates, KeepsWhatSomebodyHolds) {
    NamedStates named;
    const auto seven = [] { return std::make_shared<int>(7); };
    const auto eight = [] { return std::make_shared<int>(8); };
    auto first = named.find_or_make<int>("a", "x", seven);
    EXPECT_EQ(named.find_or_make<int>("a", "x", eight), first);
    EXPECT_EQ(*named.find_or_make<int>("b", "x", eight), 8);
    EXPECT_EQ(named.find<int>("a", "x"), first);
    first.reset();
    EXPECT_EQ(named.find<int>("a", "x"), nullptr);
    EXPECT_EQ(*named.find_or_make<int>("a", "x", eight), 8);
}

TEST(NamedStates, ForgetsNamesThatNobodySays) {
    NamedStates named;
    const auto one = [] { return std::make_shared<int>(1); };
    const auto held = named.find_or_make<int>("a", "held", one);
    for (int i = 0; i < 10'000; ++i) named.find_or_make<int>("a", std::to_string(i), one);
    EXPECT_LE(named.size(), 32u);
    EXPECT_EQ(named.find<int>("a", "held"), held);
}

class NamedByRules : public ::testing::Test {
  protected:
    static RuleDraft rule(std::string_view match, std::string_view text) {
        RuleDraft draft;
        draft.matches.push_back(*testing::read_match(match, text));
        draft.target.kind = TargetKind::drop;
        return draft;
    }
    static RuleDraft recent(std::string_view name) {
        return rule("recent", "--set --name " + std::string(name));
    }
    // The state of the chain's only rule.
    static RecentList& list(const Ruleset& ruleset) {
        void* state = nullptr;
        ruleset.chain("filter", "INPUT")->spine.for_each([&](const RuleNode& node) {
            state = node.body->steps().front().state;
        });
        return *static_cast<RecentList*>(state);
    }

    Ruleset ruleset = std::move(*validate({.tables = {empty_table(*find_table("filter"))}}));
    const RecentList::Visitor somebody{.address = Address::v4(1), .ttl = 64, .now = 0};
};

TEST_F(NamedByRules, OutlivesThemThroughAReload) {
    Change first(ruleset);
    ASSERT_TRUE(first.append("filter", "INPUT", recent("a")));
    ASSERT_TRUE(first.keep());
    list(ruleset).set(somebody);

    Change reload(ruleset);
    ASSERT_TRUE(reload.put_table(empty_table(*find_table("filter"))));
    ASSERT_TRUE(reload.append("filter", "INPUT", recent("a")));
    EXPECT_TRUE(list(ruleset).ask(somebody, {}));
    ASSERT_TRUE(reload.keep());
    EXPECT_TRUE(list(ruleset).ask(somebody, {}));

    Change other(ruleset);
    ASSERT_TRUE(other.replace("filter", "INPUT", by_number(1), recent("b")));
    EXPECT_FALSE(list(ruleset).ask(somebody, {}));
}

TEST_F(NamedByRules, StaysWhenAChangeIsUndone) {
    Change first(ruleset);
    ASSERT_TRUE(first.append("filter", "INPUT", recent("a")));
    ASSERT_TRUE(first.keep());
    list(ruleset).set(somebody);
    {
        Change undone(ruleset);
        ASSERT_TRUE(undone.flush("filter", "INPUT"));
    }
    EXPECT_TRUE(list(ruleset).ask(somebody, {}));
}

TEST_F(NamedByRules, GoesWithTheLastOfThem) {
    for (const bool listed : {true, false}) {
        Change add(ruleset);
        ASSERT_TRUE(add.append("filter", "INPUT", recent("a")));
        ASSERT_TRUE(add.keep());
        EXPECT_FALSE(list(ruleset).ask(somebody, {})) << listed;
        list(ruleset).set(somebody);
        Change flush(ruleset);
        ASSERT_TRUE(flush.flush("filter", "INPUT"));
        ASSERT_TRUE(flush.keep());
    }
}

TEST_F(NamedByRules, RefusesARuleThatWantsAnotherKindOfTable) {
    Change change(ruleset);
    const std::string upto = "--hashlimit-upto 1/s --hashlimit-name a";
    ASSERT_TRUE(change.append("filter", "INPUT", rule("hashlimit", upto)));
    const auto refused =
        change.append("filter", "INPUT", rule("hashlimit", upto + " --hashlimit-rate-match"));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().text(), HasSubstr("hashlimit: the table `a` is one of rules without"));
    EXPECT_TRUE(change.append("filter", "INPUT", rule("hashlimit", upto)));
}

TEST_F(NamedByRules, RefusesARuleThatWantsTwoKindsOfTableItself) {
    Change change(ruleset);
    const std::string upto = "--hashlimit-upto 1/s --hashlimit-name a";
    RuleDraft both = rule("hashlimit", upto + " --hashlimit-rate-match");
    both.matches.push_back(rule("hashlimit", upto).matches[0]);
    const auto refused = change.append("filter", "INPUT", both);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().text(), HasSubstr("hashlimit: the table `a` is one of rules with "));
    // Nothing is left of what was refused.
    EXPECT_TRUE(change.append("filter", "INPUT", rule("hashlimit", upto)));
}

}  // namespace
}  // namespace gatehouse::rules

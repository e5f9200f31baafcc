#include "rules/change.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "rules/registry.h"

namespace gatehouse::rules {
namespace {

using ::testing::HasSubstr;

std::shared_ptr<const Interfaces> interfaces() {
    auto all = std::make_shared<Interfaces>();
    all->add({.name = "lo"});
    all->add({.name = "lan"});
    return all;
}

// A rule that is told apart by its source address.
RuleDraft rule(std::uint32_t number, TargetKind kind = TargetKind::drop, std::string chain = {}) {
    RuleDraft draft{.selectors = {.source = {.address = Address::v4(number), .mask = prefix_mask(32)}}};
    draft.target.kind = kind;
    draft.target.chain = std::move(chain);
    return draft;
}
std::uint32_t number_of(const RuleNode& node) { return node.body->draft().selectors.source.address.words[0]; }

Extension extension(const Declaration* declaration) { return {*declaration, Family::ipv4}; }

Ruleset filter(std::initializer_list<const char*> chains = {}) {
    TableDraft table = empty_table(*find_table("filter"));
    for (const char* name : chains) table.chains.push_back({.name = name, .policy = {}, .base = {}});
    return std::move(*validate({.tables = {std::move(table)}}));
}

// All that a ruleset or an engine has, as text.
std::string text(const Tables& tables) {
    std::string out;
    for (const auto& table : tables.all()) {
        out += table.name + "\n";
        for (const auto& chain : table.each()) {
            out += " " + chain.name + (chain.base ? " base" : "") +
                   (chain.policy == Policy::drop ? " DROP" : "") + " " +
                   std::to_string(chain.counters.packets) + "\n";
            chain.spine.for_each([&](const RuleNode& node) {
                out += "  " + std::to_string(node.handle) + ": " + std::to_string(number_of(node)) + " " +
                       std::string(table.goes_to(*node.body)) + " " + std::to_string(node.counters.packets) +
                       "\n";
            });
        }
    }
    return out;
}

// A ruleset with an engine's tables that follow it.
struct Pair {
    Ruleset ruleset;
    Tables engine{Family::ipv4};

    explicit Pair(Ruleset from) : ruleset(std::move(from)) {
        auto whole = ruleset.whole(interfaces());
        EXPECT_TRUE(whole);
        EXPECT_TRUE(engine.apply(*whole));
    }
    void carry_over(Change& change) {
        auto transaction = change.prepare(interfaces());
        ASSERT_TRUE(transaction) << transaction.error().text();
        ASSERT_TRUE(change.keep());
        const auto applied = engine.apply(*transaction);
        ASSERT_TRUE(applied) << applied.error().text();
        EXPECT_EQ(engine.generation(), ruleset.generation());
    }
    std::vector<std::uint32_t> numbers(std::string_view chain) const {
        std::vector<std::uint32_t> all;
        for (const auto& c : engine.find("filter")->each()) {
            if (c.name != chain) continue;
            c.spine.for_each([&](const RuleNode& node) { all.push_back(number_of(node)); });
        }
        return all;
    }
};

using Numbers = std::vector<std::uint32_t>;

TEST(Change, PutsRulesByNumberAndByHandle) {
    Pair pair(filter());
    Change change(pair.ruleset);
    const auto two = change.append("filter", "INPUT", rule(2));
    ASSERT_TRUE(two);
    ASSERT_TRUE(change.insert("filter", "INPUT", by_handle(*two), rule(1)));
    ASSERT_TRUE(change.insert("filter", "INPUT", by_number(3), rule(4)));
    ASSERT_TRUE(change.insert("filter", "INPUT", by_number(3), rule(3)));
    const auto five = change.replace("filter", "INPUT", by_handle(*two), rule(5));
    ASSERT_TRUE(five);
    ASSERT_TRUE(change.erase("filter", "INPUT", by_number(1)));
    pair.carry_over(change);
    EXPECT_EQ(pair.numbers("INPUT"), (Numbers{5, 3, 4}));
    EXPECT_EQ(pair.engine.find("filter")->chains[0]->spine.position(*five), 0u);
    EXPECT_EQ(text(pair.engine), text(pair.ruleset.tables()));
}

TEST(Change, FindsTheSameRule) {
    Ruleset ruleset = filter({"sub"});
    Change change(ruleset);
    ASSERT_TRUE(change.append("filter", "INPUT", rule(1)));
    ASSERT_TRUE(change.append("filter", "INPUT", rule(1, TargetKind::jump, "sub")));
    EXPECT_EQ(change.find("filter", "INPUT", rule(1, TargetKind::jump, "sub")), 2u);
    EXPECT_EQ(change.find("filter", "INPUT", rule(1, TargetKind::jump, "no")), std::nullopt);
    EXPECT_EQ(change.find("filter", "INPUT", rule(2)), std::nullopt);
}

TEST(Change, CountersOfOtherRulesAndStateOfMatchesStay) {
    Pair pair(filter());
    {
        Change change(pair.ruleset);
        for (std::uint32_t i = 0; i < 3; ++i) ASSERT_TRUE(change.append("filter", "FORWARD", rule(i)));
        pair.carry_over(change);
    }
    Spine& spine = pair.engine.find("filter")->chains[1]->spine;
    const RuleNode* const first = &spine.at(0);
    const RuleNode* const last = &spine.at(2);
    spine.at(2).counters = {.packets = 7, .bytes = 700};
    Change change(pair.ruleset);
    ASSERT_TRUE(change.erase("filter", "FORWARD", by_number(2)));
    ASSERT_TRUE(change.insert("filter", "FORWARD", by_number(1), rule(9)));
    pair.carry_over(change);
    EXPECT_EQ(&spine.at(1), first);
    EXPECT_EQ(&spine.at(2), last);
    EXPECT_EQ(spine.at(2).counters.packets, 7u);
}

TEST(Change, ZeroesOneRuleOrAChain) {
    Pair pair(filter());
    {
        Change change(pair.ruleset);
        ASSERT_TRUE(change.append("filter", "INPUT", rule(1)));
        ASSERT_TRUE(change.append("filter", "INPUT", rule(2)));
        pair.carry_over(change);
    }
    Chain& input = *pair.engine.find("filter")->chains[0];
    const auto count = [&] {
        input.counters.packets = 1;
        for (std::size_t i = 0; i < 2; ++i) input.spine.at(i).counters.packets = 1;
    };
    const auto counts = [&] {
        return Numbers{static_cast<std::uint32_t>(input.counters.packets),
                       static_cast<std::uint32_t>(input.spine.at(0).counters.packets),
                       static_cast<std::uint32_t>(input.spine.at(1).counters.packets)};
    };
    count();
    {
        Change change(pair.ruleset);
        ASSERT_TRUE(change.zero("filter", "INPUT", by_number(2)));
        pair.carry_over(change);
        EXPECT_EQ(counts(), (Numbers{1, 1, 0}));
    }
    count();
    Change change(pair.ruleset);
    ASSERT_TRUE(change.zero("filter", "INPUT", {}));
    pair.carry_over(change);
    EXPECT_EQ(counts(), (Numbers{0, 0, 0}));
}

TEST(Change, MakesRenamesAndDeletesChains) {
    Pair pair(filter({"old"}));
    {
        Change change(pair.ruleset);
        ASSERT_TRUE(change.append("filter", "INPUT", rule(1, TargetKind::jump, "old")));
        ASSERT_TRUE(
            change.new_chain("filter", {.name = "more", .policy = {}, .base = {}, .rules = {rule(2)}}));
        ASSERT_TRUE(change.append("filter", "old", rule(3, TargetKind::go_to, "more")));
        ASSERT_TRUE(change.rename_chain("filter", "old", "new"));
        ASSERT_TRUE(change.set_policy("filter", "FORWARD", Policy::drop, {.packets = 3, .bytes = 4}));
        pair.carry_over(change);
    }
    EXPECT_EQ(text(pair.engine), text(pair.ruleset.tables()));
    EXPECT_THAT(text(pair.engine), HasSubstr("1 new 0"));
    EXPECT_EQ(pair.ruleset.references("filter", "new"), 1u);
    Change change(pair.ruleset);
    EXPECT_THAT(change.delete_chain("filter", "new").error().what, HasSubstr("Too many links"));
    EXPECT_THAT(change.delete_chain("filter", "INPUT").error().what, HasSubstr("built-in"));
    ASSERT_TRUE(change.erase("filter", "INPUT", by_number(1)));
    EXPECT_THAT(change.delete_chain("filter", "new").error().what, HasSubstr("not empty"));
    ASSERT_TRUE(change.flush("filter", "new"));
    ASSERT_TRUE(change.delete_chain("filter", "new"));
    // Its id is taken again at once.
    ASSERT_TRUE(change.new_chain("filter", {.name = "third", .policy = {}, .base = {}, .rules = {rule(8)}}));
    pair.carry_over(change);
    EXPECT_EQ(text(pair.engine), text(pair.ruleset.tables()));
    EXPECT_EQ(pair.numbers("third"), (Numbers{8}));
}

TEST(Change, PutsAWholeTableInOneSwap) {
    Pair pair(filter());
    TableDraft fresh = empty_table(*find_table("filter"));
    for (std::uint32_t i = 0; i < 100; ++i) fresh.chains[0].rules.push_back(rule(i));
    {
        Change change(pair.ruleset);
        ASSERT_TRUE(change.append("filter", "INPUT", rule(1000)));  // of no matter any more
        ASSERT_TRUE(change.put_table(std::move(fresh)));
        ASSERT_TRUE(change.append("filter", "INPUT", rule(100)));
        auto transaction = change.prepare(interfaces());
        ASSERT_TRUE(transaction);
        EXPECT_TRUE(transaction->moves_base_chains());
        ASSERT_TRUE(change.keep());
        ASSERT_TRUE(pair.engine.apply(*transaction));
    }
    EXPECT_EQ(pair.numbers("INPUT").size(), 101u);
    EXPECT_EQ(text(pair.engine), text(pair.ruleset.tables()));
    Change change(pair.ruleset);
    ASSERT_TRUE(change.put_table(empty_table(*find_table("raw"))));
    ASSERT_TRUE(change.clear_table("filter"));
    pair.carry_over(change);
    EXPECT_TRUE(pair.numbers("INPUT").empty());
    EXPECT_EQ(text(pair.engine), text(pair.ruleset.tables()));
}

struct Refusal {
    const char* name;
    Result<void> (*edit)(Change&);
    const char* says;
};
template <class T>
Result<void> plain(Result<T> result) {
    if (result) return {};
    return std::unexpected(std::move(result).error());
}
const Refusal refusals[] = {
    {"no_table", [](Change& c) { return plain(c.append("nat", "INPUT", rule(1))); }, "no table `nat`"},
    {"no_chain", [](Change& c) { return plain(c.append("filter", "INPTU", rule(1))); }, "no chain `INPTU`"},
    {"no_handle", [](Change& c) { return c.erase("filter", "INPUT", by_handle(99)); },
     "no rule with the handle 99"},
    {"number_0", [](Change& c) { return c.erase("filter", "INPUT", by_number(0)); }, "Index of deletion"},
    {"number_too_big", [](Change& c) { return plain(c.insert("filter", "INPUT", by_number(3), rule(1))); },
     "Index of insertion too big"},
    {"replacement_too_big",
     [](Change& c) { return plain(c.replace("filter", "INPUT", by_number(2), rule(1))); },
     "Index of replacement too big"},
    {"no_target",
     [](Change& c) { return plain(c.append("filter", "INPUT", rule(1, TargetKind::jump, "sub1"))); },
     "no chain or target `sub1`"},
    {"to_a_base_chain",
     [](Change& c) { return plain(c.append("filter", "sub", rule(1, TargetKind::jump, "INPUT"))); },
     "can't go to the built-in chain"},
    {"chain_twice", [](Change& c) { return c.new_chain("filter", {.name = "sub"}); }, "already exists"},
    {"rename_to_one_there", [](Change& c) { return c.rename_chain("filter", "sub", "INPUT"); },
     "File exists"},
    {"rename_a_base_chain", [](Change& c) { return c.rename_chain("filter", "INPUT", "x"); }, "no chain"},
    {"policy_of_a_user_chain", [](Change& c) { return c.set_policy("filter", "sub", Policy::drop, {}); },
     "no built-in chain `sub`"},
    {"in_by_output",
     [](Change& c) {
         RuleDraft draft = rule(1);
         draft.selectors.in.pattern.text = "lan";
         return plain(c.append("filter", "OUTPUT", std::move(draft)));
     },
     "`-i` can't be used"},
    {"wrong_table",
     [](Change& c) {
         RuleDraft draft = rule(1, TargetKind::extension);
         draft.target.extension = extension(find_target("TTL", Family::ipv4));
         return plain(c.append("filter", "INPUT", std::move(draft)));
     },
     "can't be used in table `filter`"},
    {"other_family",
     [](Change& c) {
         RuleDraft draft = rule(1);
         draft.selectors.family = Family::ipv6;
         return plain(c.append("filter", "INPUT", std::move(draft)));
     },
     "other family"},
};

class Refuses : public ::testing::TestWithParam<Refusal> {};
INSTANTIATE_TEST_SUITE_P(Change, Refuses, ::testing::ValuesIn(refusals),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_P(Refuses, AndChangesNothing) {
    Pair pair(filter({"sub"}));
    {
        Change change(pair.ruleset);
        ASSERT_TRUE(change.append("filter", "INPUT", rule(7)));
        pair.carry_over(change);
    }
    const std::string before = text(pair.ruleset.tables());
    Change change(pair.ruleset);
    const auto refused = GetParam().edit(change);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().what, HasSubstr(GetParam().says));
    EXPECT_EQ(text(pair.ruleset.tables()), before);
    // The rest of the change goes on.
    ASSERT_TRUE(change.append("filter", "INPUT", rule(8)));
    pair.carry_over(change);
    EXPECT_EQ(pair.numbers("INPUT"), (Numbers{7, 8}));
}

TEST(Change, IsUndoneUnlessItIsKept) {
    Pair pair(filter({"sub"}));
    {
        Change change(pair.ruleset);
        for (std::uint32_t i = 0; i < 70; ++i) ASSERT_TRUE(change.append("filter", "INPUT", rule(i)));
        ASSERT_TRUE(change.append("filter", "FORWARD", rule(1, TargetKind::jump, "sub")));
        pair.carry_over(change);
    }
    const std::string before = text(pair.ruleset.tables());
    const Generation generation = pair.ruleset.generation();
    {
        Change change(pair.ruleset);
        ASSERT_TRUE(change.erase("filter", "INPUT", by_number(3)));
        ASSERT_TRUE(change.insert("filter", "INPUT", by_number(30), rule(1)));
        ASSERT_TRUE(change.replace("filter", "INPUT", by_number(10), rule(2)));
        ASSERT_TRUE(change.flush("filter", "INPUT"));
        ASSERT_TRUE(change.append("filter", "INPUT", rule(3)));
        ASSERT_TRUE(change.rename_chain("filter", "sub", "bus"));
        ASSERT_TRUE(change.zero("filter", "INPUT", {}));
        ASSERT_TRUE(change.set_policy("filter", "INPUT", Policy::drop, {}));
        ASSERT_TRUE(change.new_chain("filter", {.name = "x", .policy = {}, .base = {}, .rules = {rule(5)}}));
        ASSERT_TRUE(change.put_table(empty_table(*find_table("nat"))));
        ASSERT_TRUE(change.prepare(interfaces()));
        ASSERT_TRUE(change.delete_table("filter"));
        ASSERT_TRUE(change.put_table(empty_table(*find_table("filter"))));
    }
    EXPECT_EQ(text(pair.ruleset.tables()), before);
    EXPECT_EQ(pair.ruleset.generation(), generation);
    EXPECT_EQ(pair.ruleset.references("filter", "sub"), 1u);
    // Names and jumps are as before, too.
    Change change(pair.ruleset);
    EXPECT_FALSE(change.append("filter", "INPUT", rule(1, TargetKind::jump, "bus")));
    ASSERT_TRUE(change.append("filter", "sub", rule(1, TargetKind::jump, "sub")));
    EXPECT_THAT(change.keep().error().what, HasSubstr("loop: sub -> sub"));
}

TEST(Change, RefusesLoopsThatABaseChainReaches) {
    Ruleset ruleset = filter({"a", "b", "c"});
    {
        Change change(ruleset);
        ASSERT_TRUE(change.append("filter", "a", rule(1, TargetKind::jump, "b")));
        ASSERT_TRUE(change.append("filter", "b", rule(1, TargetKind::go_to, "a")));
        ASSERT_TRUE(change.append("filter", "c", rule(1, TargetKind::jump, "a")));
        ASSERT_TRUE(change.keep());
        ASSERT_EQ(ruleset.warnings().size(), 1u);
        EXPECT_THAT(ruleset.warnings()[0].what,
                    HasSubstr("a loop that no built-in chain reaches: a -> b -> a"));
    }
    {
        Change change(ruleset);
        ASSERT_TRUE(change.append("filter", "INPUT", rule(1, TargetKind::jump, "c")));
        EXPECT_THAT(change.prepare(interfaces()).error().what,
                    HasSubstr("chain `INPUT` leads into a loop: a -> b -> a"));
        // The same change can still mend it.
        ASSERT_TRUE(change.erase("filter", "b", by_number(1)));
        ASSERT_TRUE(change.keep());
    }
    Change change(ruleset);
    ASSERT_TRUE(change.append("filter", "b", rule(1, TargetKind::jump, "c")));
    EXPECT_THAT(change.keep().error().what, HasSubstr("loop"));
}

TEST(Change, RefusesRulesWhereAHookMayNotReachThem) {
    Ruleset ruleset = filter({"a", "b"});
    RuleDraft by_mac = rule(1);
    by_mac.matches.push_back(extension(find_match("mac", Family::ipv4)));
    Extension& match = by_mac.matches.back();
    const std::string_view mac = "02:00:00:00:00:01";
    ASSERT_TRUE(match.set(*match.find("mac-source"), {&mac, 1}, false));
    by_mac.origin.line = 12;
    {
        Change change(ruleset);
        ASSERT_TRUE(change.append("filter", "a", rule(1, TargetKind::jump, "b")));
        ASSERT_TRUE(change.append("filter", "b", std::move(by_mac)));
        ASSERT_TRUE(change.append("filter", "INPUT", rule(1, TargetKind::jump, "a")));
        ASSERT_TRUE(change.keep());
    }
    {
        Change change(ruleset);
        ASSERT_TRUE(change.append("filter", "OUTPUT", rule(1, TargetKind::jump, "a")));
        const auto kept = change.keep();
        ASSERT_FALSE(kept);
        EXPECT_THAT(kept.error().what,
                    HasSubstr("`mac` can't be used in chain `b`, which is reached from OUTPUT"));
        EXPECT_EQ(kept.error().place.line, 12);
    }
    // Without the rule that minds, OUTPUT may go there.
    Change change(ruleset);
    ASSERT_TRUE(change.erase("filter", "b", by_number(1)));
    ASSERT_TRUE(change.append("filter", "OUTPUT", rule(1, TargetKind::jump, "a")));
    EXPECT_TRUE(change.keep());
}

TEST(Transaction, IsRefusedWholeWhenTheRulesHaveMoved) {
    Pair pair(filter());
    std::vector<Transaction> late;
    for (std::uint32_t i = 0; i < 2; ++i) {
        Change change(pair.ruleset);
        ASSERT_TRUE(change.append("filter", "INPUT", rule(i)));
        auto transaction = change.prepare(interfaces());
        ASSERT_TRUE(transaction);
        late.push_back(std::move(*transaction));
        if (i == 1) {
            ASSERT_TRUE(change.keep());
        }
    }
    ASSERT_TRUE(pair.engine.apply(late[1]));
    const std::string before = text(pair.engine);
    EXPECT_THAT(pair.engine.apply(late[0]).error().what, HasSubstr("have changed since"));
    EXPECT_THAT(pair.engine.apply(late[1]).error().what, HasSubstr("already"));
    EXPECT_EQ(text(pair.engine), before);
    // Those of another ruleset never fit.
    Ruleset other = filter();
    Change change(other);
    ASSERT_TRUE(change.append("filter", "INPUT", rule(1)));
    auto transaction = change.prepare(interfaces());
    EXPECT_FALSE(pair.engine.apply(*transaction));
    Tables v6(Family::ipv6);
    EXPECT_FALSE(v6.apply(*transaction));
}

TEST(Transaction, IsRefusedForRulesThatNeedWhatIsntThere) {
    Pair pair(filter());
    RuleDraft needy = rule(1);
    needy.matches.push_back(extension(find_match("osf", Family::ipv4)));
    Extension& match = needy.matches.back();
    constexpr std::string_view genre[] = {"Linux"};
    needy.selectors.protocol = 6;
    ASSERT_TRUE(match.set(*match.find("genre"), genre, false));
    Change change(pair.ruleset);
    ASSERT_TRUE(change.append("filter", "INPUT", std::move(needy)));
    EXPECT_THAT(change.prepare(interfaces()).error().what,
                HasSubstr("table filter, chain INPUT: rule 1 needs fingerprints of operating systems"));
}

TEST(Transaction, BaseChainsStandAtAnyHookAndPriority) {
    TableDraft table{.name = "mine",
                     .chains = {{.name = "early",
                                 .policy = Policy::drop,
                                 .base = Base{Hook::prerouting, -42},
                                 .rules = {rule(1)}}}};
    Pair pair(std::move(*validate({.tables = {std::move(table)}})));
    {
        Change change(pair.ruleset);
        ASSERT_TRUE(change.new_chain(
            "mine", {.name = "late", .policy = Policy::accept, .base = Base{Hook::prerouting, 7}}));
        auto transaction = change.prepare(interfaces());
        ASSERT_TRUE(transaction);
        EXPECT_TRUE(transaction->moves_base_chains());
        ASSERT_TRUE(change.keep());
        ASSERT_TRUE(pair.engine.apply(*transaction));
    }
    EXPECT_EQ(pair.engine.find("mine")->chains[1]->base, (Base{Hook::prerouting, 7}));
    Change change(pair.ruleset);
    ASSERT_TRUE(change.delete_chain("mine", "late"));
    auto transaction = change.prepare(interfaces());
    ASSERT_TRUE(transaction);
    EXPECT_TRUE(transaction->moves_base_chains());
}

// Random edits of several chains, held against plain vectors, in the ruleset and in an engine's tables;
// some changes are given up half-way.
class Model {
  public:
    explicit Model(unsigned seed) : random_(seed) {}

    void run() {
        for (int round = 0; round < 400; ++round) {
            const auto before = chains_;
            Change change(pair_.ruleset);
            for (std::uint32_t edits = 1 + pick(6); edits > 0; --edits) edit(change);
            if (pick(4) == 0) {
                chains_ = before;
                continue;
            }
            ASSERT_NO_FATAL_FAILURE(pair_.carry_over(change));
            ASSERT_NO_FATAL_FAILURE(compare());
        }
    }

  private:
    std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(random_() >> 8) % below; }

    void edit(Change& change) {
        auto chain = std::next(chains_.begin(), pick(static_cast<std::uint32_t>(chains_.size())));
        auto& rules = chain->second;
        const auto size = static_cast<std::uint32_t>(rules.size());
        const std::uint32_t what = pick(40), at = size == 0 ? 0 : pick(size);
        const std::uint32_t number = next_++;
        if (what < 16 || (size == 0 && what < 36)) {
            const std::uint32_t to = pick(size + 1);
            ASSERT_TRUE(change.insert("filter", chain->first, by_number(to + 1), rule(number)));
            rules.insert(rules.begin() + to, number);
        } else if (what < 28) {
            ASSERT_TRUE(change.erase("filter", chain->first, by_number(at + 1)));
            rules.erase(rules.begin() + at);
        } else if (what < 36) {
            ASSERT_TRUE(change.replace("filter", chain->first, by_number(at + 1), rule(number)));
            rules[at] = number;
        } else if (what == 36) {
            ASSERT_TRUE(change.flush("filter", chain->first));
            rules.clear();
        } else if (what == 37) {
            const std::string name = "c" + std::to_string(number);
            ASSERT_TRUE(change.new_chain("filter", {.name = name}));
            chains_[name];
        } else if (what == 38 && chain->first[0] == 'c') {
            const std::string name = "c" + std::to_string(number);
            ASSERT_TRUE(change.rename_chain("filter", chain->first, name));
            auto entry = chains_.extract(chain);
            entry.key() = name;
            chains_.insert(std::move(entry));
        } else if (chain->first[0] == 'c') {
            ASSERT_TRUE(change.flush("filter", chain->first));
            ASSERT_TRUE(change.delete_chain("filter", chain->first));
            chains_.erase(chain);
        } else {
            TableDraft table = empty_table(*find_table("filter"));
            for (auto& draft : table.chains) {
                for (const std::uint32_t n : chains_.at(draft.name)) draft.rules.push_back(rule(n));
            }
            for (const auto& [name, of] : chains_) {
                if (name[0] != 'c') continue;
                ChainDraft draft{.name = name};
                for (const std::uint32_t n : of) draft.rules.push_back(rule(n));
                table.chains.push_back(std::move(draft));
            }
            ASSERT_TRUE(change.put_table(std::move(table)));
        }
    }

    void compare() {
        ASSERT_EQ(text(pair_.engine), text(pair_.ruleset.tables()));
        std::map<std::string, Numbers> found;
        for (const auto& chain : pair_.engine.find("filter")->each()) {
            auto& rules = found[chain.name];
            chain.spine.for_each([&](const RuleNode& node) { rules.push_back(number_of(node)); });
        }
        ASSERT_EQ(found, chains_);
    }

    std::minstd_rand random_;
    Pair pair_{filter()};
    std::map<std::string, Numbers> chains_{{"INPUT", {}}, {"FORWARD", {}}, {"OUTPUT", {}}};
    std::uint32_t next_ = 1;
};

TEST(Change, RandomEditsAreThoseOfPlainLists) {
    for (unsigned seed = 1; seed <= 4; ++seed) ASSERT_NO_FATAL_FAILURE(Model(seed).run()) << seed;
}

}  // namespace
}  // namespace gatehouse::rules

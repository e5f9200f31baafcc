#include "route/table.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>

#include "base/random.h"
#include "route/descent.h"
#include "route/full_table.h"

namespace gatehouse::route {
namespace {

Prefix prefix(const char* text) { return *parse_prefix(text); }
Address address(const char* text, Family family = Family::ipv4) { return *parse_address(text, family); }
Nexthop over(unsigned interface, std::uint32_t metric = 0, std::uint8_t tos = 0) {
    Nexthop n;
    n.interface = static_cast<InterfaceId>(interface);
    n.metric = metric;
    n.tos = tos;
    return n;
}
int found(const Table& table, const Address& a) {
    const Alias* alias = table.find(a);
    return alias == nullptr ? -1 : index(alias->nexthop.interface);
}

// Every route in a list; a look-up walks it whole.
struct Naive {
    std::vector<std::pair<Prefix, Nexthop>> routes;

    const Nexthop* find(const Address& a) const {
        const std::pair<Prefix, Nexthop>* best = nullptr;
        for (const auto& r : routes) {
            if (!r.first.contains(a)) continue;
            if (best == nullptr || r.first.length > best->first.length ||
                (r.first.length == best->first.length && r.second.metric < best->second.metric)) {
                best = &r;
            }
        }
        return best == nullptr ? nullptr : &best->second;
    }
};

// Short, nested prefixes in a corner of the space, so that everything meets everything.
Prefix random_prefix(Family family, Random& random) {
    const unsigned bits = address_bits(family);
    Prefix p{family, {}, static_cast<std::uint8_t>(random.below(bits + 1))};
    for (unsigned i = 0; i < bits / 32; ++i) {
        p.address.words[i] = random.below(3) == 0 ? random.next32() : random.next32() & 0x03010181;
    }
    p.address = p.address & prefix_mask(p.length);
    return p;
}

// The searches side by side end as those one by one do, however many steps are taken before the end.
void compare_many(const Table& table, std::span<const Address> addresses) {
    for (unsigned steps = 0; steps < 4; ++steps) {
        std::vector<Descent> descents(addresses.size());
        const Descent::Where where{.table = &table};
        for (std::size_t i = 0; i < addresses.size(); ++i)
            descents[i].begin(where, table.family(), addresses[i]);
        for (unsigned i = 0; i < steps; ++i) Descent::step(descents);
        Descent::finish(descents);
        for (const Descent& d : descents)
            ASSERT_EQ(d.first(), table.find(d.address())) << to_string(d.address(), table.family());
    }
}

void compare(const Table& table, const Naive& naive, Family family, Random& random, unsigned probes) {
    std::vector<Address> asked;
    for (unsigned i = 0; i < probes; ++i) {
        Address a = random_prefix(family, random).address;
        if (!naive.routes.empty() && i % 2 == 0) {
            const Prefix& p =
                naive.routes[random.below(static_cast<std::uint32_t>(naive.routes.size()))].first;
            for (unsigned w = 0; w < address_bits(family) / 32; ++w) {
                a.words[w] = p.address.words[w] | (random.next32() & ~prefix_mask(p.length).words[w]);
            }
        }
        asked.push_back(a);
        const Nexthop* expected = naive.find(a);
        const Alias* got = table.find(a);
        ASSERT_EQ(got != nullptr, expected != nullptr) << to_string(a, family);
        if (got != nullptr) {
            ASSERT_EQ(got->nexthop, *expected) << to_string(a, family);
        }
        std::vector<unsigned> metrics;
        const Nexthop* shortest = nullptr;
        table.search(a, [&](const Alias& first) -> const Nexthop* {
            shortest = &first.nexthop;
            return nullptr;
        });
        ASSERT_EQ(shortest != nullptr, expected != nullptr);
    }
    compare_many(table, asked);
}

class TableOf : public testing::TestWithParam<Family> {};
INSTANTIATE_TEST_SUITE_P(Families, TableOf, testing::Values(Family::ipv4, Family::ipv6));

TEST_P(TableOf, AgreesWithANaiveOneThroughInsertionsAndRemovals) {
    const Family family = GetParam();
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Random random(seed);
        Table table(family);
        Naive naive;
        std::vector<std::pair<Table, Naive>> snapshots;
        for (unsigned step = 0; step < 400; ++step) {
            if (naive.routes.empty() || random.below(100) < (step < 250 ? 75 : 30)) {
                const Prefix p = random_prefix(family, random);
                const Nexthop n = over(random.below(1000), random.below(3));
                const bool there = std::any_of(naive.routes.begin(), naive.routes.end(), [&](const auto& r) {
                    return r.first == p && r.second.metric == n.metric;
                });
                ASSERT_EQ(table.insert(p, n), !there);
                if (!there) naive.routes.emplace_back(p, n);
            } else {
                const auto at = random.below(static_cast<std::uint32_t>(naive.routes.size()));
                const auto gone = naive.routes[at];
                ASSERT_TRUE(table.remove(gone.first, [&](const Nexthop& n) { return n == gone.second; }));
                naive.routes.erase(naive.routes.begin() + at);
            }
            ASSERT_EQ(table.size(), naive.routes.size());
            if (step % 20 == 0) compare(table, naive, family, random, 60);
            if (step % 100 == 50) snapshots.emplace_back(table, naive);
        }
        compare(table, naive, family, random, 500);
        // What a change did to the table it did not do to the copies.
        for (const auto& [old, then] : snapshots) compare(old, then, family, random, 300);
        while (!naive.routes.empty()) {
            const auto gone = naive.routes.back();
            ASSERT_TRUE(table.remove(gone.first, [&](const Nexthop& n) { return n == gone.second; }));
            naive.routes.pop_back();
        }
        EXPECT_EQ(table.size(), 0u);
        for (const auto& [old, then] : snapshots) compare(old, then, family, random, 300);
    }
}

TEST_P(TableOf, TakesManyAtOnceAsOneByOne) {
    const Family family = GetParam();
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        Random random(seed);
        Table table(family);
        Naive naive;
        for (unsigned batch = 0; batch < 3; ++batch) {
            std::vector<Route> routes;
            while (routes.size() < 300) {
                const Route r{random_prefix(family, random),
                              over(random.below(1000), 3 * batch + random.below(3))};
                const bool there = std::any_of(routes.begin(), routes.end(), [&](const Route& o) {
                    return o.prefix == r.prefix && o.nexthop.metric == r.nexthop.metric;
                });
                if (!there) routes.push_back(r);
            }
            const Table before = table;
            routes.push_back(routes[5]);
            EXPECT_EQ(table.insert_all(routes), 300u);  // refused, and nothing done
            EXPECT_EQ(table.size(), naive.routes.size());
            routes.pop_back();
            EXPECT_EQ(table.insert_all(routes), routes.size());
            compare(before, naive, family, random, 200);
            for (const auto& r : routes) naive.routes.emplace_back(r.prefix, r.nexthop);
            compare(table, naive, family, random, 500);
        }
        ASSERT_EQ(table.size(), naive.routes.size());
        std::size_t listed = 0;
        table.for_each([&](const Prefix& p, const Nexthop& n) {
            ++listed;
            EXPECT_TRUE(std::any_of(naive.routes.begin(), naive.routes.end(),
                                    [&](const auto& r) { return r.first == p && r.second == n; }));
        });
        EXPECT_EQ(listed, naive.routes.size());
    }
}

TEST(Table, TriesEqualPrefixesByTableThenTosThenMetric) {
    Table table(Family::ipv4);
    const auto p = prefix("10.0.0.0/8");
    EXPECT_TRUE(table.insert(p, over(1, 5)));
    EXPECT_TRUE(table.insert(p, over(2, 3)));
    EXPECT_TRUE(table.insert(p, over(3, 9, 0x10)));
    Nexthop local = over(4, 100);
    local.table = TableId::local;
    EXPECT_TRUE(table.insert(p, local));
    EXPECT_FALSE(table.insert(p, over(9, 3)));
    EXPECT_TRUE(table.insert(p, over(5, 3), Table::Mode::append));
    EXPECT_FALSE(table.insert(p, over(5, 3), Table::Mode::append));
    EXPECT_TRUE(table.insert(p, over(6, 5), Table::Mode::replace));
    std::vector<int> order;
    for (const Alias* a = table.find(address("10.1.1.1")); a != nullptr; a = table.next(*a)) {
        order.push_back(index(a->nexthop.interface));
    }
    EXPECT_EQ(order, (std::vector<int>{4, 3, 2, 5, 6}));
    EXPECT_EQ(table.size(), 5u);
}

TEST(Table, FindsTheLongestPrefix) {
    Table table(Family::ipv4);
    EXPECT_EQ(found(table, address("10.0.0.1")), -1);
    table.insert(prefix("0.0.0.0/0"), over(0));
    table.insert(prefix("10.0.0.0/8"), over(1));
    table.insert(prefix("10.1.0.0/16"), over(2));
    table.insert(prefix("10.1.2.3/32"), over(3));
    table.insert(prefix("10.1.2.0/31"), over(4));
    EXPECT_EQ(found(table, address("11.0.0.1")), 0);
    EXPECT_EQ(found(table, address("10.2.0.1")), 1);
    EXPECT_EQ(found(table, address("10.1.2.4")), 2);
    EXPECT_EQ(found(table, address("10.1.2.3")), 3);
    EXPECT_EQ(found(table, address("10.1.2.1")), 4);
}

TEST(Table, AnEmptyOneCostsNextToNothing) { EXPECT_LT(Table(Family::ipv4).bytes(), 1000u); }

TEST_P(TableOf, IsSearchedForManyAtOnceAsForOne) {
    std::vector<Nexthop> hops(9);
    for (unsigned i = 0; i < hops.size(); ++i) hops[i] = over(i);
    const auto routes = full_table(GetParam(), 20'000, 5, hops);
    Table table(GetParam());
    ASSERT_EQ(table.insert_all(routes), routes.size());
    compare_many(table, destinations_in(routes, 10'001, 6));
    compare_many(Table(GetParam()), destinations_in(routes, 7, 6));
}

TEST(FullTable, HasTheMixOfTheInternetAndIsTheSameEachTime) {
    const Nexthop nexthops[] = {over(1), over(2)};
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        const auto routes = full_table(family, 20'000, 7, nexthops);
        const auto again = full_table(family, 20'000, 7, nexthops);
        std::map<unsigned, unsigned> lengths;
        for (std::size_t i = 0; i < routes.size(); ++i) {
            ASSERT_EQ(routes[i].prefix, again[i].prefix);
            ++lengths[routes[i].prefix.length];
        }
        EXPECT_GT(lengths[is_v4(family) ? 24 : 48], 9'000u);
        Table table(family);
        EXPECT_EQ(table.insert_all(routes), routes.size());
        for (const auto& a : destinations_in(routes, 1000, 3)) EXPECT_NE(table.find(a), nullptr);
    }
}

}  // namespace
}  // namespace gatehouse::route

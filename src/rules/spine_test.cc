#include "rules/spine.h"

#include <gtest/gtest.h>
#include <random>

namespace gatehouse::rules {
namespace {

using Generator = std::minstd_rand;

std::uint32_t pick(Generator& g, std::uint32_t below) { return static_cast<std::uint32_t>(g() >> 8) % below; }

// Few values, so that packets and rules meet often.
Packed random_packed(Generator& g, bool v6, unsigned variety) {
    Packed p;
    const auto address = [&](AddressSelector& s) {
        if (pick(g, 3) == 0) return;
        s.mask = prefix_mask(pick(g, 4) == 0 ? pick(g, v6 ? 129 : 33) : v6 ? 128 : 32);
        if (pick(g, 10) == 0) s.mask.words[0] = 0xff00ff00;
        s.address = {{0x0a000000 + pick(g, variety), 0, 0, v6 ? pick(g, variety) : 0}};
        s.address = s.address & s.mask;
    };
    const auto range = [&](PortRange& r) {
        if (pick(g, 2) == 0) return;
        r.low = static_cast<std::uint16_t>(pick(g, variety));
        r.high = static_cast<std::uint16_t>(pick(g, 3) == 0 ? r.low + pick(g, 40000) : r.low);
    };
    address(p.source);
    address(p.destination);
    if (pick(g, 4) == 0) p.in = static_cast<std::uint16_t>(pick(g, 3));
    if (pick(g, 4) == 0) p.out = static_cast<std::uint16_t>(pick(g, 3));
    if (pick(g, 2) == 0) p.protocol = pick(g, 2) == 0 ? 6 : 17;
    range(p.sport);
    range(p.dport);
    p.never = pick(g, 30) == 0;
    p.exact = pick(g, 2) == 0;
    return p;
}

struct Sample {
    Packet packet;
    Services services;
    InterfaceId in, out;
    PacketKey key() {
        Context context(packet, services, Hook::prerouting, in, out);
        return key_of(context);
    }
};

Sample random_packet(Generator& g, bool v6, unsigned variety) {
    Sample s{.in = static_cast<InterfaceId>(pick(g, 3)),
             .out = pick(g, 2) == 0 ? InterfaceId::none : static_cast<InterfaceId>(pick(g, 3))};
    Flat& f = s.packet.flat;
    f.family = v6 ? Family::ipv6 : Family::ipv4;
    f.source = {{0x0a000000 + pick(g, variety), 0, 0, v6 ? pick(g, variety) : 0}};
    f.destination = {{0x0a000000 + pick(g, variety), 0, 0, v6 ? pick(g, variety) : 0}};
    f.protocol = pick(g, 2) == 0 ? 6 : 17;
    f.transport = pick(g, 4) == 0 ? Transport::fragment : Transport::whole;
    if (v6 && pick(g, 8) == 0) {  // the extension headers break off
        f.transport = Transport::truncated;
        f.protocol = wire::protocol::destination_options;
    }
    f.sport = static_cast<std::uint16_t>(pick(g, variety));
    f.dport = static_cast<std::uint16_t>(pick(g, variety));
    return s;
}

// The meaning of packed selectors.
bool passes(const Packed& p, const Sample& s) {
    const Flat& f = s.packet.flat;
    if (p.never || !p.source.matches(f.source) || !p.destination.matches(f.destination)) return false;
    if ((p.in != Packed::any_interface && p.in != index(s.in)) ||
        (p.out != Packed::any_interface && p.out != index(s.out)))
        return false;
    if (p.protocol != 0 && p.protocol != f.protocol && !f.extensions_broken()) return false;
    return f.transport != Transport::whole || (p.sport.contains(f.sport) && p.dport.contains(f.dport));
}

struct Model {
    RuleHandle handle;
    Packed packed;
};

struct Case {
    std::string name;
    bool v6;
    unsigned variety;
};

class SpinePrograms : public ::testing::TestWithParam<Case> {};

std::vector<RuleHandle> walk(const Spine& spine, const PacketKey& key) {
    std::vector<RuleHandle> met;
    Spine::Cursor cursor;
    while (const RuleNode* node = spine.next(cursor, key)) met.push_back(node->handle);
    // Some or all of the open ones first: the same.
    for (const unsigned most : {1u, chunk_rules}) {
        std::vector<RuleHandle> again;
        Spine::Cursor other;
        for (unsigned i = 0; i < most; ++i) {
            const RuleNode* const node = spine.next_open(other);
            if (node == nullptr) break;
            again.push_back(node->handle);
        }
        while (const RuleNode* node = spine.next(other, key)) again.push_back(node->handle);
        EXPECT_EQ(again, met);
    }
    return met;
}

void compare_order(const std::vector<Model>& model, const Spine& spine) {
    ASSERT_EQ(spine.size(), model.size());
    std::size_t at = 0;
    spine.for_each([&](const RuleNode& node) {
        ASSERT_LT(at, model.size());
        EXPECT_EQ(node.handle, model[at].handle);
        EXPECT_EQ(node.exact, model[at].packed.exact);
        EXPECT_EQ(spine.position(node.handle), at);
        EXPECT_EQ(spine.at(at).handle, node.handle);
        ++at;
    });
    EXPECT_EQ(at, model.size());
}

// Every version of the walk meets the rules that the definition admits, in order.
TEST_P(SpinePrograms, WalksAndOrderAreThoseOfAPlainList) {
    const auto& [name, v6, variety] = GetParam();
    Generator g(1);
    std::vector<Spine> spines;
    for (const auto& version : scan_versions()) spines.emplace_back(version.scan);
    std::vector<Model> model;
    RuleHandle handle = 1;
    for (int round = 0; round < 60; ++round) {
        const unsigned changes = round % 10 == 0 ? 400 : 20;
        // It grows for a while, then shrinks.
        const bool growing = round % 20 < 12;
        for (unsigned i = 0; i < changes; ++i) {
            const auto size = static_cast<std::uint32_t>(model.size());
            const std::uint32_t what = pick(g, 10);
            const Model fresh{handle++, random_packed(g, v6, variety)};
            const std::uint32_t at = pick(g, size + 1);
            if (size == 0 || (growing ? what < 7 : what < 2)) {
                const std::uint32_t to = what % 2 == 0 ? size : at;
                for (auto& s : spines) s.insert(to, RuleNode{.handle = fresh.handle}, fresh.packed);
                model.insert(model.begin() + to, fresh);
            } else if (what == 9 && at < size) {
                for (auto& s : spines) {
                    const auto old = s.replace(at, Spine::make({.handle = fresh.handle}), fresh.packed);
                    EXPECT_EQ(old.key(), model[at].handle);
                }
                model[at] = fresh;
            } else if (at < size) {
                for (auto& s : spines) EXPECT_EQ(s.remove(at).key(), model[at].handle);
                model.erase(model.begin() + at);
            }
        }
        compare_order(model, spines[0]);  // while a chunk is open, too
        for (auto& s : spines) s.settle();
        for (auto& s : spines) compare_order(model, s);
        for (int packets = 0; packets < 50; ++packets) {
            Sample sample = random_packet(g, v6, variety);
            std::vector<RuleHandle> expected;
            for (const auto& m : model) {
                if (passes(m.packed, sample)) expected.push_back(m.handle);
            }
            for (std::size_t s = 0; s < spines.size(); ++s) {
                ASSERT_EQ(walk(spines[s], sample.key()), expected) << scan_versions()[s].name;
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Families, SpinePrograms,
                         ::testing::Values(Case{"v4", false, 3}, Case{"v6", true, 3},
                                           Case{"v4_varied", false, 2000}, Case{"v6_varied", true, 2000}),
                         [](const auto& test) { return test.param.name; });

TEST(Spine, MovesWithItsRules) {
    Spine a;
    for (RuleHandle h = 1; h <= 200; ++h) a.insert(a.size(), RuleNode{.handle = h}, Packed{});
    Spine b = std::move(a);
    b.settle();
    EXPECT_EQ(b.size(), 200u);
    EXPECT_EQ(b.position(150), 149u);
    EXPECT_FALSE(b.position(201));
    EXPECT_EQ(a.size(), 0u);
}

TEST(OrderIndex, FindsWhatManyInsertionsAndErasuresLeave) {
    Generator g(2);
    std::vector<std::unique_ptr<Leaf>> leaves;
    OrderIndex tree;
    for (int i = 0; i < 20000; ++i) {
        const auto at = pick(g, static_cast<std::uint32_t>(leaves.size()) + 1);
        if (i % 5 == 4 && at < leaves.size()) {
            tree.erase(leaves[at].get());
            leaves.erase(leaves.begin() + at);
            continue;
        }
        auto leaf = std::make_unique<Leaf>();
        leaf->weight = 1 + pick(g, 9);
        if (at == 0 && !leaves.empty()) continue;
        tree.insert_after(at == 0 ? nullptr : leaves[at - 1].get(), leaf.get());
        leaves.insert(leaves.begin() + at, std::move(leaf));
    }
    std::size_t before = 0;
    for (const auto& leaf : leaves) {
        ASSERT_EQ(tree.position(leaf.get()), before);
        const auto [found, offset] = tree.find(before + leaf->weight - 1);
        ASSERT_EQ(found, leaf.get());
        ASSERT_EQ(offset, leaf->weight - 1);
        before += leaf->weight;
    }
    EXPECT_EQ(tree.size(), before);
    while (!leaves.empty()) {
        const auto at = pick(g, static_cast<std::uint32_t>(leaves.size()));
        tree.erase(leaves[at].get());
        leaves.erase(leaves.begin() + at);
    }
    EXPECT_EQ(tree.size(), 0u);
    EXPECT_EQ(tree.first(), nullptr);
}

}  // namespace
}  // namespace gatehouse::rules

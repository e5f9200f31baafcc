#include "iptables/restore.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "iptables/save.h"

namespace gatehouse::iptables {
namespace {

constexpr std::string_view heads = ":INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n";

std::string filter(std::string_view lines) {
    return "*filter\n" + std::string(heads) + std::string(lines) + "COMMIT\n";
}

struct Saved {
    std::string name;
    Family family;
    std::string given, saved;  // between the chains' heads and COMMIT
};
class SavedAs : public testing::TestWithParam<Saved> {};

TEST_P(SavedAs, TheKernelsToolsHaveIt) {
    const auto& c = GetParam();
    const auto ruleset = read_restore(filter(c.given), "rules", c.family);
    ASSERT_TRUE(ruleset) << ruleset.error().text();
    EXPECT_EQ(save(ruleset->tables(), false), filter(c.saved));
}

constexpr Family v4 = Family::ipv4, v6 = Family::ipv6;
INSTANTIATE_TEST_SUITE_P(
    Restore, SavedAs,
    testing::Values(
        Saved{"short_addresses", v4, "-A INPUT -s 10/8 -d 10.1\n", "-A INPUT -s 10.0.0.0/8 -d 10.1.0.0/32\n"},
        Saved{"odd_mask", v4, "-A INPUT -s 10.0.0.1/255.0.255.0\n", "-A INPUT -s 10.0.0.0/255.0.255.0\n"},
        Saved{"odd_mask_v6", v6, "-A INPUT -s 2001:db8::1/ffff::ffff\n", "-A INPUT -s 2001::1/ffff::ffff\n"},
        Saved{"not_any", v4, "-A INPUT ! -s 0/0\n", "-A INPUT ! -s 0.0.0.0/0\n"},
        Saved{"lists", v4, "-A INPUT -s 1.1.1.1,2.2.2.2 -d 3.3.3.3\n",
              "-A INPUT -s 1.1.1.1/32 -d 3.3.3.3/32\n-A INPUT -s 2.2.2.2/32 -d 3.3.3.3/32\n"},
        Saved{"inserted_lists_turn_round", v4, "-I INPUT -s 1.1.1.1,2.2.2.2\n",
              "-A INPUT -s 2.2.2.2/32\n-A INPUT -s 1.1.1.1/32\n"},
        Saved{"order_of_selectors", v4, "-A FORWARD -f ! -p 47 -o b+ ! -i a -j ACCEPT\n",
              "-A FORWARD ! -i a -o b+ ! -p gre -f -j ACCEPT\n"},
        Saved{"match_of_protocol", v6, "-A INPUT -p tcp --dport 80 -j DROP\n",
              "-A INPUT -p tcp -m tcp --dport 80 -j DROP\n"},
        Saved{"beginning_of_an_option", v4, "-A INPUT --sou 1.1.1.1 -p tcp --source-p 80\n",
              "-A INPUT -s 1.1.1.1/32 -p tcp -m tcp --sport 80\n"},
        Saved{"quotation", v4, "-A INPUT -m comment --comment \"a \\\"b\\\"\"\n",
              "-A INPUT -m comment --comment \"a \\\"b\\\"\"\n"},
        Saved{"commands", v4,
              "-A INPUT -j DROP\n-A INPUT -j ACCEPT\n-D INPUT -j DROP\n-R INPUT 1 -j RETURN\n",
              "-A INPUT -j RETURN\n"},
        Saved{"carriage_returns", v4, "-A INPUT -j DROP\r\n", "-A INPUT -j DROP\n"},
        Saved{"other_family", v4, "-6 -A INPUT -s ::1\n", ""}),
    [](const auto& p) { return p.param.name; });

struct Refused {
    std::string name, line;
    int column;
    std::string says;
};
class RefusedAt : public testing::TestWithParam<Refused> {};

TEST_P(RefusedAt, LineAndColumn) {
    const auto& c = GetParam();
    const auto ruleset = read_restore(filter(c.line + "\n"), "rules", v4);
    ASSERT_FALSE(ruleset);
    EXPECT_EQ(ruleset.error().place.line, 5);
    EXPECT_EQ(ruleset.error().place.column, c.column);
    EXPECT_THAT(ruleset.error().text(), testing::HasSubstr(c.says));
}

INSTANTIATE_TEST_SUITE_P(
    Restore, RefusedAt,
    testing::Values(Refused{"misspelt_option", "-A INPUT -p tcp --dpotr 80", 17, "did you mean `--dport`?"},
                    Refused{"option_without_protocol", "-A INPUT --dport 80", 10,
                            "`-p tcp` or `-p udp` before it"},
                    Refused{"unknown_match", "-A INPUT -m nosuch", 13, "there is no match `nosuch` here yet"},
                    Refused{"unknown_target", "-A INPUT -j nosuch", 13, "there is no chain `nosuch`"},
                    Refused{"host_name", "-A INPUT -s localhost", 13, "names of hosts aren't looked up"},
                    Refused{"long_interface", "-A INPUT -i abcdefghijklmnop", 13, "at most 15"},
                    Refused{"inverted_list", "-A INPUT ! -s 1.1.1.1,2.2.2.2", 10, "not allowed with a list"},
                    Refused{"missing_chain", "-A INPTU -j DROP", 1, "did you mean `INPUT`?"},
                    Refused{"open_quotation", "-A INPUT -m comment --comment \"a", 31, "no closing"},
                    Refused{"table_option", "-A INPUT -t nat", 10, "can't be used in iptables-restore text"},
                    Refused{"out_of_input", "-A INPUT -o eth0", 1, "Can't use -o with INPUT"}),
    [](const auto& p) { return p.param.name; });

TEST(Restore, NeedsCommit) {
    const auto ruleset = read_restore("*filter\n:INPUT ACCEPT [0:0]\n", "rules", v4);
    ASSERT_FALSE(ruleset);
    EXPECT_THAT(ruleset.error().text(), testing::HasSubstr("COMMIT expected"));
}

TEST(Restore, NotrackMeansRaw) {
    const auto ruleset = read_restore("*notrack\nCOMMIT\n", "rules", v4);
    ASSERT_TRUE(ruleset);
    EXPECT_NE(ruleset->tables().find("raw"), nullptr);
}

// Each rule of a list is checked: what one check makes of the options is no news to the next.
TEST(Restore, ChecksTheRulesOfAListAlike) {
    const auto saved = [](std::string_view options) {
        const std::string chains =
            ":PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n"
            ":OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n";
        const auto ruleset = read_restore(
            fmt::format("*mangle\n{}-A INPUT -s 1.1.1.1,2.2.2.2 -p tcp -j ECN {}\nCOMMIT\n", chains, options),
            "rules", v4);
        return ruleset ? save(ruleset->tables(), false) : ruleset.error().text();
    };
    for (const char* const options : {"--ecn-ip-ect 2 --ecn-tcp-ece 0 --ecn-tcp-cwr 0",
                                      "--ecn-tcp-ece 0 --ecn-tcp-cwr 0 --ecn-ip-ect 2"}) {
        for (const char* const source : {"1.1.1.1", "2.2.2.2"}) {
            const auto rule = fmt::format(
                "-A INPUT -s {}/32 -p tcp -j ECN --ecn-tcp-ece 0 --ecn-tcp-cwr 0 --ecn-ip-ect 2\n", source);
            EXPECT_THAT(saved(options), testing::HasSubstr(rule)) << options;
        }
    }
    EXPECT_THAT(saved("--ecn-ip-ect 2 --ecn-tcp-remove"),
                testing::HasSubstr("-A INPUT -s 2.2.2.2/32 -p tcp -j ECN --ecn-tcp-remove\n"));
}

TEST(Restore, WithoutFlushAddsToWhatIsThere) {
    auto ruleset = read_restore(filter("-N x\n-A x -j DROP\n"), "rules", v4);
    ASSERT_TRUE(ruleset);
    rules::Change change(*ruleset);
    const auto more =
        std::make_shared<rules::Source>(rules::Source{"more", "*filter\n-A INPUT -j x\nCOMMIT\n"});
    const auto done = restore(more, change, {.no_flush = true});
    ASSERT_TRUE(done) << done.error().text();
    ASSERT_TRUE(change.keep());
    EXPECT_THAT(save(ruleset->tables(), false), testing::HasSubstr("-A INPUT -j x\n-A x -j DROP\n"));
}

}  // namespace
}  // namespace gatehouse::iptables

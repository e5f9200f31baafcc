#include "frontend/scenario/debug_table.h"

#include <gtest/gtest.h>

namespace gatehouse::frontend::scenario {
namespace {

constexpr std::string_view filter = R"(*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
[0:0] -A FORWARD -j DROP
COMMIT
)";

std::string both_apart(std::string_view text) {
    const auto made = debug_into_raw(text, Family::ipv4);
    return made ? debug_out_of_raw(made->text, made->holds) : made.error().text();
}

TEST(DebugTable, LeavesARulesetWithoutItAlone) {
    const auto made = debug_into_raw("*raw\n-I PREROUTING -j TRACE\nCOMMIT\n", Family::ipv4);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->text, "*raw\n-I PREROUTING -j TRACE\nCOMMIT\n");
    EXPECT_EQ(made->holds, RawHolds::raw);
    EXPECT_EQ(debug_out_of_raw("*raw\nCOMMIT\n", made->holds), "*raw\nCOMMIT\n");
}

TEST(DebugTable, TakesThePlaceOfRawWhereThereIsNone) {
    const std::string debug =
        "*debug\n:PREROUTING DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n[0:0] -A OUTPUT -j TRACE\nCOMMIT\n";
    const auto made = debug_into_raw(debug + std::string(filter), Family::ipv4);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->text, "*raw" + debug.substr(6) + std::string(filter));
    EXPECT_EQ(debug_out_of_raw(made->text, made->holds), debug + std::string(filter));
}

TEST(DebugTable, StandsBeforeTheRulesOfRaw) {
    const auto made = debug_into_raw(R"(*debug
:PREROUTING DROP [0:0]
:OUTPUT ACCEPT [0:0]
:mine - [0:0]
[0:0] -A PREROUTING -p udp -j TRACE
[0:0] -A PREROUTING -p udp -j ACCEPT
[0:0] -A PREROUTING -p tcp -m comment --comment "not -j ACCEPT"
[0:0] -A PREROUTING -p tcp -j RETURN
[0:0] -A PREROUTING -j mine
[0:0] -A mine -j RETURN
COMMIT
*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
[0:0] -A PREROUTING -j NOTRACK
COMMIT
)",
                                     Family::ipv4);
    ASSERT_TRUE(made) << made.error().text();
    EXPECT_EQ(made->text, R"(*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:debug-PREROUTING - [0:0]
:debug-PREROUTING-policy - [0:0]
:debug-OUTPUT - [0:0]
:debug-OUTPUT-policy - [0:0]
:debug-mine - [0:0]
-A PREROUTING -j debug-PREROUTING
-A OUTPUT -j debug-OUTPUT
[0:0] -A PREROUTING -j NOTRACK
[0:0] -A debug-PREROUTING -p udp -j TRACE
[0:0] -A debug-PREROUTING -p udp -j RETURN
[0:0] -A debug-PREROUTING -p tcp -m comment --comment "not -j ACCEPT"
[0:0] -A debug-PREROUTING -p tcp -g debug-PREROUTING-policy
[0:0] -A debug-PREROUTING -j debug-mine
[0:0] -A debug-mine -j RETURN
-A debug-PREROUTING -g debug-PREROUTING-policy
-A debug-PREROUTING-policy -j DROP
-A debug-OUTPUT -g debug-OUTPUT-policy
-A debug-OUTPUT-policy -j RETURN
COMMIT
)");
    EXPECT_EQ(made->holds, RawHolds::both);
}

TEST(DebugTable, IsFoundAgainInWhatTheKernelSaves) {
    EXPECT_EQ(debug_out_of_raw(R"(*raw
:PREROUTING ACCEPT [9:900]
:OUTPUT ACCEPT [0:0]
:debug-PREROUTING - [0:0]
:debug-PREROUTING-policy - [0:0]
[7:70] -A PREROUTING -j debug-PREROUTING
[6:60] -A PREROUTING -j CT --notrack
[5:50] -A debug-PREROUTING -p udp -j TRACE
[4:40] -A debug-PREROUTING -g debug-PREROUTING-policy
[3:30] -A debug-PREROUTING-policy -j DROP
COMMIT
)",
                               RawHolds::both),
              R"(*debug
:PREROUTING DROP [3:30]
[5:50] -A PREROUTING -p udp -j TRACE
COMMIT
*raw
:PREROUTING ACCEPT [9:900]
:OUTPUT ACCEPT [0:0]
[6:60] -A PREROUTING -j CT --notrack
COMMIT
)");
}

TEST(DebugTable, SaysWhatTheKernelCannotHave) {
    const std::string head = "*raw\nCOMMIT\n*debug\n:mine - [0:0]\n";
    EXPECT_NE(both_apart(head + "-A mine -j ACCEPT\nCOMMIT\n").find("ACCEPT in a user chain"),
              std::string::npos);
    EXPECT_NE(both_apart(head + "-A PREROUTING -g mine\nCOMMIT\n").find("`-g` in a base chain"),
              std::string::npos);
}

}  // namespace
}  // namespace gatehouse::frontend::scenario

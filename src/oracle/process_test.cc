#include "oracle/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gatehouse::oracle {
namespace {

using testing::HasSubstr;

TEST(Process, GivesInputAndTakesBothOutputs) {
    const std::string big(300'000, 'x');  // more than a pipe holds
    const auto finished = launch({.argv = {"sh", "-c", "cat; echo sorry >&2; exit 3"}, .input = big});
    ASSERT_TRUE(finished) << finished.error().text();
    EXPECT_EQ(finished->status, 3);
    EXPECT_EQ(finished->output, big);
    EXPECT_EQ(finished->errors, "sorry\n");
}

TEST(Process, TakesWordsAsTheyAre) {
    EXPECT_EQ(run_tool({.argv = {"printf", "%s", "a b;$HOME"}}).value(), "a b;$HOME");
}

TEST(Process, OverridesTheEnvironment) {
    EXPECT_EQ(run_tool({.argv = {"sh", "-c", "echo $HOME"}, .environment = {"HOME=here"}}).value(), "here\n");
}

TEST(Process, CarriesTheToolsWords) {
    const auto result = run_tool({.argv = {"sh", "-c", "echo no such chain >&2; exit 2"}});
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().text(), HasSubstr("failed (2): no such chain"));
}

TEST(Process, NamesAMissingProgram) {
    const auto result = run_tool({.argv = {"no-such-program-here"}});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().text(), "`no-such-program-here` is not installed");
    EXPECT_FALSE(find_program("/no/such/program"));
    EXPECT_FALSE(launch({}));
}

TEST(Process, ReportsASignal) { EXPECT_EQ(launch({.argv = {"sh", "-c", "kill -9 $$"}})->status, 128 + 9); }

TEST(Process, KillsWhatDoesNotEnd) {
    const auto result = run_tool({.argv = {"sleep", "30"}, .timeout = std::chrono::milliseconds(50)});
    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().text(), HasSubstr("did not end within 50 ms"));
}

}  // namespace
}  // namespace gatehouse::oracle

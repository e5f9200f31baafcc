#include "track/proto/tcp.h"

#include <gtest/gtest.h>

#include "track/proto/tcp_cases.h"
#include "track/proto/tcp_testing.h"

namespace gatehouse::track::tcp::testing {
namespace {

// Sends the script's segments, and holds what becomes of each against what the line says.
void run(Flow& flow, const Case& script) {
    for (const std::string_view line : script.lines) {
        const auto equals = line.find(" = ");
        if (equals == std::string_view::npos) {
            std::istringstream words{std::string(line)};
            std::string what;
            std::uint32_t value = 0;
            words >> what >> value;
            flow.set(what, value);
            continue;
        }
        EXPECT_EQ(flow.send(sent_of(line)).text(), line.substr(equals + 3)) << script.name << ": " << line;
    }
}

TEST(Tcp, Cases) {
    for (const Case& script : cases_of(case_text)) {
        Flow flow;
        run(flow, script);
    }
}

}  // namespace
}  // namespace gatehouse::track::tcp::testing

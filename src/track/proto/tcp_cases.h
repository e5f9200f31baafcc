// What TCP tracking must do, clause by clause, as scripts (tcp_testing.h). The unit tests run them, and
// gatehouse-tcp --cases runs them through the real kernel, which proves that they are true.
#pragma once
#include <string_view>
#include <vector>

namespace gatehouse::track::tcp::testing {

struct Case {
    std::string_view name;
    std::vector<std::string_view> lines;
};

inline const std::vector<Case>& cases() {
    static const std::vector<Case> all{
        {"open, data, close",
         {"> S 100 w5000 = NEW SYN_SENT 120", "< SA 500 a101 w5000 = ESTABLISHED SYN_RECV 60",
          "> A 101 a501 w5000 = ESTABLISHED ESTABLISHED 432000 assured",
          "> PA 101 a501 l100 w5000 = ESTABLISHED ESTABLISHED 300 assured",
          "< A 501 a201 w5000 = ESTABLISHED ESTABLISHED 432000 assured",
          "> FA 201 a501 w5000 = ESTABLISHED FIN_WAIT 120 assured",
          "< A 501 a202 w5000 = ESTABLISHED CLOSE_WAIT 60 assured",
          "< FA 501 a202 w5000 = ESTABLISHED LAST_ACK 30 assured",
          "> A 202 a502 w5000 = ESTABLISHED TIME_WAIT 120 assured"}},
    };
    return all;
}

}  // namespace gatehouse::track::tcp::testing

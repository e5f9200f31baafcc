// Runs a scenario and says what wasn't as it expects. One thread's.
#pragma once
#include <string>
#include <vector>

#include "frontend/scenario/peer.h"

namespace gatehouse::frontend::scenario {

enum class Status : std::uint8_t { passed, failed, skipped };

struct Report {
    std::string file;
    Status status = Status::passed;
    std::string text;  // what failed, or why it was skipped
    double seconds = 0;
};

// An error means that the file couldn't be run: rules or a network that can't be taken.
Result<Report> run_scenario(const Scenario& scenario, Peer& peer, bool verbose);

std::string junit(const std::vector<Report>& reports, std::string_view suite);
std::string tap(const std::vector<Report>& reports);

}  // namespace gatehouse::frontend::scenario

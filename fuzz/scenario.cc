// Scenario files of any text: read or refused with a place, and those that can be read are run on the engine,
// every frame that they make being read back as fields.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "frontend/scenario/run.h"

namespace {

using namespace gatehouse;
using namespace gatehouse::frontend::scenario;

constexpr std::uint64_t most_packets = 200;  // of a scenario that is run

void expect(bool fine) {
    if (!fine) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto scenario = parse_scenario({reinterpret_cast<const char*>(data), size}, "fuzz.gh");
    if (!scenario) {
        expect(!scenario.error().text().empty() && !scenario.error().place.file.empty());
        return 0;
    }
    std::uint64_t packets = 0;
    for (const auto& step : scenario->steps) {
        const auto* const arrival = std::get_if<Arrival>(&step.what);
        if (arrival == nullptr) continue;
        packets += arrival->times;
        const auto frame = build_frame(arrival->packet);
        expect(frame.has_value());
        decode_frame(*frame);
        decode_frame(*frame, true);
    }
    if (packets > most_packets) return 0;
    const auto peer = make_engine_peer(scenario->network);
    if (!peer) return 0;
    const auto report = run_scenario(*scenario, **peer, true);
    if (report) expect(report->status == Status::passed || !report->text.empty());
    return 0;
}

// Writes a generated day of traffic as a capture, and tells the truth about it: what a study should find.
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "day.h"
#include "io/pcapng_writer.h"

namespace {

using namespace gatehouse;

void tell_truth(double share) {
    using study_day::Phase;
    fmt::print(R"({{"share":{},"halfclose":{:.3f},"established":{:.3f}}})"
               "\n",
               share, study_day::true_timeout(Phase::half_closed, share),
               study_day::true_timeout(Phase::established, share));
}

}  // namespace

int main(int argc, char** argv) {
    std::uint64_t seed = 1;
    std::uint32_t connections = 40'000;
    std::vector<double> shares, timeouts;
    std::string path;
    CLI::App app(
        "Writes a generated day of TCP traffic whose true distributions are known (tests/study/day.h).",
        "gatehouse-day");
    app.add_option("--seed", seed, "of the generator");
    app.add_option("--connections", connections, "how many")->check(CLI::Range(1, 10'000'000));
    app.add_option("--truth", shares,
                   "tell the timeouts that truly break this share (0.0001 is 0.01 %); nothing is written");
    app.add_option("--broken", timeouts,
                   "tell the shares that this timeout truly breaks; nothing is written");
    app.add_option("OUT", path, "the pcapng file to write");
    CLI11_PARSE(app, argc, argv);
    for (const double share : shares) tell_truth(share);
    for (const double timeout : timeouts)
        fmt::print(R"({{"timeout":{},"halfclose":{:.8f},"established":{:.8f}}})"
                   "\n",
                   timeout, study_day::true_share(study_day::Phase::half_closed, timeout),
                   study_day::true_share(study_day::Phase::established, timeout));
    if (path.empty()) return 0;
    auto writer = io::PcapngWriter::create(path, {.application = "gatehouse-day"});
    if (!writer) {
        fmt::print(stderr, "{}\n", writer.error().text());
        return 2;
    }
    writer->add_interface({.name = "day"});
    study_day::make_day(seed, connections,
                        [&](Time time, Bytes frame) { writer->write({.time = time, .bytes = frame}); });
    if (auto closed = writer->close(); !closed) {
        fmt::print(stderr, "{}\n", closed.error().text());
        return 2;
    }
    return 0;
}

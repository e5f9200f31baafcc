// gatehouse test: scenario files against the engine or the kernel.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>

#include "frontend/scenario/run.h"
#include "frontend/tool/arguments.h"
#include "frontend/tool/tool.h"

namespace gatehouse::frontend {

namespace {

using namespace scenario;

struct Options {
    std::vector<std::string> paths;
    std::string against = "engine", tool = "legacy", junit_file;
    bool tap_output = false, verbose = false;
    bool kernel() const { return against == "kernel"; }
    oracle::Tool kernel_tool() const {
        return tool == "nft" ? oracle::Tool::iptables_nft : oracle::Tool::iptables_legacy;
    }
};

// Files as given; of a folder, every *.gh in it and below, sorted.
Result<std::vector<std::string>> files_of(const std::vector<std::string>& paths) {
    namespace fs = std::filesystem;
    std::vector<std::string> files;
    for (const auto& path : paths) {
        std::error_code error;
        if (!fs::is_directory(path, error)) {
            files.push_back(path);
            continue;
        }
        std::vector<std::string> found;
        for (const auto& entry : fs::recursive_directory_iterator(path, error)) {
            if (entry.path().extension() == ".gh") found.push_back(entry.path().string());
        }
        if (error) return fail(fmt::format("can't read folder `{}`: {}", path, error.message()));
        if (found.empty()) return fail(fmt::format("there is no *.gh file in `{}`", path));
        std::ranges::sort(found);
        files.insert(files.end(), found.begin(), found.end());
    }
    return files;
}

Result<Report> run_file(const std::string& file, const Options& options) {
    auto scenario = read_scenario(file);
    if (!scenario) return std::unexpected(scenario.error());
    if (options.kernel() && !scenario->only_gatehouse.empty())
        return Report{file, Status::skipped, "only gatehouse: " + scenario->only_gatehouse};
    const auto start = std::chrono::steady_clock::now();
    const auto once = [&]() -> Result<Report> {
        auto peer = options.kernel() ? make_kernel_peer(scenario->network, options.kernel_tool())
                                     : make_engine_peer(scenario->network);
        if (!peer) return std::unexpected(peer.error());
        return run_scenario(*scenario, **peer, options.verbose);
    };
    auto report = once();
    // A busy machine may keep the kernel from answering in time; that says nothing about the scenario.
    if (!report && options.kernel()) report = once();
    if (!report && report.error().place.file.empty()) {
        Error error = report.error();
        error.place.file = file;
        return std::unexpected(std::move(error));
    }
    if (report)
        report->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return report;
}

void show(const Report& report, const Options& options) {
    if (options.tap_output) return;
    if (report.status == Status::failed)
        fmt::print("failed: {}{}\n{}", report.file, options.kernel() ? " (the kernel disagrees)" : "",
                   report.text);
    if (report.status == Status::skipped) fmt::print("skipped: {} ({})\n", report.file, report.text);
    if (report.status == Status::passed && options.verbose)
        fmt::print("passed: {}\n{}", report.file, report.text);
}

int finish(const std::vector<Report>& reports, const Options& options) {
    if (!options.junit_file.empty()) {
        std::ofstream out(options.junit_file, std::ios::binary);
        out << junit(reports, options.kernel() ? "scenarios.kernel" : "scenarios.engine");
        if (!out.flush()) return refuse({.what = fmt::format("can't write `{}`", options.junit_file)});
    }
    if (options.tap_output) fmt::print("{}", tap(reports));
    const auto count = [&](Status status) { return std::ranges::count(reports, status, &Report::status); };
    fmt::print("{}{} passed, {} failed, {} skipped\n", options.tap_output ? "# " : "", count(Status::passed),
               count(Status::failed), count(Status::skipped));
    return count(Status::failed) > 0 ? 1 : 0;
}

}  // namespace

int run_test(int argc, char** argv) {
    Options options;
    CLI::App app(
        "Runs scenario files (doc/scenarios.md). Exit codes: 0 all passed, 1 some failed, 2 bad usage "
        "or a file that can't be run.",
        "gatehouse test");
    app.add_option("PATH", options.paths, "scenario files, or folders with *.gh files")
        ->required()
        ->type_name("FILE|FOLDER");
    app.add_option("--against", options.against, "engine (virtual time), or kernel (needs root)")
        ->check(CLI::IsMember({"engine", "kernel"}));
    app.add_option("--tool", options.tool, "with --against kernel: iptables-legacy or iptables-nft")
        ->check(CLI::IsMember({"legacy", "nft"}));
    app.add_option("--junit", options.junit_file, "write the results as JUnit XML")->type_name("FILE");
    app.add_flag("--tap", options.tap_output, "print the results as TAP");
    app.add_flag("-v,--verbose", options.verbose, "show every file, and every packet's walk");
    if (const auto end = read_arguments(app, argc, argv)) return *end;
    if (options.kernel()) {
        if (auto there = oracle::Kernel::available(options.kernel_tool()); !there)
            return refuse(there.error());
    }
    const auto files = files_of(options.paths);
    if (!files) return refuse(files.error());
    std::vector<Report> reports;
    int bad = 0;
    for (const auto& file : *files) {
        auto report = run_file(file, options);
        if (!report) {
            bad = refuse(report.error());
            report = Report{file, Status::failed, report.error().text()};
        } else {
            show(*report, options);
        }
        reports.push_back(std::move(*report));
    }
    const int status = finish(reports, options);
    return bad != 0 ? bad : status;
}

}  // namespace gatehouse::frontend

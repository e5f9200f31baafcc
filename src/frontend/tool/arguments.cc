#include "frontend/tool/arguments.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <string>
#include <vector>

#include "base/text.h"

namespace gatehouse::frontend {

namespace {

// The option nearest to the first word that looks like one and isn't.
std::string suggestion(const CLI::App& app, int argc, char** argv) {
    std::vector<std::string> known;
    for (const auto* option : app.get_options()) {
        for (const auto& name : option->get_lnames()) known.push_back("--" + name);
    }
    const std::vector<std::string_view> views(known.begin(), known.end());
    for (int i = 1; i < argc; ++i) {
        const std::string_view word =
            std::string_view(argv[i]).substr(0, std::string_view(argv[i]).find('='));
        if (!word.starts_with("--") || std::ranges::find(views, word) != views.end()) continue;
        return did_you_mean(word, views);
    }
    return {};
}

}  // namespace

std::optional<int> read_arguments(CLI::App& app, int argc, char** argv) {
    try {
        app.parse(argc, argv);
        return {};
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        const std::string hint = suggestion(app, argc, argv);
        fmt::print(stderr, "{}: {}{}{}\n`{} --help` tells more.\n", app.get_name(), error.what(),
                   hint.empty() ? "" : "; ", hint, app.get_name());
        return 2;
    }
}

int refuse(const Error& error) {
    fmt::print(stderr, "gatehouse: {}\n", error.text());
    return 2;
}

}  // namespace gatehouse::frontend

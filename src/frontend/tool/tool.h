// A command of the gatehouse program: one file of this folder each.
#pragma once
#include <span>
#include <string_view>

namespace gatehouse::frontend {

struct Tool {
    std::string_view name;
    std::string_view help;  // one line
    // argv[0] is the tool's name. Exit codes: 0 done, 1 done in part or found wanting, 2 bad usage or input.
    int (*run)(int argc, char** argv);
};

int run_replay(int argc, char** argv);
int run_explain(int argc, char** argv);
int run_study(int argc, char** argv);
int run_iptables4(int argc, char** argv);
int run_iptables6(int argc, char** argv);
int run_save4(int argc, char** argv);
int run_save6(int argc, char** argv);
int run_restore4(int argc, char** argv);
int run_restore6(int argc, char** argv);
int run_test(int argc, char** argv);
int run_extensions(int argc, char** argv);
int run_hooks(int argc, char** argv);
int run_bench(int argc, char** argv);

std::span<const Tool> all_tools();

}  // namespace gatehouse::frontend

#include "oracle/process.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/text.h"
#include "oracle/fd.h"

namespace gatehouse::oracle {
namespace {

// Files in memory rather than pipes: nothing can block, whatever the order in which the program reads and
// writes.
Result<Fd> memory_file(std::string_view content) {
    Fd file(memfd_create("gatehouse-process", MFD_CLOEXEC));
    if (!file.valid()) return fail(fmt::format("memfd_create: {}", std::strerror(errno)));
    while (!content.empty()) {
        const ssize_t n = ::write(file.get(), content.data(), content.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail(fmt::format("writing a program's input: {}", std::strerror(errno)));
        content.remove_prefix(static_cast<std::size_t>(n));
    }
    ::lseek(file.get(), 0, SEEK_SET);
    return file;
}

std::string content_of(const Fd& file) {
    std::string text;
    char piece[1 << 16];
    ::lseek(file.get(), 0, SEEK_SET);
    for (;;) {
        const ssize_t n = ::read(file.get(), piece, sizeof piece);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return text;
        text.append(piece, static_cast<std::size_t>(n));
    }
}

std::vector<std::string> merged_environment(const std::vector<std::string>& over) {
    std::vector<std::string> all = over;
    all.push_back("LC_ALL=C");
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view name =
            std::string_view(*entry).substr(0, std::string_view(*entry).find('=') + 1);
        bool replaced = false;
        for (const std::string& o : all) replaced |= o.starts_with(name);
        if (!replaced) all.emplace_back(*entry);
    }
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> out;
    for (std::string& w : words) out.push_back(w.data());
    out.push_back(nullptr);
    return out;
}

// Waits for the end of `pid`; kills it when it takes longer than `timeout`. False when it was killed.
bool wait_for(pid_t pid, std::chrono::milliseconds timeout, int& wait_status, rusage& used) {
    // By number: glibc 2.36 declares pidfd_open() without C linkage.
    const Fd handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    bool in_time = true;
    if (handle.valid()) {
        const auto end = std::chrono::steady_clock::now() + timeout;
        pollfd p{handle.get(), POLLIN, 0};
        int ready = -1;
        do {
            const auto left =
                std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
            ready = ::poll(&p, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
        } while (ready < 0 && errno == EINTR);
        if (ready == 0) {
            in_time = false;
            ::kill(pid, SIGKILL);
        }
    }
    while (::wait4(pid, &wait_status, 0, &used) < 0 && errno == EINTR) {
    }
    return in_time;
}

std::chrono::nanoseconds to_duration(const timeval& t) {
    return std::chrono::seconds(t.tv_sec) + std::chrono::microseconds(t.tv_usec);
}

std::string command_line(const std::vector<std::string>& argv) {
    return fmt::format("{}", fmt::join(argv, " "));
}

}  // namespace

std::optional<std::string> find_program(std::string_view program) {
    if (program.contains('/')) {
        if (::access(std::string(program).c_str(), X_OK) == 0) return std::string(program);
        return std::nullopt;
    }
    const char* path = std::getenv("PATH");
    const std::string folders =
        std::string(path != nullptr ? path : "") + ":/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin";
    for (std::string_view folder : split(folders, ':')) {
        if (folder.empty()) continue;
        std::string candidate = fmt::format("{}/{}", folder, program);
        if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    }
    return std::nullopt;
}

Result<Finished> launch(const Command& command) {
    if (command.argv.empty()) return fail("no program to run");
    const std::optional<std::string> path = find_program(command.argv[0]);
    if (!path) return fail(fmt::format("`{}` is not installed", command.argv[0]));
    auto in = memory_file(command.input);
    auto out = memory_file({});
    auto err = memory_file({});
    for (auto* file : {&in, &out, &err}) {
        if (!*file) return std::unexpected(file->error());
    }
    std::vector<std::string> words = command.argv;
    std::vector<std::string> environment = merged_environment(command.environment);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in->get(), 0);
    posix_spawn_file_actions_adddup2(&files, out->get(), 1);
    posix_spawn_file_actions_adddup2(&files, err->get(), 2);
    pid_t pid = -1;
    const auto started = std::chrono::steady_clock::now();
    const int failed = posix_spawn(&pid, path->c_str(), &files, nullptr, pointers(words).data(),
                                   pointers(environment).data());
    posix_spawn_file_actions_destroy(&files);
    if (failed != 0) return fail(fmt::format("starting {}: {}", *path, std::strerror(failed)));
    int wait_status = 0;
    rusage used{};
    if (!wait_for(pid, command.timeout, wait_status, used)) {
        return fail(fmt::format("`{}` did not end within {} ms", command_line(command.argv),
                                command.timeout.count()));
    }
    const auto ended = std::chrono::steady_clock::now();
    return Finished{
        .status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status),
        .output = content_of(*out),
        .errors = content_of(*err),
        .wall = ended - started,
        .cpu = to_duration(used.ru_utime) + to_duration(used.ru_stime),
    };
}

Result<Finished> succeed(const Command& command) {
    auto finished = launch(command);
    if (!finished || finished->status == 0) return finished;
    std::string words = finished->errors.empty() ? finished->output : finished->errors;
    while (!words.empty() && (words.back() == '\n' || words.back() == ' ')) words.pop_back();
    return fail(fmt::format("`{}` failed ({}): {}", command_line(command.argv), finished->status, words));
}

Result<std::string> run_tool(const Command& command) {
    auto finished = succeed(command);
    if (!finished) return std::unexpected(finished.error());
    return std::move(finished->output);
}

}  // namespace gatehouse::oracle

#include "iptables/ruleset_file.h"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <sys/file.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "base/read_all.h"
#include "iptables/restore.h"
#include "iptables/save.h"

namespace gatehouse::iptables {

namespace {

// A lock that somebody has is tried again so often.
constexpr std::chrono::milliseconds pause{10};

}  // namespace

RulesetLock::RulesetLock(RulesetLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
RulesetLock::~RulesetLock() {
    if (file_ >= 0) close(file_);
}

Result<std::optional<RulesetLock>> RulesetLock::take(const std::string& path, Patience patience) {
    using Clock = std::chrono::steady_clock;
    const std::string name = path + ".lock";
    RulesetLock lock(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    const auto failed = [&] { return fail(fmt::format("can't lock `{}`: {}", name, std::strerror(errno))); };
    if (lock.file_ < 0) return failed();
    const bool for_ever = patience && *patience == 0;
    const auto deadline = Clock::now() + std::chrono::seconds(patience.value_or(0));
    while (flock(lock.file_, for_ever ? LOCK_EX : LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) return failed();
        if (!for_ever && Clock::now() >= deadline) return std::optional<RulesetLock>{};
        if (!for_ever) std::this_thread::sleep_for(pause);
    }
    return std::optional(std::move(lock));
}

Result<RulesetFile> RulesetFile::read(const std::string& path, Family family) {
    RulesetFile file(path, family);
    if (access(path.c_str(), F_OK) != 0) return file;
    std::ifstream in(path, std::ios::binary);
    if (!in) return fail(fmt::format("can't read `{}`", path));
    auto read = read_restore(rules::Source{path, read_all(in)}, family);
    if (!read) return std::unexpected(std::move(read).error());
    file.ruleset = std::move(*read);
    return file;
}

Result<void> RulesetFile::write() const {
    const std::string fresh = fmt::format("{}.{}.new", path_, getpid());
    {
        std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
        save(ruleset.tables(), true, [&](std::string_view text) { out << text; });
        out.flush();
        if (!out) {
            unlink(fresh.c_str());
            return fail(fmt::format("can't write `{}`", fresh));
        }
    }
    if (rename(fresh.c_str(), path_.c_str()) != 0) {
        const std::string why = std::strerror(errno);
        unlink(fresh.c_str());
        return fail(fmt::format("can't replace `{}`: {}", path_, why));
    }
    return {};
}

Result<std::string> ruleset_path(const std::string& given, Family family) {
    if (!given.empty()) return given;
    if (!is_v4(family)) {
        if (const char* path = std::getenv("GATEHOUSE_RULESET6"); path != nullptr && *path != 0)
            return std::string(path);
    }
    const char* path = std::getenv("GATEHOUSE_RULESET");
    if (path == nullptr || *path == 0)
        return fail("which ruleset? give --ruleset FILE or set GATEHOUSE_RULESET");
    return is_v4(family) ? std::string(path) : std::string(path) + ".v6";
}

}  // namespace gatehouse::iptables

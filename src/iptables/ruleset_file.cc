#include "iptables/ruleset_file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

#include "iptables/restore.h"
#include "iptables/save.h"

namespace gatehouse::iptables {

RulesetFile::RulesetFile(std::string path, Family family, int lock)
    : ruleset(family), path_(std::move(path)), lock_(lock) {}
RulesetFile::RulesetFile(RulesetFile&& other) noexcept
    : ruleset(std::move(other.ruleset)),
      path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)) {}
RulesetFile::~RulesetFile() {
    if (lock_ >= 0) close(lock_);
}

Result<RulesetFile> RulesetFile::open_to_replace(const std::string& path, Family family) {
    const std::string lock_path = path + ".lock";
    const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock < 0 || flock(lock, LOCK_EX) != 0)
        return fail(fmt::format("can't lock `{}`: {}", lock_path, std::strerror(errno)));
    return RulesetFile(path, family, lock);
}

Result<RulesetFile> RulesetFile::open(const std::string& path, Family family) {
    auto file = open_to_replace(path, family);
    if (!file) return file;
    if (access(path.c_str(), F_OK) != 0) return file;
    std::ifstream in(path, std::ios::binary);
    if (!in) return fail(fmt::format("can't read `{}`", path));
    auto read = read_restore(rules::Source{path, {std::istreambuf_iterator<char>(in), {}}}, family);
    if (!read) return std::unexpected(std::move(read).error());
    file->ruleset = std::move(*read);
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

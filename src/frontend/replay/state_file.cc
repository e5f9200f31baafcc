#include "frontend/replay/state_file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <unistd.h>

namespace gatehouse::frontend {

namespace {

// A new file in the folder of `path`, gone again unless it takes `path`'s place.
class Replacement {
  public:
    explicit Replacement(const std::string& path)
        : path_(path), name_(path + ".XXXXXX"), descriptor_(mkstemp(name_.data())) {}
    ~Replacement() {
        if (descriptor_ < 0) return;
        close(descriptor_);
        if (!placed_) unlink(name_.c_str());
    }
    Replacement(const Replacement&) = delete;
    Replacement& operator=(const Replacement&) = delete;

    bool is_open() const { return descriptor_ >= 0; }
    bool write(Bytes bytes) const;
    // Once all of it is on the disk.
    bool place();

  private:
    std::string path_, name_;
    int descriptor_;
    bool placed_ = false;
};

bool Replacement::write(Bytes bytes) const {
    while (!bytes.empty()) {
        const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return true;
}

bool Replacement::place() {
    constexpr mode_t readable = 0644;
    if (fchmod(descriptor_, readable) != 0 || fsync(descriptor_) != 0) return false;
    if (rename(name_.c_str(), path_.c_str()) != 0) return false;
    placed_ = true;
    // The folder's entry must be on the disk, too.
    const auto slash = path_.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
    const int opened = open(folder.c_str(), O_RDONLY | O_DIRECTORY);
    if (opened < 0) return false;
    const bool done = fsync(opened) == 0;
    close(opened);
    return done;
}

}  // namespace

Result<std::uint64_t> save_state(const track::Table& table, const std::string& path) {
    constexpr unsigned slice = 1024;
    const auto refused = [&] {
        return fail(fmt::format("can't write `{}`: {}", path, std::strerror(errno)));
    };
    Replacement file(path);
    if (!file.is_open()) return refused();
    track::SnapshotWriter writer(table);
    std::vector<std::uint8_t> room(track::SnapshotWriter::room(slice));
    for (bool more = true; more;) {
        wire::Writer to{MutableBytes(room)};
        more = writer.write(slice, to);
        if (!file.write(to.written())) return refused();
    }
    if (!file.place()) return refused();
    return writer.count();
}

Result<StateFile> StateFile::open(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(fmt::format("can't read `{}`", path));
    std::vector<std::uint8_t> bytes(std::istreambuf_iterator<char>(file), {});
    auto snapshot = track::Snapshot::open(bytes);
    if (!snapshot) return fail(fmt::format("`{}`: {}", path, snapshot.error().what));
    return StateFile(std::move(bytes), *snapshot);
}

}  // namespace gatehouse::frontend

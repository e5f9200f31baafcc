#include "io/raw_input.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gatehouse::io {

RawInput::RawInput(int descriptor, bool owned) : descriptor_(descriptor), owned_(owned) {
    struct stat status{};
    if (::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode)) {
        size_ = static_cast<std::uint64_t>(status.st_size);
        ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
}

RawInput::~RawInput() {
    if (owned_) ::close(descriptor_);
}

std::size_t RawInput::read(MutableBytes room, std::string& trouble) {
    if (descriptor_ < 0) {
        const std::size_t n = std::min<std::size_t>(room.size(), memory_.size() - read_so_far_);
        if (n > 0) std::memcpy(room.data(), memory_.data() + read_so_far_, n);
        read_so_far_ += n;
        return n;
    }
    for (;;) {
        const ssize_t n = ::read(descriptor_, room.data(), room.size());
        if (n >= 0) {
            read_so_far_ += static_cast<std::uint64_t>(n);
            return static_cast<std::size_t>(n);
        }
        if (errno == EINTR) continue;
        trouble = std::strerror(errno);
        return 0;
    }
}

}  // namespace gatehouse::io

#include "oracle/netns.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <thread>

namespace gatehouse::oracle {

Result<Namespace> Namespace::make() {
    Fd fd;
    int error = 0;
    std::thread([&] {
        if (::unshare(CLONE_NEWNET) == 0) fd = Fd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
        if (!fd.valid()) error = errno;
    }).join();
    if (error != 0) {
        return fail(fmt::format("can't make a network namespace: {}", std::strerror(error)),
                    error == EPERM ? "run it as root" : "");
    }
    return Namespace(std::move(fd));
}

Result<void> Namespace::within(const std::function<Result<void>()>& work) const {
    Result<void> result;
    std::thread([&] {
        if (::setns(fd_.get(), CLONE_NEWNET) == 0) {
            result = work();
        } else {
            result = fail(fmt::format("setns: {}", std::strerror(errno)));
        }
    }).join();
    return result;
}

std::string Namespace::path() const { return fmt::format("/proc/{}/fd/{}", ::getpid(), fd_.get()); }

Result<void> set_sysctl(std::string_view key, std::string_view value) {
    std::string path(key);
    if (!key.contains('/')) {
        for (char& c : path) c = c == '.' ? '/' : c;
    }
    if (path.contains("..")) return fail(fmt::format("`{}` is not a sysctl", key));
    const Fd file(::open(("/proc/sys/" + path).c_str(), O_WRONLY | O_CLOEXEC));
    if (!file.valid()) return fail(fmt::format("sysctl {}: {}", key, std::strerror(errno)));
    if (::write(file.get(), value.data(), value.size()) != static_cast<ssize_t>(value.size())) {
        return fail(fmt::format("sysctl {}={}: {}", key, value, std::strerror(errno)));
    }
    return {};
}

Result<void> switch_offloads_off(const std::string& device) {
    const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket.valid()) return fail(fmt::format("socket: {}", std::strerror(errno)));
    for (const std::uint32_t command :
         {ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO, ETHTOOL_STXCSUM, ETHTOOL_SRXCSUM, ETHTOOL_SSG}) {
        ethtool_value value{.cmd = command, .data = 0};
        ifreq request{};
        device.copy(request.ifr_name, IFNAMSIZ - 1);
        request.ifr_data = reinterpret_cast<char*>(&value);
        // A device that hasn't got the offload says EOPNOTSUPP: as good as off.
        if (::ioctl(socket.get(), SIOCETHTOOL, &request) != 0 && errno != EOPNOTSUPP) {
            return fail(fmt::format("ethtool {}: {}", device, std::strerror(errno)));
        }
    }
    return {};
}

}  // namespace gatehouse::oracle

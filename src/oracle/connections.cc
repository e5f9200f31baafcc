#include "oracle/connections.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "oracle/fd.h"

namespace gatehouse::oracle {

Result<void> delete_connections() {
    const auto failed = [](std::string_view what, int error) {
        return fail(fmt::format("deleting connections: {}: {}", what, std::strerror(error)));
    };
    const Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
    if (!socket.valid()) return failed("socket", errno);
    struct {
        nlmsghdr header;
        nfgenmsg family;
    } request{};
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    request.family.nfgen_family = AF_UNSPEC;
    if (::send(socket.get(), &request, sizeof request, 0) < 0) return failed("send", errno);
    alignas(nlmsghdr) std::array<char, 4096> answer;
    if (::recv(socket.get(), answer.data(), answer.size(), 0) < 0) return failed("recv", errno);
    nlmsghdr header;
    nlmsgerr error;
    std::memcpy(&header, answer.data(), sizeof header);
    std::memcpy(&error, answer.data() + NLMSG_HDRLEN, sizeof error);
    if (header.nlmsg_type != NLMSG_ERROR || error.error != 0) return failed("the kernel", -error.error);
    return {};
}

}  // namespace gatehouse::oracle

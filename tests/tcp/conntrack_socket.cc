#include "conntrack_socket.h"

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "base/bytes.h"

namespace gatehouse::tcp_generator {

namespace {

constexpr std::size_t aligned(std::size_t length) { return (length + 3) & ~std::size_t{3}; }
constexpr std::size_t attribute_header = 4;

// A netlink message under construction: native byte order, but for what attributes hold.
class Message {
  public:
    void put16(std::uint16_t value) { append(&value, sizeof value); }
    void put32(std::uint32_t value) { append(&value, sizeof value); }
    std::size_t open(std::uint16_t type) {
        const std::size_t at = bytes.size();
        put16(0);
        put16(type);
        return at;
    }
    void close(std::size_t at) {
        const auto length = static_cast<std::uint16_t>(bytes.size() - at);
        std::memcpy(&bytes[at], &length, sizeof length);
        bytes.resize(aligned(bytes.size()));
    }
    void attribute32(std::uint16_t type, std::uint32_t value) {
        const std::size_t at = open(type);
        put32(htonl(value));
        close(at);
    }
    void attribute16(std::uint16_t type, std::uint16_t value) {
        const std::size_t at = open(type);
        put16(htons(value));
        close(at);
    }
    void attribute8(std::uint16_t type, std::uint8_t value) {
        const std::size_t at = open(type);
        bytes.push_back(value);
        close(at);
    }
    void append(const void* data, std::size_t length) {
        const auto* const from = static_cast<const std::uint8_t*>(data);
        bytes.insert(bytes.end(), from, from + length);
    }

    std::vector<std::uint8_t> bytes;
};

// Calls `take` with each attribute's type and value.
template <class Take>
void each_attribute(Bytes attributes, Take take) {
    while (attributes.size() >= attribute_header) {
        std::uint16_t length = 0, type = 0;
        std::memcpy(&length, attributes.data(), 2);
        std::memcpy(&type, &attributes[2], 2);
        if (length < attribute_header || length > attributes.size()) return;
        take(type & NLA_TYPE_MASK, attributes.subspan(attribute_header, length - attribute_header));
        attributes = attributes.subspan(std::min(aligned(length), attributes.size()));
    }
}

void read_tcp(KernelEntry& entry, Bytes attributes) {
    each_attribute(attributes, [&](int type, Bytes value) {
        switch (type) {
            case CTA_PROTOINFO_TCP_STATE: entry.phase = value[0]; break;
            case CTA_PROTOINFO_TCP_WSCALE_ORIGINAL: entry.scale[0] = value[0]; break;
            case CTA_PROTOINFO_TCP_WSCALE_REPLY: entry.scale[1] = value[0]; break;
            case CTA_PROTOINFO_TCP_FLAGS_ORIGINAL: entry.flags[0] = value[0]; break;
            case CTA_PROTOINFO_TCP_FLAGS_REPLY: entry.flags[1] = value[0]; break;
            default: break;
        }
    });
}

std::unexpected<Error> failed(const char* what, int error) {
    return fail(fmt::format("ctnetlink: {}: {}", what, std::strerror(error)));
}

}  // namespace

Result<ConntrackSocket> ConntrackSocket::open() {
    oracle::Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
    if (!socket.valid()) return failed("socket", errno);
    return ConntrackSocket(std::move(socket));
}

Result<std::optional<std::size_t>> ConntrackSocket::ask(std::uint8_t type, std::uint16_t flags,
                                                        const Tuple4& tuple,
                                                        std::optional<std::uint32_t> timeout) {
    Message message;
    message.put32(0);  // the length
    message.put16(static_cast<std::uint16_t>(NFNL_SUBSYS_CTNETLINK << 8 | type));
    message.put16(static_cast<std::uint16_t>(NLM_F_REQUEST | flags));
    message.put32(++sequence_);
    message.put32(0);
    const nfgenmsg family{.nfgen_family = AF_INET, .version = NFNETLINK_V0, .res_id = 0};
    message.append(&family, sizeof family);
    const auto outer = message.open(NLA_F_NESTED | CTA_TUPLE_ORIG);
    const auto ip = message.open(NLA_F_NESTED | CTA_TUPLE_IP);
    message.attribute32(CTA_IP_V4_SRC, tuple.source);
    message.attribute32(CTA_IP_V4_DST, tuple.destination);
    message.close(ip);
    const auto ports = message.open(NLA_F_NESTED | CTA_TUPLE_PROTO);
    message.attribute8(CTA_PROTO_NUM, IPPROTO_TCP);
    message.attribute16(CTA_PROTO_SRC_PORT, tuple.sport);
    message.attribute16(CTA_PROTO_DST_PORT, tuple.dport);
    message.close(ports);
    message.close(outer);
    if (timeout) message.attribute32(CTA_TIMEOUT, *timeout);
    const auto length = static_cast<std::uint32_t>(message.bytes.size());
    std::memcpy(message.bytes.data(), &length, sizeof length);
    if (::send(socket_.get(), message.bytes.data(), length, 0) != static_cast<ssize_t>(length))
        return failed("send", errno);
    const ssize_t got = ::recv(socket_.get(), answer_.data(), answer_.size(), 0);
    if (got < static_cast<ssize_t>(NLMSG_HDRLEN)) return failed("recv", errno);
    nlmsghdr header{};
    std::memcpy(&header, answer_.data(), sizeof header);
    if (header.nlmsg_type == NLMSG_ERROR) {
        std::int32_t error = 0;
        std::memcpy(&error, &answer_[NLMSG_HDRLEN], sizeof error);
        if (error == -ENOENT) return std::optional<std::size_t>{};
        if (error != 0) return failed("answer", -error);
    }
    return std::optional(static_cast<std::size_t>(got));
}

Result<std::optional<KernelEntry>> ConntrackSocket::get(const Tuple4& tuple) {
    const auto length = ask(IPCTNL_MSG_CT_GET, 0, tuple, {});
    if (!length) return std::unexpected(length.error());
    if (!*length) return std::optional<KernelEntry>{};
    KernelEntry entry;
    constexpr std::size_t header = NLMSG_HDRLEN + sizeof(nfgenmsg);
    each_attribute(Bytes(answer_).first(**length).subspan(header), [&](int type, Bytes value) {
        if (type == CTA_STATUS) entry.status = load_be32(value.data());
        if (type == CTA_TIMEOUT) entry.seconds = load_be32(value.data());
        if (type != CTA_PROTOINFO) return;
        each_attribute(value, [&](int protocol, Bytes inner) {
            if (protocol == CTA_PROTOINFO_TCP) read_tcp(entry, inner);
        });
    });
    return std::optional(entry);
}

Result<void> ConntrackSocket::set_timeout(const Tuple4& tuple, std::uint32_t seconds) {
    const auto done = seconds == 0 ? ask(IPCTNL_MSG_CT_DELETE, NLM_F_ACK, tuple, {})
                                   : ask(IPCTNL_MSG_CT_NEW, NLM_F_ACK, tuple, seconds);
    if (!done) return std::unexpected(done.error());
    return {};
}

}  // namespace gatehouse::tcp_generator

#include "oracle/wire_tap.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>

namespace gatehouse::oracle {
namespace {

// How long a marker may take on a machine that has other work to do.
constexpr std::chrono::seconds marker_patience{10};
// How long frames may keep coming for one frame sent.
constexpr std::chrono::seconds settling_limit{5};
constexpr std::uint16_t marker_ethertype = 0x88b5;  // IEEE 802, for local experiments
constexpr std::size_t marker_size = 60;

// Keeps the calling thread on the CPU on which it is: frames and markers must share a backlog.
class Pinned {
  public:
    Pinned() {
        const int cpu = ::sched_getcpu();
        if (cpu < 0 || ::sched_getaffinity(0, sizeof old_, &old_) != 0) return;
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(static_cast<unsigned>(cpu), &one);
        changed_ = ::sched_setaffinity(0, sizeof one, &one) == 0;
    }
    ~Pinned() {
        if (changed_) ::sched_setaffinity(0, sizeof old_, &old_);
    }
    Pinned(const Pinned&) = delete;
    Pinned& operator=(const Pinned&) = delete;

  private:
    cpu_set_t old_{};
    bool changed_ = false;
};

Result<void> set_option(const Fd& socket, int level, int option, int value, const char* name) {
    if (::setsockopt(socket.get(), level, option, &value, sizeof value) == 0) return {};
    return fail(fmt::format("setsockopt {}: {}", name, std::strerror(errno)));
}

// The outer VLAN tag travels beside the frame; a wire has it inside.
void reinsert_tag(const msghdr& message, std::vector<std::uint8_t>& frame) {
    for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr;
         c = CMSG_NXTHDR(const_cast<msghdr*>(&message), c)) {
        if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA) continue;
        tpacket_auxdata aux;
        std::memcpy(&aux, CMSG_DATA(c), sizeof aux);
        if ((aux.tp_status & TP_STATUS_VLAN_VALID) == 0 || frame.size() < 12) continue;
        std::array<std::uint8_t, 4> tag;
        const bool named = (aux.tp_status & TP_STATUS_VLAN_TPID_VALID) != 0;
        store_be16(tag.data(), named ? aux.tp_vlan_tpid : std::uint16_t{ETH_P_8021Q});
        store_be16(tag.data() + 2, aux.tp_vlan_tci);
        frame.insert(frame.begin() + 12, tag.begin(), tag.end());
    }
}

}  // namespace

Result<WireTap> WireTap::open(const std::string& fence, const std::string& fence_peer) {
    const int from = static_cast<int>(::if_nametoindex(fence.c_str()));
    const int to = static_cast<int>(::if_nametoindex(fence_peer.c_str()));
    if (from == 0 || to == 0) return fail(fmt::format("no devices `{}` and `{}`", fence, fence_peer));
    Fd socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL)));
    if (!socket.valid()) return fail(fmt::format("packet socket: {}", std::strerror(errno)));
    for (const auto& [level, option, value, name] :
         {std::tuple{SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20, "SO_RCVBUFFORCE"},
          std::tuple{SOL_PACKET, PACKET_AUXDATA, 1, "PACKET_AUXDATA"},
          std::tuple{SOL_PACKET, PACKET_IGNORE_OUTGOING, 1, "PACKET_IGNORE_OUTGOING"}}) {
        if (auto set = set_option(socket, level, option, value, name); !set)
            return std::unexpected(set.error());
    }
    return WireTap(std::move(socket), from, to);
}

Result<void> WireTap::transmit(int device, Bytes frame) {
    sockaddr_ll to{};
    to.sll_family = AF_PACKET;
    to.sll_ifindex = device;
    for (;;) {
        if (::sendto(socket_.get(), frame.data(), frame.size(), 0, reinterpret_cast<const sockaddr*>(&to),
                     sizeof to) >= 0) {
            return {};
        }
        if (errno != EINTR)
            return fail(fmt::format("sending a frame of {} bytes: {}", frame.size(), std::strerror(errno)));
    }
}

Result<WireTap::Read> WireTap::read_one(std::vector<TappedFrame>& frames) {
    sockaddr_ll from{};
    alignas(cmsghdr) std::array<char, 256> control;
    iovec piece{buffer_.data(), buffer_.size()};
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t n = -1;
    do {
        n = ::recvmsg(socket_.get(), &message, 0);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        if (errno == EAGAIN) return Read::nothing;
        return fail(fmt::format("reading the wire: {}", std::strerror(errno)));
    }
    if (from.sll_ifindex == fence_peer_ || from.sll_ifindex == fence_) {
        const bool ours = n >= static_cast<ssize_t>(marker_size) &&
                          load_be16(buffer_.data() + 12) == marker_ethertype &&
                          load_be32(buffer_.data() + 14) == marker_;
        return ours ? Read::marker : Read::other;
    }
    TappedFrame frame{from.sll_ifindex, {buffer_.begin(), buffer_.begin() + n}};
    reinsert_tag(message, frame.bytes);
    frames.push_back(std::move(frame));
    return Read::frame;
}

Result<bool> WireTap::pass_fence(std::vector<TappedFrame>& frames) {
    std::array<std::uint8_t, marker_size> marker{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
    store_be16(marker.data() + 12, marker_ethertype);
    store_be32(marker.data() + 14, ++marker_);
    if (auto sent = transmit(fence_, marker); !sent) return std::unexpected(sent.error());
    bool alone = true;
    for (;;) {
        const auto read = read_one(frames);
        if (!read) return std::unexpected(read.error());
        if (*read == Read::marker) return alone;
        if (*read == Read::frame) alone = false;
        if (*read != Read::nothing) continue;
        // The softirq was left to ksoftirqd: sleep, so that it gets the CPU.
        pollfd p{socket_.get(), POLLIN, 0};
        const int patience = static_cast<int>(std::chrono::milliseconds(marker_patience).count());
        if (::poll(&p, 1, patience) == 0) return fail("the kernel did not return a marker frame in 10 s");
    }
}

Result<void> WireTap::stay_quiet(std::vector<TappedFrame>& frames, std::chrono::microseconds quiet) {
    timespec wait{};
    wait.tv_sec = quiet.count() / 1'000'000;
    wait.tv_nsec = quiet.count() % 1'000'000 * 1'000;
    const auto end = std::chrono::steady_clock::now() + settling_limit + quiet;
    for (;;) {
        if (std::chrono::steady_clock::now() > end)
            return fail("frames keep leaving the device, without an end");
        pollfd p{socket_.get(), POLLIN, 0};
        const int ready = ::ppoll(&p, 1, &wait, nullptr);
        if (ready == 0) return {};
        for (;;) {
            const auto read = read_one(frames);
            if (!read) return std::unexpected(read.error());
            if (*read == Read::nothing) break;
        }
    }
}

Result<void> WireTap::settle(std::vector<TappedFrame>& frames, const Settling& settling) {
    const auto end = std::chrono::steady_clock::now() + settling_limit;
    for (unsigned alone = 0; alone < settling.fences;) {
        if (std::chrono::steady_clock::now() > end)
            return fail("frames keep leaving the device, without an end");
        const auto passed = pass_fence(frames);
        if (!passed) return std::unexpected(passed.error());
        alone = *passed ? alone + 1 : 0;
    }
    if (settling.quiet.count() > 0) return stay_quiet(frames, settling.quiet);
    return {};
}

Result<std::vector<TappedFrame>> WireTap::send(int device, Bytes frame, const Settling& settling) {
    const Outgoing one{device, frame};
    return send_all({&one, 1}, settling);
}

Result<std::vector<TappedFrame>> WireTap::send_all(std::span<const Outgoing> outgoing,
                                                   const Settling& settling) {
    const Pinned pinned;
    std::vector<TappedFrame> frames;
    for (const Outgoing& frame : outgoing) {
        if (auto sent = transmit(frame.device, frame.bytes); !sent) return std::unexpected(sent.error());
    }
    if (auto settled = settle(frames, settling); !settled) return std::unexpected(settled.error());
    return frames;
}

Result<std::vector<TappedFrame>> WireTap::collect(const Settling& settling) {
    const Pinned pinned;
    std::vector<TappedFrame> frames;
    if (auto settled = settle(frames, settling); !settled) return std::unexpected(settled.error());
    return frames;
}

}  // namespace gatehouse::oracle

#include "kernel_side.h"

#include <fmt/format.h>

namespace gatehouse::tcp_generator {

namespace {

constexpr std::uint32_t client_address = 0x0a000102, server_address = 0x0a000202;
const Mac inner{{2, 0, 0, 0, 1, 1}}, outer{{2, 0, 0, 0, 2, 1}};
const Mac client{{2, 0, 0, 0, 1, 2}}, server{{2, 0, 0, 0, 2, 2}};

network::Network two_ports() {
    return {.ports = {{.name = "inner",
                       .mac = inner,
                       .addresses = {"10.0.1.1/24"},
                       .neighbours = {{"10.0.1.2", client}}},
                      {.name = "outer",
                       .mac = outer,
                       .addresses = {"10.0.2.1/24"},
                       .neighbours = {{"10.0.2.2", server}}}}};
}

// A packet says by its TOS field how rules saw it.
constexpr std::uint8_t tos_invalid = 0x04, tos_new = 0x08, tos_established = 0x0c;
constexpr std::string_view rules = R"(*mangle
:FORWARD ACCEPT [0:0]
-A FORWARD -m conntrack --ctstate INVALID -j TOS --set-tos 0x04/0xff
-A FORWARD -m conntrack --ctstate NEW -j TOS --set-tos 0x08/0xff
-A FORWARD -m conntrack --ctstate ESTABLISHED -j TOS --set-tos 0x0c/0xff
COMMIT
)";

std::vector<std::uint8_t> frame(KernelSide::Ends ends, const Sent& sent) {
    const bool up = sent.side == Side::client;
    const std::vector<std::uint8_t> data(sent.length);
    const auto c = Address::v4(client_address), s = Address::v4(server_address);
    return wire::PacketBuilder()
        .ethernet({.destination = up ? inner : outer, .source = up ? client : server})
        .ipv4({.source = up ? c : s, .destination = up ? s : c})
        .tcp(sent.header(up ? ends.client : ends.server, up ? ends.server : ends.client))
        .payload(data)
        .build();
}

Tuple4 tuple(KernelSide::Ends ends) {
    return {
        .source = client_address, .destination = server_address, .sport = ends.client, .dport = ends.server};
}

}  // namespace

Result<std::unique_ptr<KernelSide>> KernelSide::start() {
    auto kernel = oracle::Kernel::start(two_ports());
    if (!kernel) return std::unexpected(kernel.error());
    std::unique_ptr<KernelSide> side(new KernelSide);
    side->kernel_ = std::move(*kernel);
    if (auto done = side->kernel_->load(Family::ipv4, rules); !done) return std::unexpected(done.error());
    const auto opened = side->kernel_->within_device([&]() -> Result<void> {
        auto socket = ConntrackSocket::open();
        if (!socket) return std::unexpected(socket.error());
        side->conntrack_.emplace(std::move(*socket));
        return {};
    });
    if (!opened) return std::unexpected(opened.error());
    return side;
}

Result<void> KernelSide::configure(const track::tcp::Settings& settings) {
    return kernel_->within_device([&]() -> Result<void> {
        const std::pair<const char*, unsigned> values[] = {
            {"be_liberal", settings.be_liberal},
            {"loose", settings.loose},
            {"max_retrans", settings.max_retrans},
            {"ignore_invalid_rst", settings.ignore_invalid_rst}};
        for (const auto& [name, value] : values) {
            const auto key = fmt::format("net.netfilter.nf_conntrack_tcp_{}", name);
            if (auto done = oracle::set_sysctl(key, std::to_string(value)); !done) return done;
        }
        return {};
    });
}

Result<Outcome> KernelSide::send(Ends ends, const Sent& sent, KernelEntry& detail) {
    const auto left = kernel_->inject(sent.side == Side::client ? "inner" : "outer", frame(ends, sent));
    if (!left) return std::unexpected(left.error());
    if (left->size() != 1 || left->front().bytes.size() < 34)
        return fail(fmt::format("{} frames left for one", left->size()));
    Outcome outcome;
    switch (const auto tos = left->front().bytes[15]) {
        case tos_invalid: outcome.info = track::Info::invalid; break;
        case tos_new: outcome.info = track::Info::fresh; break;
        case tos_established: outcome.info = track::Info::established; break;
        default: return fail(fmt::format("the packet bears TOS {:#04x}", tos));
    }
    const auto entry = conntrack_->get(tuple(ends));
    if (!entry) return std::unexpected(entry.error());
    outcome.entry = entry->has_value();
    if (!outcome.entry) return outcome;
    detail = **entry;
    outcome.phase = static_cast<track::TcpPhase>(detail.phase);
    outcome.seconds = detail.seconds;
    outcome.assured = (detail.status & track::status::assured) != 0;
    outcome.seen_reply = (detail.status & track::status::seen_reply) != 0;
    return outcome;
}

Result<void> KernelSide::leave(Ends ends, std::uint32_t seconds) {
    return conntrack_->set_timeout(tuple(ends), seconds);
}

}  // namespace gatehouse::tcp_generator

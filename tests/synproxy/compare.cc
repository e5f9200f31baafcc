// SYNPROXY beside the real kernel's: whole conversations of a client and a server, of which neither knows the
// numbers beforehand. Each is held with the kernel and with Gatehouse; what leaves must be the same, numbers
// being told by how far they are from those that were made up.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fmt/format.h>
#include <functional>
#include <optional>

#include "frontend/scenario/peer.h"
#include "frontend/scenario/scenario.h"
#include "wire/builder.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"
#include "wire/tcp.h"

namespace gatehouse::synproxy_comparison {
namespace {

using namespace wire::tcp_flag;
using frontend::scenario::Peer;

struct Variant {
    const char* name;
    const char* options;  // of SYNPROXY
    bool timestamps = true, sack = true, mss = true, scales = true, ecn = false;
};
constexpr Variant variants[] = {
    {.name = "everything", .options = "--sack-perm --timestamp --wscale 7 --mss 1460"},
    {.name = "ecn", .options = "--sack-perm --timestamp --wscale 7 --mss 1460 --ecn", .ecn = true},
    {.name = "no ecn in the rule", .options = "--sack-perm --timestamp --wscale 7 --mss 1460", .ecn = true},
    {.name = "bare rule", .options = ""},
    {.name = "no timestamps in the rule", .options = "--sack-perm --wscale 7 --mss 1460"},
    {.name = "no timestamps in the SYN",
     .options = "--sack-perm --timestamp --wscale 7 --mss 1460",
     .timestamps = false},
    {.name = "bare SYN",
     .options = "--sack-perm --timestamp --wscale 7 --mss 1460",
     .timestamps = false,
     .sack = false,
     .mss = false,
     .scales = false},
    {.name = "no scale", .options = "--sack-perm --timestamp --wscale 7 --mss 1300", .scales = false},
    {.name = "no mss", .options = "--timestamp --wscale 3", .sack = false, .mss = false},
};

// One conversation with one peer. What leaves is told line by line.
class Conversation {
  public:
    Conversation(Peer& peer, Family family, const Variant& variant, std::uint16_t port)
        : peer_(peer), family_(family), variant_(variant), port_(port) {}

    const std::vector<std::string>& told() const { return told_; }

    // From the client's SYN to data both ways.
    void handshake() {
        client_syn();
        client_ack(client_next);
        server_answers();
    }
    void client_syn() {
        from_client({.sequence = client_next - 1, .flags = opening(), .window = 500}, offers(true));
    }
    void client_ack(std::uint32_t sequence, std::uint32_t wrong = 0) {
        from_client({.sequence = sequence, .acknowledgment = isn_ + 1 + wrong, .flags = ack, .window = 500},
                    stamps());
    }
    void server_answers() {
        from_server(
            {.sequence = server_first, .acknowledgment = client_next, .flags = syn_ack, .window = 600},
            offers(false));
    }
    void client(std::uint8_t flags, std::uint32_t after, std::uint32_t acked, std::uint16_t data,
                std::optional<std::uint32_t> sack = {}) {
        auto options = stamps();
        if (sack) options.nop().nop().sack({{isn_ + *sack, isn_ + *sack + 10}});
        from_client({.sequence = client_next + after,
                     .acknowledgment = isn_ + 1 + acked,
                     .flags = flags,
                     .window = 500},
                    options, data);
    }
    void server(std::uint8_t flags, std::uint32_t after, std::uint32_t acked, std::uint16_t data) {
        wire::TcpOptionList options;
        if (variant_.timestamps) options.nop().nop().timestamps(9'000'100, server_echo_);
        from_server({.sequence = server_first + 1 + after,
                     .acknowledgment = client_next + acked,
                     .flags = flags,
                     .window = 600},
                    options, data);
    }
    void server_raw(std::uint8_t flags, std::uint32_t sequence, std::uint32_t acked) {
        from_server({.sequence = sequence, .acknowledgment = acked, .flags = flags, .window = 0}, {});
    }
    void spoil_checksum() { spoil_ = true; }

    static constexpr std::uint32_t client_next = 100'001, server_first = 700'000;

  private:
    static constexpr std::uint8_t syn_ack = syn | ack;
    std::uint8_t opening() const { return static_cast<std::uint8_t>(syn | (variant_.ecn ? ece | cwr : 0)); }
    wire::TcpOptionList offers(bool client) const {
        wire::TcpOptionList list;
        if (variant_.mss) list.mss(client ? 1450 : 1400);
        if (variant_.sack) list.sack_permitted();
        if (variant_.timestamps) list.timestamps(client ? 5'000'000 : 9'000'000, client ? 0 : server_echo_);
        if (variant_.scales) list.nop().window_scale(client ? 5 : 4);
        return list;
    }
    wire::TcpOptionList stamps() const {
        wire::TcpOptionList list;
        if (variant_.timestamps) list.nop().nop().timestamps(5'000'010, proxy_stamp_);
        return list;
    }
    void from_client(wire::Tcp segment, wire::TcpOptionList options, std::uint16_t data = 0) {
        segment.source = port_;
        segment.destination = 80;
        inject("lan", segment, options, data);
    }
    void from_server(wire::Tcp segment, wire::TcpOptionList options, std::uint16_t data = 0) {
        segment.source = 80;
        segment.destination = port_;
        inject("wan", segment, options, data);
    }
    void inject(const std::string& at, wire::Tcp segment, wire::TcpOptionList options, std::uint16_t data);
    void tell(const oracle::LeftFrame& frame);
    std::string number(std::uint32_t value) const;
    std::string stamp(std::uint32_t value) const;

    Peer& peer_;
    Family family_;
    const Variant& variant_;
    std::uint16_t port_;
    std::uint32_t isn_ = 0, proxy_stamp_ = 0, server_echo_ = 0;
    bool know_isn_ = false, spoil_ = false;
    std::vector<std::string> told_;
};

void Conversation::inject(const std::string& at, wire::Tcp segment, wire::TcpOptionList options,
                          std::uint16_t data) {
    const bool v4 = is_v4(family_), lan = at == "lan";
    const Address client = *parse_address(v4 ? "10.0.1.2" : "fd00:1::2", family_),
                  server = *parse_address(v4 ? "192.0.2.2" : "fd00:2::2", family_);
    const std::uint8_t number = lan ? 1 : 2;
    segment.options = options;
    if (spoil_) segment.checksum = std::uint16_t{0x1234};
    spoil_ = false;
    const std::vector<std::uint8_t> payload(data, 'x');
    wire::PacketBuilder builder;
    builder.ethernet({.destination = {{2, 0, 0, 0, number, 1}}, .source = {{2, 0, 0, 0, number, 2}}});
    if (v4) {
        builder.ipv4({.source = lan ? client : server, .destination = lan ? server : client});
    } else {
        builder.ipv6({.source = lan ? client : server, .destination = lan ? server : client});
    }
    const auto frame = builder.tcp(segment).payload(Bytes(payload)).build();
    auto left = peer_.inject(at, frame, 10 * millisecond);
    told_.push_back(fmt::format("{}: flags {:#04x}", lan ? "client" : "server", segment.flags));
    if (!left) {
        told_.push_back("error: " + left.error().text());
        return;
    }
    // Two that leave by different ports have no order.
    std::ranges::stable_sort(*left, {}, &oracle::LeftFrame::port);
    for (const auto& one : *left) tell(one);
}

// A number by what it is near to.
std::string Conversation::number(std::uint32_t value) const {
    constexpr std::uint32_t near = 100'000;
    for (const auto& [name, base] : {std::pair{"client", client_next}, std::pair{"server", server_first}}) {
        if (value - base + near / 2 < near)
            return fmt::format("{}{:+}", name, static_cast<std::int32_t>(value - base));
    }
    if (know_isn_) return fmt::format("proxy{:+}", static_cast<std::int32_t>(value - isn_));
    return std::to_string(value);
}

std::string Conversation::stamp(std::uint32_t value) const {
    constexpr std::uint32_t near = 10'000;
    if (value == 0) return "0";
    for (const auto& [name, base] : {std::pair{"client", 5'000'000u}, std::pair{"server", 9'000'000u}}) {
        if (value - base < near) return fmt::format("{}{:+}", name, static_cast<std::int32_t>(value - base));
    }
    if (const auto d = static_cast<std::int32_t>(value - proxy_stamp_);
        proxy_stamp_ != 0 && std::abs(d) < 1'000'000)
        return fmt::format("proxy{:+}", d);
    // The second of two shifts by as much as lies between the proxy's clock and the server's.
    if (const auto d = static_cast<std::int32_t>(value - 2 * 9'000'000u + proxy_stamp_);
        std::abs(d) < 1'000'000)
        return fmt::format("server twice - proxy{:+}", d);
    return "other";
}

void Conversation::tell(const oracle::LeftFrame& frame) {
    const std::size_t ip = 14, header = is_v4(family_) ? 20 : 40;
    const Bytes bytes(frame.bytes);
    const auto segment = wire::TcpView::parse(bytes.subspan(ip + header));
    if (!segment) {
        told_.push_back("something that is no segment");
        return;
    }
    const bool proxy_answers = frame.port == "lan" && (segment->flags() & syn_ack) == syn_ack;
    if (proxy_answers) {
        isn_ = segment->sequence();
        know_isn_ = true;
    }
    std::string text =
        fmt::format("  {} > flags {:#04x} window {} ", frame.port, segment->flags(), segment->window());
    std::string options;
    auto all = segment->options();
    while (const auto option = all.next()) {
        if (const auto mss = option->mss()) options += fmt::format("mss {} ", *mss);
        if (const auto scale = option->window_scale()) options += fmt::format("scale {} ", *scale);
        if (option->sack_permitted()) options += "sackOK ";
        for (std::size_t i = 0; i < option->sack_count(); ++i)
            options +=
                fmt::format("sack {}-{} ", number(option->sack(i).left), number(option->sack(i).right));
        if (const auto t = option->timestamps()) {
            if (proxy_answers) {
                proxy_stamp_ = t->value;
                options += fmt::format("TS low bits {:#x} echo {} ", t->value & 0x3f, stamp(t->echo));
            } else {
                if (frame.port == "wan" && (segment->flags() & syn) != 0) server_echo_ = t->value;
                options += fmt::format("TS {} echo {} ", stamp(t->value), stamp(t->echo));
            }
        }
    }
    text += fmt::format("seq {} ack {} {}data {}", number(segment->sequence()),
                        number(segment->acknowledgment()), options, segment->payload().size());
    const std::uint8_t ttl = bytes[ip + (is_v4(family_) ? 8 : 7)];
    text += fmt::format(" ttl {}", ttl);
    if (is_v4(family_))
        text += fmt::format(" fragment {:#x} tos {}", load_be16(&bytes[ip + 6]), bytes[ip + 1]);
    told_.push_back(text);
}

struct Story {
    const char* name;
    void (*tell)(Conversation&);
    // Linux reads a keepalive's cookie by the number before the right one, and finds the next larger segment
    // size in it.
    bool sizes_differ = false;
};
constexpr Story stories[] = {
    {"whole",
     [](Conversation& c) {
         c.handshake();
         c.client(ack | psh, 0, 0, 50);
         c.server(ack, 0, 50, 0);
         c.server(ack | psh, 0, 50, 100);
         c.client(ack, 50, 0, 0, 51);
         c.client(ack, 50, 100, 0);
         c.server(fin | ack, 100, 50, 0);
         c.client(fin | ack, 50, 101, 0);
         c.server(ack, 101, 51, 0);
     }},
    {"wrong cookie",
     [](Conversation& c) {
         c.client_syn();
         // Numbers near the right ones Linux takes, for another segment size.
         c.client_ack(Conversation::client_next, 1000);
         c.client_ack(Conversation::client_next + 1000);
         c.client_ack(Conversation::client_next);
     }},
    {"wrong checksum",
     [](Conversation& c) {
         c.spoil_checksum();
         c.client_syn();
         c.client_syn();
         c.spoil_checksum();
         c.client_ack(Conversation::client_next);
     }},
    {"refused",
     [](Conversation& c) {
         c.client_syn();
         c.client_ack(Conversation::client_next);
         c.server_raw(rst | ack, 0, Conversation::client_next);
     }},
    {"keepalive before the server has answered",
     [](Conversation& c) {
         c.client_syn();
         c.client_ack(Conversation::client_next);
         c.client_ack(Conversation::client_next - 1);
         c.server_answers();
         c.client(ack | psh, 0, 0, 50);
     },
     true},
    {"reset",
     [](Conversation& c) {
         c.handshake();
         c.server(ack | psh, 0, 0, 100);
         c.server(rst, 100, 0, 0);
     }},
    {"stray segments",
     [](Conversation& c) {
         c.client_syn();
         c.client(rst, 0, 0, 0);
         c.client(fin | ack, 0, 0, 0);
         c.server_raw(syn | ack, Conversation::server_first, Conversation::client_next);
     }},
};

std::string rules_for(const Variant& variant) {
    return fmt::format(
        "*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -i lan -p tcp --syn -j CT --notrack\nCOMMIT\n"
        "*filter\n:FORWARD ACCEPT [0:0]\n"
        "-A FORWARD -i lan -p tcp -m conntrack --ctstate INVALID,UNTRACKED -j SYNPROXY {}\n"
        "-A FORWARD -m conntrack --ctstate INVALID -j DROP\nCOMMIT\n",
        variant.options);
}

std::vector<std::string> without_sizes(std::vector<std::string> told, bool wanted) {
    for (auto& line : told) {
        const auto at = line.find("mss ");
        if (wanted && at != std::string::npos) line.erase(at, line.find(' ', at + 4) - at);
    }
    return told;
}

// How many conversations differed.
Result<unsigned> compare(const Variant& variant, bool verbose) {
    auto network = frontend::scenario::default_network();
    network.sysctls.emplace_back("net.netfilter.nf_conntrack_tcp_loose", "0");
    auto kernel = frontend::scenario::make_kernel_peer(network, oracle::Tool::iptables_legacy);
    if (!kernel) return std::unexpected(kernel.error());
    auto ours = frontend::scenario::make_engine_peer(network);
    if (!ours) return std::unexpected(ours.error());
    unsigned different = 0;
    std::uint16_t port = 40'000;
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        for (Peer* peer : {kernel->get(), ours->get()}) {
            const auto loaded = peer->load({.family = family, .text = rules_for(variant), .file = "rules"});
            if (!loaded) return std::unexpected(loaded.error());
        }
        for (const Story& story : stories) {
            Conversation theirs(**kernel, family, variant, ++port), mine(**ours, family, variant, port);
            story.tell(theirs);
            story.tell(mine);
            const bool same = without_sizes(theirs.told(), story.sizes_differ) ==
                              without_sizes(mine.told(), story.sizes_differ);
            different += same ? 0 : 1;
            if (same && !verbose) continue;
            fmt::print("{}, {}, {}: {}\n", variant.name, story.name, is_v4(family) ? "IPv4" : "IPv6",
                       same ? "the same" : "different");
            for (const auto& line : theirs.told()) fmt::print("    kernel {}\n", line);
            if (same) continue;
            for (const auto& line : mine.told()) fmt::print("    ours   {}\n", line);
        }
    }
    return different;
}

int run(int argc, char** argv) {
    bool verbose = false;
    CLI::App app("SYNPROXY's conversations, with the real kernel and with Gatehouse. Needs root.");
    app.add_flag("-v", verbose, "tell those that are the same, too");
    CLI11_PARSE(app, argc, argv);
    if (auto can = oracle::Kernel::available(); !can) {
        fmt::print("skipped: {}\n", can.error().text());
        return 77;
    }
    unsigned different = 0;
    for (const Variant& variant : variants) {
        const auto done = compare(variant, verbose);
        if (!done) {
            fmt::print(stderr, "{}\n", done.error().text());
            return 2;
        }
        different += *done;
    }
    fmt::print("{} conversations, {} different\n", 2 * std::size(variants) * std::size(stories), different);
    return different == 0 ? 0 : 1;
}

}  // namespace
}  // namespace gatehouse::synproxy_comparison

int main(int argc, char** argv) { return gatehouse::synproxy_comparison::run(argc, argv); }

// The helper of meeting.h at work: what it lets in, and what is said outside.
#include "meeting.h"

#include <array>
#include <cstdio>
#include <gatehouse/firewall.h>
#include <vector>

namespace {

using namespace gatehouse::embed;

constexpr const char* network = R"(
routes = ["default via 192.0.2.254"]
[[interface]]
name = "lan"
mac = "02:00:00:00:01:01"
address = "10.0.1.1/24"
neighbours = { "10.0.1.2" = "02:00:00:00:01:02", "10.0.1.3" = "02:00:00:00:01:03" }
[[interface]]
name = "wan"
mac = "02:00:00:00:02:01"
address = "192.0.2.1/24"
neighbours = { "192.0.2.254" = "02:00:00:00:02:fe" }
)";
constexpr const char* rules =
    "*raw\n-A PREROUTING -p udp --dport 7000 -j CT --helper meeting\nCOMMIT\n"
    "*nat\n-A POSTROUTING -o wan -j SNAT --to-source 192.0.2.77\nCOMMIT\n"
    "*filter\n:FORWARD DROP\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
    "-A FORWARD -i lan -j ACCEPT\nCOMMIT\n";

struct Out final : Handler {
    void completed(const Completion& c) override {
        if (c.verdict != Verdict::forwarded) return void(std::printf("dropped: %s\n", explain(c).c_str()));
        const std::uint8_t* const ip = c.bytes.data() + 14;
        std::printf("leaves by %s to %u.%u.%u.%u port %u: %.*s\n", std::string(c.interface).c_str(), ip[16],
                    ip[17], ip[18], ip[19], ip[22] << 8 | ip[23], static_cast<int>(c.bytes.size()) - 42,
                    ip + 28);
    }
};

using Address = std::array<std::uint8_t, 4>;

// A UDP datagram in a frame to the router; it has no UDP checksum.
std::vector<std::uint8_t> udp(bool to_wan, Address from, unsigned source, Address to, unsigned destination,
                              std::string_view text) {
    const auto size = static_cast<std::uint8_t>(text.size());
    const std::uint8_t leg = to_wan ? 2 : 1;
    std::vector<std::uint8_t> f{2, 0, 0, 0, leg, 1, 2, 0, 0, 0, leg, 9, 8, 0, 0x45, 0, 0};
    f.insert(f.end(), {static_cast<std::uint8_t>(28 + size), 0, 0, 0, 0, 64, 17, 0, 0});
    f.insert(f.end(), from.begin(), from.end());
    f.insert(f.end(), to.begin(), to.end());
    unsigned sum = 0;
    for (std::size_t i = 14; i < 34; i += 2) sum += static_cast<unsigned>(f[i] << 8 | f[i + 1]);
    sum = ~((sum & 0xffff) + (sum >> 16)) & 0xffff;
    f[24] = static_cast<std::uint8_t>(sum >> 8);
    f[25] = static_cast<std::uint8_t>(sum);
    for (const unsigned half : {source, destination, 8u + size, 0u})
        f.insert(f.end(), {static_cast<std::uint8_t>(half >> 8), static_cast<std::uint8_t>(half)});
    f.insert(f.end(), text.begin(), text.end());
    return f;
}

}  // namespace

int main() {
    if (auto added = add_helper(std::make_unique<example::Meeting>()); !added)
        return std::fprintf(stderr, "%s\n", added.error().c_str()), 1;
    Out out;
    auto firewall = Firewall::make(network, out);
    if (!firewall) return std::fprintf(stderr, "%s\n", firewall.error().c_str()), 1;
    if (auto loaded = firewall->load(Family::ipv4, rules); !loaded)
        return std::fprintf(stderr, "%s\n", loaded.error().c_str()), 1;
    const Address one{10, 0, 1, 2}, place{198, 51, 100, 9}, peer{203, 0, 113, 5};
    const Address outside{192, 0, 2, 77};
    constexpr std::string_view lan = "lan", wan = "wan";
    const auto send = [&](std::string_view by, Address from, unsigned source, Address to,
                          unsigned destination, std::string_view text) {
        firewall->receive({.interface = by, .bytes = udp(by == wan, from, source, to, destination, text)});
    };
    // Nobody has been asked to call yet.
    send(wan, peer, 9, outside, 5000, "too early");
    send(lan, one, 4000, place, 7000, "MEET 5000");
    send(lan, one, 4000, place, 7000, "HELLO 5000");
    // The meeting place itself may call, from any of its ports; others may not.
    send(wan, place, 9, outside, 5000, "here I am");
    send(lan, one, 5000, place, 9, "welcome");
    send(wan, peer, 9, outside, 5000, "me too");
}

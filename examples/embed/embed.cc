// A firewall inside another program: rules and a network in, packets in, what became of them out.
#include <cstdio>
#include <gatehouse/firewall.h>
#include <vector>

using namespace gatehouse::embed;

namespace {

constexpr const char* network = R"(
routes = ["default via 192.0.2.254"]
[[interface]]
name = "lan"
mac = "02:00:00:00:01:01"
address = "10.0.1.1/24"
neighbours = { "10.0.1.2" = "02:00:00:00:01:02" }
[[interface]]
name = "wan"
mac = "02:00:00:00:02:01"
address = "192.0.2.1/24"
neighbours = { "192.0.2.254" = "02:00:00:00:02:fe" }
)";

constexpr const char* rules =
    "*filter\n-A FORWARD -p udp --dport 53 -j ACCEPT\n"
    "-A FORWARD -p udp --dport 54 -j QUEUE\n-A FORWARD -j REJECT\nCOMMIT\n";

struct Out final : Handler {
    Token waiting = 0;
    void completed(const Completion& c) override {
        std::printf("packet %u: %s%.*s, by %.*s rule %u\n", static_cast<unsigned>(c.cookie),
                    c.verdict == Verdict::forwarded ? "leaves by " : "dropped: ",
                    static_cast<int>(c.verdict == Verdict::forwarded ? c.interface.size() : c.reason.size()),
                    c.verdict == Verdict::forwarded ? c.interface.data() : c.reason.data(),
                    static_cast<int>(c.chain.size()), c.chain.data(), c.rule);
    }
    void made(std::string_view, Bytes frame, std::uint64_t cookie) override {
        std::printf("packet %u is answered: %zu bytes\n", static_cast<unsigned>(cookie), frame.size());
    }
    bool reads_queue(std::uint16_t) override { return true; }
    void waits(Token token, std::uint16_t, Bytes, std::uint64_t) override { waiting = token; }
};

// UDP from 10.0.1.2 port 4000 to 198.51.100.9, without a UDP checksum.
std::vector<std::uint8_t> udp(std::uint8_t port) {
    return {2, 0,  0,  0,    1,    1,  2, 0, 0, 0,   1,  2,   8, 0,  0x45, 0, 0,    28, 0, 0, 0,
            0, 64, 17, 0x45, 0x93, 10, 0, 1, 2, 198, 51, 100, 9, 15, 160,  0, port, 0,  8, 0, 0};
}

}  // namespace

int main() {
    Out out;
    auto firewall = Firewall::make(network, out);
    if (!firewall) return std::fprintf(stderr, "%s\n", firewall.error().c_str()), 1;
    if (auto loaded = firewall->load(Family::ipv4, rules); !loaded)
        return std::fprintf(stderr, "%s\n", loaded.error().c_str()), 1;
    for (std::uint8_t port = 53; port <= 55; ++port)
        firewall->receive({.interface = "lan", .bytes = udp(port), .cookie = port});
    firewall->resume(out.waiting);
    const auto frame = udp(55);
    const auto alone = firewall->run_hook(
        Hook::forward, {.interface = "lan", .bytes = Bytes(frame).subspan(14), .cookie = 1}, "wan");
    std::printf("FORWARD alone: %s\n", alone->verdict == HookResult::Verdict::drop ? "drop" : "accept");
    std::printf("%s", firewall->save(Family::ipv4).c_str());
}

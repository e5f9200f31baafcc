#include "rules.h"

#include <algorithm>
#include <fmt/format.h>

#include "wire/protocol.h"

namespace gatehouse::nat_generator {

namespace {

namespace protocol = wire::protocol;

class Drawing {
  public:
    Drawing(Random& random, std::uint32_t number) : random_(random), number_(number) {
        out_.family = chance(70) ? Family::ipv4 : Family::ipv6;
    }

    Case draw() {
        const unsigned count = 3 + random_.below(8);
        for (unsigned i = 0; i < count; ++i) out_.flows.push_back(flow(i));
        for (std::size_t i = 0; i < out_.flows.size(); ++i) out_.order.push_back(i);
        std::ranges::shuffle(out_.order, random_);
        out_.rules = "*nat\n";
        const unsigned destinations = random_.below(4);
        for (unsigned i = 0; i < destinations; ++i) out_.rules += destination_rule();
        for (unsigned i = chance(30) ? 2 : 1; i > 0; --i) out_.rules += source_rule();
        out_.rules += "COMMIT\n*raw\n-A PREROUTING -p tcp --dport 21 -j CT --helper ftp\nCOMMIT\n";
        return std::move(out_);
    }

  private:
    bool v4() const { return is_v4(out_.family); }
    bool chance(unsigned percent) { return random_.below(100) < percent; }
    template <class T, std::size_t N>
    const T& of(const T (&all)[N]) {
        return all[random_.below(N)];
    }
    Address address(const std::string& text) const { return *parse_address(text, out_.family); }
    std::string inside() { return fmt::format("{}{}", v4() ? "10.0.1." : "fd00:1::", 2 + random_.below(2)); }
    // Of the case's own, too: a source that is mapped keeps its mapping.
    std::string client() {
        const std::uint32_t n = (number_ * 2 + random_.below(2)) % (1u << 22);
        return v4() ? fmt::format("10.{}.{}.{}", 64 + (n >> 16), n >> 8 & 255, n & 255)
                    : fmt::format("fd01::{:x}:{:x}", n >> 16, n & 0xffff);
    }
    std::string far() {
        const unsigned host = 1 + number_ / 512 % 80 * 3 + random_.below(3);
        return v4() ? fmt::format("198.{}.{}.{}", 18 + number_ / 256 % 2, number_ % 256, host)
                    : fmt::format("2001:db8:{:x}::{}", number_ % 65'536, host);
    }
    std::string outside() {
        const unsigned host = 70 + random_.below(4);
        return v4() ? fmt::format("192.0.2.{}", host) : fmt::format("fd00:2::{}", host);
    }
    // Of every class, and both ends above 40,000.
    std::uint16_t port() {
        switch (random_.below(6)) {
            case 0: return static_cast<std::uint16_t>(1 + random_.below(511));
            case 1: return static_cast<std::uint16_t>(512 + random_.below(512));
            case 2: return static_cast<std::uint16_t>(40'000 + random_.below(25'000));
            case 3: return static_cast<std::uint16_t>(40'000 + random_.below(3));
            default: return static_cast<std::uint16_t>(1024 + random_.below(64'000));
        }
    }
    std::uint16_t service() {
        constexpr std::uint16_t known[] = {53, 80, 443, 8080, 40'001, 50'000};
        return chance(70) ? of(known) : port();
    }
    std::uint8_t icmp() const { return v4() ? protocol::icmp : protocol::icmpv6; }

    Flow flow(unsigned number) {
        Flow f{.port = chance(80) ? "lan" : "wan", .name = fmt::format("flow {} of {};", number, number_)};
        const unsigned kind = random_.below(10);
        f.protocol = kind < 4 ? protocol::udp : kind < 8 ? protocol::tcp : icmp();
        f.error = chance(25);
        if (kind == 0) f.kind = Flow::Kind::fragments;
        if (kind == 4 && f.port == "lan") f.kind = Flow::Kind::ftp;
        const bool again = !out_.flows.empty() && chance(40);  // another's client, or its port
        f.from = {address(f.port == "lan" ? client() : far()), port()};
        if (again)
            f.from.port = out_.flows[random_.below(static_cast<std::uint32_t>(out_.flows.size()))].from.port;
        f.to = {address(f.port == "lan" ? far() : outside()), service()};
        if (f.kind == Flow::Kind::ftp) f.to.port = 21;
        if (f.protocol == icmp()) f.to.port = f.from.port;
        const auto same = [&](const Flow& o) {
            return o.protocol == f.protocol && o.from == f.from && o.to == f.to;
        };
        while (std::ranges::any_of(out_.flows, same)) {
            ++f.from.port;
            if (f.protocol == icmp()) f.to.port = f.from.port;
        }
        return f;
    }
    std::string with_port(const std::string& host, const std::string& ports) const {
        return v4() ? fmt::format("{}:{}", host, ports) : fmt::format("[{}]:{}", host, ports);
    }
    std::string destination_rule() {
        const bool from_wan = chance(60);
        const char* const number = chance(50) ? "udp" : "tcp";
        std::string rule = fmt::format("-A PREROUTING -i {} -p {}", from_wan ? "wan" : "lan", number);
        // A data connection's way is its master's to say.
        const bool any_port = std::string_view(number) == "udp" && chance(40);
        if (!any_port) rule += fmt::format(" --dport {}", service());
        const std::string host = from_wan ? inside() : far();
        const unsigned to = random_.below(3);
        const std::uint16_t first = service();
        const std::string ports =
            to == 1 ? fmt::format("{}", first) : fmt::format("{}-{}", first, std::min(first + 20, 65'535));
        return rule + " -j DNAT --to-destination " + (to == 0 ? host : with_port(host, ports)) + "\n";
    }
    std::string source_rule() {
        std::string rule = "-A POSTROUTING -o wan";
        const unsigned what = random_.below(6);
        const bool with_ports = chance(40);
        const std::uint16_t first = std::max<std::uint16_t>(port(), 100);
        const bool narrow = chance(30);
        const std::string ports = fmt::format("{}-{}", first, std::min(first + (narrow ? 1 : 200), 65'535));
        if (with_ports) rule += chance(50) ? " -p udp" : " -p tcp";
        if (what == 0) {
            rule += " -j MASQUERADE";
            if (with_ports) rule += " --to-ports " + ports;
        } else if (what == 1) {
            rule += v4() ? " -s 10.64.0.0/10 -j NETMAP --to 192.0.2.64/26" : " -j NETMAP --to fd00:2::40/122";
            return rule + "\n";
        } else {
            std::string to = outside();
            // Linux refuses where one address of several is used up; see doc/differences.md.
            if (!narrow && chance(40)) to = v4() ? "192.0.2.70-192.0.2.79" : "fd00:2::70-fd00:2::79";
            if (with_ports) to = with_port(to, ports);
            rule += " -j SNAT --to-source " + to;
        }
        constexpr const char* ways[] = {"", "", "", " --random", " --random-fully", " --persistent"};
        const std::string way = of(ways);
        return rule + (what == 0 && way == " --persistent" ? "" : way) + "\n";
    }

    Random& random_;
    std::uint32_t number_;
    Case out_;
};

}  // namespace

Case random_case(Random& random, std::uint32_t number) { return Drawing(random, number).draw(); }

}  // namespace gatehouse::nat_generator

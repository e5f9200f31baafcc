#include "day.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.h"
#include "wire/builder.h"
#include "wire/tcp.h"

namespace gatehouse::study_day {

namespace {

using namespace wire::tcp_flag;

constexpr double seconds_of_day = 86'400, round_trip = 0.02;
constexpr Time midnight{1'700'000'000 * second};

const Silences& silences_of(const Service& service, Phase phase) {
    return phase == Phase::established ? service.established : service.half_closed;
}

// One connection, as it writes its packets.
class Author {
  public:
    Author(Random& random, std::uint32_t number, const Service& service)
        : random_(random), number_(number), service_(service), now_(uniform() * seconds_of_day) {}

    void write();

    struct Packet {
        double at;
        std::uint32_t connection, seq, ack;
        std::uint16_t port;
        std::uint8_t flags;
        bool from_server, data;
    };
    std::vector<Packet> packets;

  private:
    double uniform() { return (static_cast<double>(random_() >> 11) + 0.5) / 9007199254740992.0; }
    double silence(const Silences& s) { return s.scale * (std::pow(uniform(), -1 / s.shape) - 1); }
    // With data, a segment is acknowledged at once.
    void send(bool from_server, std::uint8_t flags, bool data = false);
    void say(bool from_server) {
        send(from_server, ack | psh, true);
        now_ += round_trip;
        send(!from_server, ack);
    }

    Random& random_;
    std::uint32_t number_;
    const Service& service_;
    double now_;
    std::uint32_t next_[2]{1000, 5000};  // of client and server
};

void Author::send(bool from_server, std::uint8_t flags, bool data) {
    const unsigned mine = from_server ? 1 : 0;
    const std::uint32_t theirs = (flags & ack) != 0 ? next_[1 - mine] : 0;
    packets.push_back({now_, number_, next_[mine], theirs, service_.port, flags, from_server, data});
    next_[mine] += (data ? 1 : 0) + ((flags & (syn | fin)) != 0 ? 1 : 0);
}

void Author::write() {
    send(false, syn);
    send(true, syn | ack);
    now_ += round_trip;
    send(false, ack);
    const bool server_closes = uniform() < 0.3;
    for (;;) {
        now_ += silence(service_.established);
        if (uniform() >= service_.established.again) break;
        say(uniform() < 0.5);
    }
    send(server_closes, fin | ack);
    now_ += round_trip;
    send(!server_closes, ack);
    for (;;) {
        now_ += silence(service_.half_closed);
        if (uniform() >= service_.half_closed.again) break;
        say(!server_closes);
    }
    const double end = uniform();
    if (end < 0.05) {
        // Its last words, and nothing behind.
        say(!server_closes);
    } else if (end < 0.1) {
        send(!server_closes, rst | ack);
    } else {
        send(!server_closes, fin | ack);
        now_ += round_trip;
        send(server_closes, ack);
    }
}

Bytes frame_of(wire::PacketBuilder& builder, const Author::Packet& p) {
    constexpr std::uint32_t ports = 50'000;
    const Address client = Address::v4(0x0a000001 + p.connection / ports), server = Address::v4(0xc0000201);
    const auto client_port = static_cast<std::uint16_t>(10'000 + p.connection % ports);
    builder.ethernet({})
        .ipv4({.source = p.from_server ? server : client, .destination = p.from_server ? client : server})
        .tcp({.source = p.from_server ? p.port : client_port,
              .destination = p.from_server ? client_port : p.port,
              .sequence = p.seq,
              .acknowledgment = p.ack,
              .flags = p.flags});
    return builder.payload(p.data ? "." : "").finish();
}

}  // namespace

double true_share(Phase phase, double timeout) {
    double share = 0;
    for (const Service& service : services) {
        const Silences& s = silences_of(service, phase);
        const double below = 1 - std::pow(1 + timeout / s.scale, -s.shape);
        share += service.part * (1 - (1 - s.again) * below / (1 - s.again * below));
    }
    return share;
}

double true_timeout(Phase phase, double share) {
    double low = 0, high = 1e9;
    for (int i = 0; i < 200; ++i) {
        const double middle = (low + high) / 2;
        (true_share(phase, middle) > share ? low : high) = middle;
    }
    return high;
}

void make_day(std::uint64_t seed, std::uint32_t connections, const std::function<void(Time, Bytes)>& packet) {
    Random random(seed);
    std::vector<Author::Packet> all;
    for (std::uint32_t i = 0; i < connections; ++i) {
        double draw = static_cast<double>(random.next32()) / 4294967296.0;
        std::size_t service = 0;
        while (service + 1 < services.size() && draw >= services[service].part)
            draw -= services[service++].part;
        Author author(random, i, services[service]);
        author.write();
        for (const auto& p : author.packets) {
            if (p.at < seconds_of_day) all.push_back(p);
        }
    }
    std::ranges::stable_sort(all, {}, &Author::Packet::at);
    for (const auto& p : all) {
        wire::PacketBuilder builder;
        packet(midnight + static_cast<Nanoseconds>(p.at * 1e9), frame_of(builder, p));
    }
}

}  // namespace gatehouse::study_day

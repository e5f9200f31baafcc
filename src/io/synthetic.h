// Made-up traffic for measurements and demonstrations: conversations between hosts of an inside and an
// outside network, the same for the same seed on every machine.
//
// One thread's. Memory: one record a conversation.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/random.h"
#include "base/time.h"
#include "wire/address.h"

namespace gatehouse::io {

struct SyntheticOptions {
    std::uint64_t seed = 1;
    std::uint32_t flows = 1000;               // conversations going on at a time; at least 1
    unsigned ipv6_percent = 30;               // of the conversations
    unsigned udp_percent = 25;                // the others are TCP
    Time start{1'700'000'000 * second};       // of the first packet
    Nanoseconds mean_gap = 10 * microsecond;  // between packets
    // The router's and its neighbours' addresses on both sides.
    Mac inside_host{{0x02, 0, 0, 0, 0, 0x10}};
    Mac inside_router{{0x02, 0, 0, 0, 0, 0x01}};
    Mac outside_host{{0x02, 0, 0, 0, 0, 0x20}};
    Mac outside_router{{0x02, 0, 0, 0, 0, 0x02}};
};

struct SyntheticPacket {
    Time time{};
    bool from_inside = false;
    Bytes bytes{};  // an Ethernet frame as it reaches the router; good until the next packet
};

// Each conversation opens (TCP: handshake), asks and answers a few times, closes, and makes room for the
// next. TCP carries timestamps, sequence numbers advance, data is acknowledged; every checksum is right.
// Inside are 10.0.0.0/16 and fd00:10::/64; outside 198.18.0.0/15 (RFC 2544) and 2001:db8::/32.
class SyntheticTraffic {
  public:
    explicit SyntheticTraffic(const SyntheticOptions& options);

    // The next packet; there is always one.
    SyntheticPacket next();

  private:
    enum class Stage : std::uint8_t { open, opened, established, answering, closing, closed, over };
    struct Side {
        Address address{};
        std::uint16_t port = 0;
        std::uint32_t sequence = 0;  // of its next byte
    };
    struct Flow {
        Side client, server;
        Family family{};
        bool udp = false;
        Stage stage{};
        std::uint8_t rounds = 0;      // questions still to be asked
        std::uint32_t to_answer = 0;  // bytes still to be answered
        bool unacknowledged = false;  // the client owes an acknowledgement
    };
    struct Segment {
        bool from_client = true;
        std::uint8_t flags = 0;
        std::uint32_t payload = 0;
    };

    void renew(Flow& flow);
    Segment advance(Flow& flow);
    Segment advance_udp(Flow& flow);
    std::uint32_t build(Flow& flow, const Segment& segment);
    std::uint32_t put_ethernet(const Flow& flow, bool from_client);
    std::uint32_t put_network(const Flow& flow, const Side& from, const Side& to, std::uint32_t length);
    std::uint32_t put_tcp(std::uint8_t* at, const Side& from, const Side& to, std::uint8_t flags,
                          Family family) const;

    SyntheticOptions options_;
    Random random_;
    Time now_;
    std::vector<Flow> flows_;
    std::array<std::uint8_t, 1514> frame_{};
};

}  // namespace gatehouse::io

// For the tests of trackers without windows: packets of one flow, and what a tracker is asked about them.
#pragma once
#include <vector>

#include "packet/parse.h"
#include "track/tracker.h"
#include "wire/builder.h"

namespace gatehouse::track::testing {

// A packet from the network header on, kept with its bytes.
class Parsed {
  public:
    // `add` puts headers behind the IP header: [](wire::PacketBuilder& b) { b.udp({…}); }.
    template <class Add>
    Parsed(Family family, Direction direction, Add&& add) {
        wire::PacketBuilder builder;
        const bool v4 = is_v4(family), there = direction == Direction::original;
        const auto a = *parse_address(v4 ? "10.0.0.1" : "2001:db8::1", family),
                   b = *parse_address(v4 ? "10.0.0.2" : "2001:db8::2", family);
        if (v4) {
            builder.ipv4({.source = there ? a : b, .destination = there ? b : a});
        } else {
            builder.ipv6({.source = there ? a : b, .destination = there ? b : a});
        }
        add(builder);
        bytes_ = builder.build();
        packet.data = packet.buffer = bytes_.data();
        packet.length = packet.capacity = static_cast<std::uint32_t>(bytes_.size());
        finding = parse_network(packet);
    }
    Parsed(const Parsed&) = delete;
    Parsed& operator=(const Parsed&) = delete;

    Packet packet;
    Finding finding;

  private:
    std::vector<std::uint8_t> bytes_;
};

}  // namespace gatehouse::track::testing

// The packets of many flows: flow number n goes from a client to one of the destinations.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "frontend/bench/ring.h"
#include "track/tuple.h"

namespace gatehouse::frontend::bench {

enum class FlowKind : std::uint8_t { udp, tcp };

// TCP packets carry timestamps and four bytes of data; sequence numbers go on, acknowledgments follow, and
// windows are scaled. Checksums of TCP are what the device says: good.
class Flows {
  public:
    // Of TCP only the first `count` flows have sequence numbers of their own to go on with.
    Flows(Family family, FlowKind kind, std::vector<Address> destinations, std::uint32_t count);

    enum class Step : std::uint8_t { open, answer, go_on };
    // Writes a packet of a flow, a reply or not, into a frame of a ring. The client opens, the server
    // answers, then either goes on.
    Ring::Said write(std::uint8_t* to, std::uint32_t flow, Step step, bool reply, Time time);
    // A SYN that nothing else will follow; each `n` has an address of its own.
    Ring::Said write_stray_syn(std::uint8_t* to, std::uint32_t n, Time time) const;
    // The first packet of a flow from some client's port to one of the first `spread` destinations, drawn by
    // `n`.
    Ring::Said write_scattered(std::uint8_t* to, std::uint32_t n, std::uint32_t spread, Time time) const;
    // The tuple of a flow's first packet.
    track::Tuple tuple(std::uint32_t flow) const;
    // Replies of a flow go to this end from now on.
    void hide_client(std::uint32_t flow, const Address& outside, std::uint16_t port);

    FlowKind kind() const { return kind_; }

  private:
    struct Form {
        std::vector<std::uint8_t> bytes;  // a frame without addresses and ports
        std::uint32_t timestamps = 0;     // where its TCP timestamps are, from the transport header
    };
    Form make_form(Step step) const;
    std::uint8_t* put(std::uint8_t* to, const Form& form, const std::array<Address, 2>& ends,
                      const std::array<std::uint16_t, 2>& ports, bool reply) const;

    Family family_;
    FlowKind kind_;
    std::vector<Address> destinations_;
    std::optional<Address> outside_;
    std::vector<std::uint16_t> outside_ports_;             // by flow
    std::array<Form, 3> forms_;                            // by step
    std::vector<std::array<std::uint32_t, 2>> sequences_;  // of TCP flows: each end's next
};

}  // namespace gatehouse::frontend::bench

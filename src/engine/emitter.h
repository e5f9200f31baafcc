// The engine's own packets: a bounded pool and the queue of those that wait to be sent.
//
// The engine's thread only.
#pragma once
#include <array>
#include <cstdint>

#include "hook/emit.h"
#include "packet/pool.h"
#include "track/tracking.h"

namespace gatehouse {

class EngineEmitter final : public Emitter {
  public:
    // At most `limit` packets can wait, of which few are longer than an Ethernet frame: answers to pings that
    // came in fragments.
    explicit EngineEmitter(std::uint32_t limit);

    Packet* make(std::uint32_t length) override;
    Packet* copy(const Packet& packet) override;
    // The same, with its link header and all that is known of it, its connection too; not to be queued.
    Packet* keep(const Packet& packet);
    bool is_copy(const Packet& packet) const {
        return packet.generated && (packet.pool == small_copies_.id() || packet.pool == large_copies_.id());
    }
    using Emitter::emit;
    using Emitter::emit_about;
    void emit(Packet* packet, const Packet& because, const Sending& how) override {
        queue(packet, because, Way::routed, how);
    }
    void emit_about(Packet* packet, const Packet& because, const Sending& how) override {
        track::Tracking::attach(*packet, because);
        queue(packet, because, Way::routed, how);
    }
    void emit_back(Packet* packet, const Packet& because) override { queue(packet, because, Way::back); }
    void emit_frame(Packet* packet, const Packet& because) override { queue(packet, because, Way::frame); }

    enum class Way : std::uint8_t { routed, back, frame };
    struct Made {
        Packet* packet = nullptr;  // nullptr: none waits
        Way way{};
        Sending how{};
        InterfaceId from = InterfaceId::none;  // where the packet that it answers came in
        Mac station{};                         // and who sent that
    };
    bool any_waiting() const { return waiting_ != 0; }
    // The oldest that waits.
    Made next();
    void give_back(Packet* packet) { pool_of(*packet).give_back(packet); }

    // Packets that couldn't be made because the pool was empty or the queue full.
    std::uint64_t refused() const { return refused_; }

  private:
    void queue(Packet* packet, const Packet& because, Way way, const Sending& how = {});

    Pool& pool_of(const Packet& packet);

    // Copies have pools of their own, so that answers are made however much is copied.
    Pool small_, large_, small_copies_, large_copies_, kept_;
    std::vector<Made> queue_;  // a ring
    std::uint32_t head_ = 0, waiting_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace gatehouse

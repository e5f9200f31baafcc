// The programs that a scenario has listening on the router: UDP's, which answer with what they got or keep
// silent. One thread's.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "hook/world.h"

namespace gatehouse::differential {

class Listeners final : public World {
  public:
    // Of scenario.json; an error names what isn't supported.
    static Result<Listeners> read(const nlohmann::json& scenario);

    bool any() const { return !listeners_.empty(); }

    Answer local_socket(const Packet& packet) override;
    bool queue_has_reader(std::uint16_t) override { return false; }

    // A datagram that was delivered. `index`: of the packet that came in last.
    void take(const Packet& packet, std::size_t index);
    // The network packets that they send because of it.
    std::vector<std::vector<std::uint8_t>> answers() { return std::exchange(answers_, {}); }
    // The lines of listeners.jsonl.
    const std::string& heard() const { return heard_; }

  private:
    struct Listener {
        std::uint16_t port = 0;
        Address address{};  // unspecified: any
        Family family{};
        bool echo = false;
    };
    const Listener* of(const Packet& packet) const;

    std::vector<Listener> listeners_;
    std::vector<std::vector<std::uint8_t>> answers_;
    std::string heard_;
};

}  // namespace gatehouse::differential

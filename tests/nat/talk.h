// One case's flows, talked through with one peer: what leaves is answered by whoever it reaches.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "frontend/scenario/peer.h"
#include "rules.h"

namespace gatehouse::nat_generator {

struct Tally {
    std::uint64_t flows = 0, replies = 0, errors = 0, fragments = 0, data_connections = 0, refused = 0;
};

class Talk {
  public:
    // `pause` says how long to wait before each packet.
    Talk(frontend::scenario::Peer& peer, const network::Network& network, const Case& c,
         std::function<Nanoseconds()> pause)
        : peer_(peer), network_(network), case_(c), pause_(std::move(pause)) {}

    Result<void> run();
    // What happened, flow by flow; ports that were chosen among many read `*`.
    const std::vector<std::string>& told() const { return told_; }
    // What must not have happened.
    const std::vector<std::string>& wrong() const { return wrong_; }
    const Tally& tally() const { return tally_; }

  private:
    // A flow that got through: how it looks behind the router, and where.
    struct Live {
        std::string port;
        Datagram outer;
        std::vector<std::uint8_t> packet;
    };
    using Left = std::vector<oracle::LeftFrame>;

    const Mac& station(const std::string& port) const;
    Result<Left> send(const std::string& port, Bytes frame);
    Result<void> open(std::size_t flow);
    Result<void> answer(std::size_t flow);
    Result<void> fail(std::size_t flow);
    Result<void> transfer(std::size_t flow);
    // What came of a packet of this flow, which must be the only one; none if nothing left.
    std::optional<Read> only(std::size_t flow, const Left& left, const char* what);
    void expect(bool good, std::size_t flow, const char* what, const Read& got);
    std::string shown(std::size_t flow, const Datagram& outer) const;

    frontend::scenario::Peer& peer_;
    const network::Network& network_;
    const Case& case_;
    std::function<Nanoseconds()> pause_;
    std::map<std::size_t, Live> live_;
    std::map<std::string, std::size_t> outside_;  // how flows look behind the router, and whose that is
    std::vector<std::string> told_, wrong_;
    Tally tally_;
};

}  // namespace gatehouse::nat_generator

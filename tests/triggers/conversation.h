// Both ends of one connection through the router, each as its TCP would do: what is cut is said by the host
// inside, and heard outside.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "router.h"
#include "trigger.h"
#include "wire/fields.h"

namespace gatehouse::triggers {

struct Piece {
    std::size_t begin, end;  // of the command
};

// How the command is said.
struct Plan {
    std::string name;
    std::vector<Piece> pieces;
    // The sender waits for the acknowledgment of all before it says more (Nagle), and says it again only
    // after a second.
    bool waits = false;
    // So many of the segments that carry the command don't reach the receiver.
    unsigned lost = 0;
    // Then, and not the rest of the command: nothing, FIN, RST.
    enum class End : std::uint8_t { rest, silence, fin, rst } end = End::rest;
};

class Conversation {
  public:
    // `known_as`: the address that the host inside has for those outside.
    Conversation(Router& router, const Trigger& trigger, const Address& known_as, std::uint16_t port);

    // What the receiver has got without a gap in the end. What went wrong stands in fault().
    std::string run(const Plan& plan);
    const std::string& fault() const { return fault_; }

  private:
    static constexpr std::uint32_t first_sent = 1'000, first_answered = 700'000;
    static constexpr std::size_t longest = 1u << 16;

    void begin();
    void say(Piece piece, std::uint8_t more_flags = 0);
    void say_and_wait(Piece piece);
    void say_until_acknowledged(std::size_t end);
    void end_with(Plan::End end, std::size_t at);
    void close();
    void exchange(bool inside, wire::Tcp segment, std::string_view data);
    void pass(Nanoseconds time);
    void take(const std::vector<Router::Left>& left);
    void take_outside(const wire::Tcp& segment, Bytes data);
    void take_inside(const wire::Tcp& segment);
    void acknowledge();
    void fail(std::string what) {
        if (fault_.empty()) fault_ = std::move(what);
    }
    std::size_t contiguous() const { return std::min(there_.find('0'), there_.size()); }

    Router& router_;
    const Trigger& trigger_;
    Address known_as_;
    std::uint16_t port_;
    std::string all_;
    std::size_t said_ = 0;
    std::string got_, there_;  // by place; '1' where there is something
    std::size_t acknowledged_ = 0;
    std::uint32_t asked_ = 0;  // bytes that the other side has said
    unsigned to_lose_ = 0;
    bool fin_seen_ = false, rst_seen_ = false;
    std::string fault_;
};

}  // namespace gatehouse::triggers

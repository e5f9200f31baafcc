// Gatehouse as a library: rules and a network in, packets in, what became of them out.
//
// A Firewall is one engine. One thread owns it and makes every call. It reads no clock, opens nothing and
// starts no thread: time comes with the packets and never goes back, and the same calls give the same
// results. Nothing here throws. Handlers are called from receive(), send(), run_hook(), resume(), advance()
// and the destructor, on the caller's thread; they must not call the Firewall. What they are shown (bytes,
// names) holds for the call alone.
//
//     struct Out : gatehouse::embed::Handler {
//         void completed(const gatehouse::embed::Completion& c) override { … }
//     } out;
//     auto firewall = gatehouse::embed::Firewall::make(network_toml, out);
//     firewall->load(Family::ipv4, iptables_save_text);
//     firewall->receive({.interface = "lan", .bytes = frame, .time = now});
#pragma once
#include <array>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gatehouse::embed {

using Bytes = std::span<const std::uint8_t>;
using Nanoseconds = std::int64_t;  // since whatever the caller counts from

// Either the value or what was wrong, for a person: "rules.v4:12:31: unknown option `--dpotr`; did you mean
// …".
template <class T>
using Result = std::expected<T, std::string>;

enum class Family : std::uint8_t { ipv4, ipv6 };
enum class Hook : std::uint8_t { prerouting, input, forward, output, postrouting };

// A packet as it comes in.
struct Frame {
    std::string_view interface;  // by which it came; for run_hook(): "" for none
    Bytes bytes;                 // an Ethernet frame; for send() and run_hook(): an IP packet
    Nanoseconds time = 0;
    std::uint32_t mark = 0;
    std::uint64_t cookie = 0;  // the caller's own, handed back unread
};

enum class Verdict : std::uint8_t {
    forwarded,  // it leaves by `interface`, as `bytes` now are
    delivered,  // it is for a program of this host
    dropped,    // `reason` says why
    consumed,   // the router itself answered it or used it up
    replaced,   // its fragments left in its stead
};

// What became of a packet. Every packet that was handed in gets one, at once or, if it waits, later.
struct Completion {
    std::uint64_t cookie = 0;
    Verdict verdict{};
    std::string_view interface;  // forwarded: by which it leaves
    Bytes bytes;                 // the frame as it now is; delivered: of fragments, the whole datagram's
    std::uint32_t mark = 0;
    bool changed = false;                    // bytes or mark differ from what came in
    std::string_view reason;                 // "ttl-exceeded", "rule-drop"; "none"
    std::string_view table, chain;           // who had the last word; empty: the router itself
    std::uint32_t rule = 0;                  // its number in the chain, from 1; 0: the policy
    std::array<std::uint32_t, 3> numbers{};  // the reason's own
};

// "a rule dropped it": a completion's reason with its numbers, in words.
std::string explain(const Completion& completion);

using Token = std::uint64_t;

class Handler {
  public:
    virtual ~Handler() = default;
    virtual void completed(const Completion& completion) = 0;
    // The router made a frame of its own because of the packet with this cookie (a reset, an ICMP error, a
    // fragment); it leaves by `interface`.
    virtual void made(std::string_view /*interface*/, Bytes /*frame*/, std::uint64_t /*cookie*/) {}
    // A packet waits for resume(token), or ends 30 s later. `packet` is the IP packet.
    virtual void waits(Token /*token*/, std::uint16_t /*queue*/, Bytes /*packet*/, std::uint64_t /*cookie*/) {
    }
    // Does anybody read this queue (QUEUE, NFQUEUE)? Packets to one that nobody reads are dropped.
    virtual bool reads_queue(std::uint16_t /*queue*/) { return false; }
    // Does a program of this host take this IP packet? If not, the router answers as for a closed port.
    virtual bool takes(Bytes /*packet*/) { return false; }
    // A line that a LOG rule writes.
    virtual void logged(std::string_view /*line*/) {}
};

// What a hook alone says of a packet.
struct HookResult {
    enum class Verdict : std::uint8_t { accept, drop, queue, stolen };
    Verdict verdict{};
    Completion details{};  // its bytes are the IP packet as it now is; they hold until the next call
};

struct Resume {
    enum class Verdict : std::uint8_t {
        accept,  // go on behind the rule that held it
        repeat,  // through that table once more
        stop,    // past the other tables of the hook
        drop,
    };
    Verdict verdict = Verdict::accept;
    std::optional<std::uint32_t> mark{};
    std::optional<Bytes> packet{};  // an IP packet in place of the one that waits
};

class Firewall {
  public:
    // `network` is a network description as doc/network.md has it. `handler` must outlive the Firewall.
    static Result<Firewall> make(std::string_view network, Handler& handler);
    Firewall(Firewall&&) noexcept;
    Firewall& operator=(Firewall&&) noexcept;
    ~Firewall();  // packets that still wait are completed as dropped

    // Puts the tables of iptables-save text in place of the family's. All or nothing; `name` is what errors
    // call the text.
    Result<void> load(Family family, std::string_view rules, std::string_view name = "rules");
    // Lets the nat rules, as they are now, hold for the connections that are there: one that they translate
    // otherwise ends with its next packet, which begins another.
    void reapply_nat();
    // The tables as iptables-save -c writes them.
    std::string save(Family family) const;

    // The frame is copied. False: there is no such interface, or the frame is longer than 65,535 bytes; the
    // packet has no completion then.
    bool receive(const Frame& frame);
    // An IP packet of a program of this host: it passes OUTPUT and POSTROUTING. `interface` is not looked at.
    bool send(const Frame& packet);
    // An IP packet through one hook alone, without routing. `packet.interface` and `out` say what -i and -o
    // see.
    Result<HookResult> run_hook(Hook hook, const Frame& packet, std::string_view out = {});
    // False: nothing waits under this token (any more).
    bool resume(Token token, const Resume& how = {});
    // Time passes without a packet: those that have waited too long are dropped.
    void advance(Nanoseconds now);

  private:
    struct Parts;
    explicit Firewall(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace gatehouse::embed

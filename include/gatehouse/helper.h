// A program's own helper: it reads what a protocol's connections say, so that the other connections that they
// speak of are let in (RELATED) and, where addresses are translated, led and named rightly.
//
//     struct Meeting final : gatehouse::embed::Helper { … };
//     gatehouse::embed::add_helper(std::make_unique<Meeting>());
//     firewall->load(Family::ipv4, "*raw\n-A PREROUTING -p udp --dport 7000 -j CT --helper
//     meeting\nCOMMIT\n");
//
// A helper is known to the whole process, and to every Firewall that is made after it was added. It keeps
// nothing of its own between calls that depends on their order: any Firewall may ask it, each on its thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace gatehouse::embed {

enum class Transport : std::uint8_t { tcp = 6, udp = 17 };

// How an endpoint is written where a payload names it.
enum class Form : std::uint8_t {
    address_text,           // 192.0.2.1, 2001:db8::1
    port_text,              // 5000
    address_and_port_text,  // 192.0.2.1:5000, [2001:db8::1]:5000
    address_bytes,          // 4 bytes or 16
    port_bytes,             // 2 bytes, the high one first
};

// What a helper found.
class HelperFindings {
  public:
    // The other side will open a connection to this port of whoever sent the bytes at hand. Its number, for
    // mentions of it.
    virtual unsigned expect(Transport transport, std::uint16_t port) = 0;
    // These bytes, counted from the beginning of those at hand, name the connection `expected`. Where
    // addresses are translated they are replaced. Mentions don't overlap.
    virtual void mention(unsigned expected, std::size_t at, std::size_t length, Form form) = 0;

  protected:
    ~HelperFindings() = default;
};

// What a helper makes of the bytes at hand.
struct Inspected {
    enum class Next : std::uint8_t {
        done,       // the first `taken` bytes are judged; go on behind them
        more,       // what follows `taken` isn't whole yet: come again when there is more
        skip_line,  // and whatever follows up to the end of the line
        give_up,    // this direction of the connection is of no interest any more
        drop,       // the packet must not pass
    };
    Next next = Next::done;
    std::size_t taken = 0;
};

class Helper {
  public:
    virtual ~Helper() = default;
    // What CT --helper calls it: at most 15 letters, digits, `-`, `_` and `.`.
    virtual std::string_view name() const = 0;
    virtual Transport transport() const = 0;
    // How many connections may be expected at a time for one that has this helper, and for how long each.
    virtual unsigned most_expected() const { return 1; }
    virtual unsigned seconds() const { return 300; }
    // `bytes`: of UDP a datagram's payload; of TCP the stream in order, whatever way it was cut, from where
    // the last call ended. `from_client`: whoever opened the connection sent them. Must not throw.
    virtual Inspected inspect(std::span<const std::uint8_t> bytes, bool from_client,
                              HelperFindings& findings) const = 0;
};

// Makes it known. An error says why not: a name that is taken or isn't one, or too many helpers (16).
std::expected<void, std::string> add_helper(std::unique_ptr<Helper> helper);

}  // namespace gatehouse::embed

// For tests of TCP tracking: segments as short text, and a connection kept as the table keeps it.
//
// A line of a script says who sends what, and behind "=" what is then so:
//
//     > S 100 w5000 s7 k = NEW SYN_SENT 120
//     < SA 500 a101 w5000 s7 k = ESTABLISHED SYN_RECV 60
//     > A 101 a501 = ESTABLISHED ESTABLISHED 432000 assured
//
// ">" is the client, "<" the server; flags are S A F R P U E C; then the sequence number, and in any order
// aN (the acknowledgment), lN (bytes of data), wN (window, else 1000), sN (window scale), k (SACK permitted),
// bN (the right edge of a SACK block), t (timestamps), n (a no-operation). What is so: the state as rules see
// it, the phase ("gone" when there is no entry), the seconds that the entry has left, "assured", and why,
// unless the segment was accepted. "wait N" lets seconds pass; "loose 0" and the like set what Settings
// names.
#pragma once
#include <fmt/format.h>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "packet/reason.h"
#include "track/proto/tcp.h"
#include "track/proto/tcp_phase.h"
#include "wire/builder.h"
#include "wire/tcp.h"

namespace gatehouse::track::tcp::testing {

enum class Side : std::uint8_t { client, server };

// A segment before it is made.
struct Sent {
    Side side = Side::client;
    std::uint8_t flags = 0;
    std::uint32_t seq = 0, ack = 0;
    std::uint16_t length = 0, window = 1000;
    std::optional<std::uint8_t> scale{};
    bool sack_permitted = false, timestamps = false, nop = false;
    std::optional<std::uint32_t> edge{};  // of a SACK block

    wire::TcpOptionList options() const {
        wire::TcpOptionList list;
        if (sack_permitted) list.sack_permitted();
        if (scale) list.window_scale(*scale);
        if (timestamps) list.nop().nop().timestamps(1, 2);
        if (edge) list.sack({{*edge - 1, *edge}});
        if (nop) list.nop();
        return list;
    }
    wire::Tcp header(std::uint16_t source, std::uint16_t destination) const {
        return {.source = source,
                .destination = destination,
                .sequence = seq,
                .acknowledgment = ack,
                .flags = flags,
                .window = window,
                .options = options()};
    }
    Segment segment() const {
        const std::vector<std::uint8_t> data(length);
        const auto packet = wire::PacketBuilder().ipv4({}).tcp(header(1, 2)).payload(data).build();
        return read_segment(Bytes(packet).subspan(20));
    }
};

constexpr std::string_view flag_letters = "FSRPAUEC";  // from the lowest bit up

inline std::string flags_text(std::uint8_t flags) {
    std::string text;
    for (unsigned i = 0; i < flag_letters.size(); ++i) {
        if ((flags >> i & 1) != 0) text += flag_letters[i];
    }
    return text.empty() ? "-" : text;
}

inline std::string text(const Sent& sent) {
    std::string line =
        fmt::format("{} {} {}", sent.side == Side::client ? '>' : '<', flags_text(sent.flags), sent.seq);
    if (sent.ack != 0) line += fmt::format(" a{}", sent.ack);
    if (sent.length != 0) line += fmt::format(" l{}", sent.length);
    if (sent.window != 1000) line += fmt::format(" w{}", sent.window);
    if (sent.scale) line += fmt::format(" s{}", *sent.scale);
    if (sent.edge) line += fmt::format(" b{}", *sent.edge);
    if (sent.sack_permitted) line += " k";
    if (sent.timestamps) line += " t";
    if (sent.nop) line += " n";
    return line;
}

// The inverse of text(); what the line says after "=" isn't looked at.
inline Sent sent_of(std::string_view line) {
    std::istringstream words{std::string(line.substr(0, line.find('=')))};
    std::string side, flags, word;
    Sent sent;
    words >> side >> flags >> sent.seq;
    sent.side = side == ">" ? Side::client : Side::server;
    for (const char letter : flags) {
        if (const auto bit = flag_letters.find(letter); bit != std::string_view::npos)
            sent.flags |= static_cast<std::uint8_t>(1u << bit);
    }
    while (words >> word) {
        const std::uint32_t number =
            word.size() > 1 ? static_cast<std::uint32_t>(std::stoul(word.substr(1))) : 0;
        switch (word[0]) {
            case 'a': sent.ack = number; break;
            case 'l': sent.length = static_cast<std::uint16_t>(number); break;
            case 'w': sent.window = static_cast<std::uint16_t>(number); break;
            case 's': sent.scale = static_cast<std::uint8_t>(number); break;
            case 'b': sent.edge = number; break;
            case 'k': sent.sack_permitted = true; break;
            case 't': sent.timestamps = true; break;
            case 'n': sent.nop = true; break;
            default: throw std::invalid_argument("unknown word: " + word);
        }
    }
    return sent;
}

// A script with a name.
struct Case {
    std::string_view name;
    std::vector<std::string_view> lines;
};

// Cases as text: each begins with "# " and its name; empty lines don't matter.
inline std::vector<Case> cases_of(std::string_view text) {
    std::vector<Case> cases;
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.starts_with("# "))
            cases.push_back({.name = line.substr(2), .lines = {}});
        else if (!line.empty())
            cases.back().lines.push_back(line);
    }
    return cases;
}

// What became of a segment.
struct Outcome {
    Info info = Info::invalid;  // as rules see it: fresh, established or invalid
    bool entry = false;         // there is one, and the rest says what it is now
    TcpPhase phase{};
    std::int64_t seconds = 0;
    bool assured = false, seen_reply = false;
    Finding finding{};

    // Without the reason.
    std::string seen() const {
        const std::string_view state = info == Info::invalid ? "INVALID"
                                       : info == Info::fresh ? "NEW"
                                                             : "ESTABLISHED";
        if (!entry) return fmt::format("{} gone", state);
        return fmt::format("{} {} {}{}", state, name(phase), seconds, assured ? " assured" : "");
    }
    std::string text() const {
        return finding ? fmt::format("{} {}", seen(), gatehouse::name(finding.reason)) : seen();
    }
};

// A place in the table for the connection of two ends.
class Flow {
  public:
    Settings settings{.pickup = PickupMode::linux};
    TimeoutPolicy policy;
    Nanoseconds now = 0;
    std::uint32_t status = 0;
    TcpState state{};
    Pickup pickup{};
    std::int32_t ack_offset = 0;
    bool synproxy = false;
    bool entry = false;
    Nanoseconds expiry = 0;

    Outcome send(const Sent& sent) { return send(sent.side, sent.segment()); }
    Outcome send(Side side, const Segment& segment) {
        if (entry && now >= expiry) entry = false;
        Outcome outcome;
        if (!flags_fit(segment.flags)) {
            outcome.finding = {.reason = Reason::tcp_bad_flags, .numbers = {segment.flags}};
        } else {
            Judgement judgement = judge(side, segment);
            if (judgement.verdict == Verdict::reopen) {
                entry = false;
                judgement = judge(side, segment);
            }
            apply(judgement, outcome);
        }
        outcome.entry = entry;
        outcome.phase = state.phase;
        outcome.seconds = (expiry - now) / second;
        outcome.assured = (status & status::assured) != 0;
        outcome.seen_reply = (status & status::seen_reply) != 0;
        return outcome;
    }
    Direction direction(Side side) const {
        return side == original_ ? Direction::original : Direction::reply;
    }

    // Carries out a line that isn't a segment.
    void set(const std::string& what, std::uint32_t value) {
        if (what == "wait")
            now += value * second;
        else if (what == "loose")
            settings.loose = value != 0;
        else if (what == "be_liberal")
            settings.be_liberal = value != 0;
        else if (what == "ignore_invalid_rst")
            settings.ignore_invalid_rst = value != 0;
        else if (what == "max_retrans")
            settings.max_retrans = static_cast<std::uint8_t>(value);
        else
            throw std::invalid_argument("unknown line: " + what);
    }

  private:
    Judgement judge(Side side, const Segment& segment) {
        opens_ = !entry;
        if (opens_) {
            original_ = side;
            status = 0;
        }
        direction_ = direction(side);
        const Circumstances circumstances{.direction = direction_,
                                          .opens = opens_,
                                          .status = status,
                                          .remaining = expiry - now,
                                          .timeouts = policy,
                                          .ack_offset = ack_offset,
                                          .synproxy = synproxy};
        if (opens_) pickup = {};
        return update(state, segment, circumstances, settings, &pickup);
    }
    void apply(const Judgement& judgement, Outcome& outcome) {
        outcome.finding = judgement.finding;
        if (judgement.refresh) expiry = now + judgement.lifetime;
        if (judgement.verdict == Verdict::invalid) return;
        const bool replied = direction_ == Direction::reply || (status & status::seen_reply) != 0;
        outcome.info = replied ? Info::established : Info::fresh;
        entry = !judgement.kill;
        status |= judgement.set_status;
        if (direction_ == Direction::reply) status |= status::seen_reply;
    }

    Side original_ = Side::client;
    Direction direction_{};
    bool opens_ = false;
};

}  // namespace gatehouse::track::tcp::testing

// For tests of helpers: a connection that has one, and both ends' words in whatever pieces. Tests only.
#pragma once
#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "helper/helpers.h"
#include "hook/interfaces.h"
#include "packet/parse.h"
#include "packet/reason.h"
#include "packet/test_frame.h"
#include "track/helper_name.h"
#include "wire/builder.h"

namespace gatehouse::helper::testing {

using track::Direction;
constexpr Direction client = Direction::original, server = Direction::reply;

// Remembers mentions as nat would be shown them, and says what their formatters make of another endpoint.
class Reader final : public Translator {
  public:
    Verdict translate(Context&, const track::Seen&, Findings& findings, const Helper&) override {
        for (const Mention& mention : findings.mentions) {
            if (mention.denotes == Mention::Denotes::expected &&
                !findings.expectations[mention.expectation].allowed)
                continue;
            mentions.push_back(mention);
        }
        return Verdict::proceed;
    }
    std::vector<Mention> mentions;
};

class Talk {
  public:
    Talk(std::string_view helper, std::uint8_t protocol, Family family = Family::ipv4, Settings settings = {},
         std::uint16_t client_port = 40'000, std::uint16_t server_port = 21)
        : helpers(tracking, settings),
          family_(family),
          protocol_(protocol),
          ports_{client_port, server_port},
          helper_(*track::find_helper(helper, protocol)) {
        helpers.set_translator(&reader);
    }

    // TCP's handshake.
    void open() {
        tcp(client, wire::tcp_flag::syn, {});
        tcp(server, wire::tcp_flag::syn | wire::tcp_flag::ack, {});
        tcp(client, wire::tcp_flag::ack, {});
    }
    // The next bytes of a side. True: they pass.
    bool say(Direction who, std::string_view text) {
        if (protocol_ == wire::protocol::udp) return datagram(who, text);
        const bool passed = tcp(who, wire::tcp_flag::ack | wire::tcp_flag::psh, text);
        return passed;
    }
    // Bytes that don't follow on the last: `ahead` of where the side stands (or behind). The side stays
    // there.
    bool say_at(Direction who, std::int32_t ahead, std::string_view text) {
        const std::uint32_t before = sequence_[track::index(who)];
        sequence_[track::index(who)] += static_cast<std::uint32_t>(ahead);
        const bool passed = tcp(who, wire::tcp_flag::ack, text);
        sequence_[track::index(who)] = before;
        return passed;
    }
    void step(Direction who, std::size_t bytes) {
        sequence_[track::index(who)] += static_cast<std::uint32_t>(bytes);
    }
    // The connection counts as translated, so that the mentions are shown.
    void translate() { entry().status |= track::status::source_nat; }
    void pass(Nanoseconds time) { now_ = now_ + time; }
    // Lets go of every connection and expectation whose time is over.
    void end() { tracking.advance(now_); }

    // The client's datagrams go there instead.
    void ask(const Address& address) { asked_ = address; }
    // They are this host's own, and leave by an interface that has this address.
    void leave_by(InterfaceAddress address) {
        interfaces_ = {};
        out_ = interfaces_.add({.name = "lan", .addresses = {address}});
        services_.interfaces = &interfaces_;
    }

    track::Entry& entry() { return tracking.table()[connection_]; }

    // "tcp 192.0.2.2:* > 10.0.1.2:5000", sorted; flags and class behind it, unless 0.
    std::vector<std::string> expected() const {
        std::vector<std::string> all;
        tracking.expectations().visit_all(
            [&](track::ExpectationIndex, const track::Expectation& e) { all.push_back(text_of(e)); });
        std::ranges::sort(all);
        return all;
    }

    // Where nothing but this is the connection's first packet.
    static Address address_of(Family family, Direction who) {
        if (is_v4(family)) return Address::v4(who == client ? 0x0a000102 : 0xc0000202);
        return {{0x20010db8, 0, 0, who == client ? 1u : 2u}};
    }

    track::Tracking tracking{{.limits = {.entries = 64}}, 1};
    Helpers helpers;
    Reader reader;
    Finding why{};  // of the last packet, if it was dropped

  private:
    static std::string text_of(const track::Expectation& e) {
        const track::Tuple& t = e.tuple;
        const std::string_view name = t.protocol == wire::protocol::tcp   ? "tcp"
                                      : t.protocol == wire::protocol::udp ? "udp"
                                                                          : "gre";
        const auto end = [](std::uint16_t port, std::uint16_t mask) {
            return mask == 0 ? std::string("*") : fmt::format("{}", port);
        };
        const Address from = t.source & e.source_mask;
        std::string text = fmt::format(
            "{} {}:{} > {}:{}", name, e.source_mask.is_unspecified() ? "*" : to_string(from, t.family),
            end(t.ends.source, e.source_end_mask), to_string(t.destination, t.family), t.ends.destination);
        if (e.of_class != 0) text += fmt::format(" class {}", e.of_class);
        if (e.has(track::expectation_flag::permanent)) text += " permanent";
        if (e.has(track::expectation_flag::inactive)) text += " inactive";
        return text;
    }

    wire::PacketBuilder& network(wire::PacketBuilder& b, Direction who) const {
        const Address from = address_of(family_, who);
        const bool asks = who == client && asked_;
        const Address to = asks ? *asked_ : address_of(family_, track::opposite(who));
        if (is_v4(family_)) return b.ipv4({.source = from, .destination = to});
        return b.ipv6({.source = from, .destination = to});
    }
    bool tcp(Direction who, std::uint8_t flags, std::string_view text) {
        std::uint32_t& sequence = sequence_[track::index(who)];
        wire::PacketBuilder b;
        network(b.ethernet({}), who)
            .tcp({.source = ports_[track::index(who)],
                  .destination = ports_[track::index(track::opposite(who))],
                  .sequence = sequence,
                  .acknowledgment = sequence_[track::index(track::opposite(who))],
                  .flags = flags,
                  .window = 65'000})
            .payload(text);
        const bool passed = send(b.finish());
        if (!passed) return false;
        sequence += static_cast<std::uint32_t>(text.size()) + ((flags & wire::tcp_flag::syn) != 0 ? 1 : 0);
        return true;
    }
    bool datagram(Direction who, std::string_view text) {
        wire::PacketBuilder b;
        network(b.ethernet({}), who)
            .udp({.source = ports_[track::index(who)],
                  .destination = ports_[track::index(track::opposite(who))]})
            .payload(text);
        return send(b.finish());
    }

    bool send(Bytes frame) {
        TestFrame test(frame);
        Packet& packet = test.packet;
        if (parse_frame(packet).finding) return false;
        packet.time = services_.now = now_;
        now_ = now_ + millisecond;
        Context context(packet, services_, Hook::prerouting);
        tracking.apply(packet, {.helper = static_cast<std::uint16_t>(helper_ + 1)});
        Verdict verdict = tracking.track(context);
        if (const track::Seen seen = tracking.seen(packet); seen.entry != nullptr)
            connection_ = seen.connection;
        context.hook = Hook::postrouting;
        context.out = out_;
        if (verdict == Verdict::proceed) verdict = helpers.inspect(context);
        // What would wait goes on at once: what is read of a stream is the same.
        if (verdict == Verdict::suspend) {
            helpers.entered(Token::none);
            while (helpers.next_move()) continue;
            verdict = Verdict::proceed;
        }
        if (verdict == Verdict::proceed) verdict = tracking.confirm(context);
        tracking.settle();
        why = verdict == Verdict::proceed ? Finding{} : context.finding;
        return verdict == Verdict::proceed;
    }

    Family family_;
    std::uint8_t protocol_;
    std::array<std::uint16_t, 2> ports_;
    std::uint16_t helper_;
    std::array<std::uint32_t, 2> sequence_{1000, 500'000};
    Time now_{1'700'000'000 * second};
    Services services_{};
    std::optional<Address> asked_;
    Interfaces interfaces_;
    InterfaceId out_ = InterfaceId::none;
    track::ConnIndex connection_{};
};

// What a mention's formatter makes of an endpoint.
inline std::string written(const Mention& mention, const Endpoint& endpoint) {
    std::array<std::uint8_t, longest_written> room;
    const std::size_t size = mention.write({.endpoint = endpoint, .style = mention.style}, room);
    return {reinterpret_cast<const char*>(room.data()), size};
}

}  // namespace gatehouse::helper::testing

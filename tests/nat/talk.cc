#include "talk.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "wire/protocol.h"
#include "wire/tcp.h"

namespace gatehouse::nat_generator {

namespace {

namespace protocol = wire::protocol;
namespace flag = wire::tcp_flag;
constexpr std::uint32_t client_first = 1000, server_first = 9000;

// "a,b,c,d,e,f" or "|1|address|port|".
std::string port_command(const End& end, Family family) {
    if (!is_v4(family)) return fmt::format("EPRT |2|{}|{}|\r\n", to_string(end.address, family), end.port);
    std::string dotted = to_string(end.address, family);
    std::ranges::replace(dotted, '.', ',');
    return fmt::format("PORT {},{},{}\r\n", dotted, end.port >> 8, end.port & 255);
}

std::optional<End> read_port_command(const std::string& text, Family family) {
    if (is_v4(family)) {
        unsigned a = 0, b = 0, c = 0, d = 0, high = 0, low = 0;
        if (std::sscanf(text.c_str(), "PORT %u,%u,%u,%u,%u,%u", &a, &b, &c, &d, &high, &low) != 6) return {};
        return End{Address::v4(a << 24 | b << 16 | c << 8 | d), static_cast<std::uint16_t>(high << 8 | low)};
    }
    if (!text.starts_with("EPRT |2|")) return {};
    const std::size_t begin = 8, bar = text.find('|', begin);
    if (bar == std::string::npos) return {};
    const auto address = parse_address(text.substr(begin, bar - begin), family);
    std::uint16_t port = 0;
    std::from_chars(&text[bar + 1], text.data() + text.size(), port);
    if (!address) return {};
    return End{*address, port};
}

Datagram back(const Datagram& outer) {
    Datagram d = outer;
    std::swap(d.from, d.to);
    d.answer = true;
    d.flags = flag::syn | flag::ack;
    d.sequence = server_first;
    d.acknowledgment = outer.sequence + 1;
    return d;
}

}  // namespace

const Mac& Talk::station(const std::string& port) const {
    return std::ranges::find(network_.ports, port, &network::Port::name)->mac;
}

Result<Talk::Left> Talk::send(const std::string& port, Bytes frame) {
    return peer_.inject(port, frame, pause_());
}

std::optional<Read> Talk::only(std::size_t flow, const Left& left, const char* what) {
    if (left.empty()) return {};
    const auto read = read_frame(left[0].bytes);
    if (left.size() != 1 || !read) {
        wrong_.push_back(fmt::format("flow {}: {}: {} frames left, the first {}", flow, what, left.size(),
                                     read ? "good" : "unreadable"));
        return {};
    }
    if (!read->sound) wrong_.push_back(fmt::format("flow {}: {}: a wrong checksum", flow, what));
    return read;
}

void Talk::expect(bool good, std::size_t flow, const char* what, const Read& got) {
    if (good) return;
    const Datagram& d = got.datagram;
    wrong_.push_back(fmt::format("flow {}: {}: {} > {} \"{}\"", flow, what, text_of(d.from, d.family),
                                 text_of(d.to, d.family), d.payload));
}

std::string Talk::shown(std::size_t flow, const Datagram& outer) const {
    const Flow& f = case_.flows[flow];
    // A port at random may be the same by chance.
    const bool random = case_.rules.find("--random") != std::string::npos;
    const bool kept = !random && outer.from.port == f.from.port;
    return fmt::format("{}#{} > {}", to_string(outer.from.address, outer.family), kept ? "kept" : "*",
                       f.protocol == protocol::icmp || f.protocol == protocol::icmpv6
                           ? to_string(outer.to.address, outer.family)
                           : text_of(outer.to, outer.family));
}

Result<void> Talk::open(std::size_t flow) {
    const Flow& f = case_.flows[flow];
    ++tally_.flows;
    const Datagram first{.family = case_.family,
                         .protocol = f.protocol,
                         .from = f.from,
                         .to = f.to,
                         .payload = f.kind == Flow::Kind::fragments ? f.name + std::string(200, 'x')
                                    : f.protocol == protocol::tcp   ? ""
                                                                    : f.name,
                         .flags = flag::syn,
                         .sequence = client_first};
    Left left;
    std::optional<Read> got;
    if (f.kind == Flow::Kind::fragments) {
        for (const auto& frame : fragments_of(first, station(f.port), static_cast<std::uint16_t>(flow + 1))) {
            auto some = send(f.port, frame);
            if (!some) return std::unexpected(some.error());
            left.insert(left.end(), some->begin(), some->end());
        }
        if (left.size() == 2) {
            const auto one = read_frame(left[0].bytes), two = read_frame(left[1].bytes);
            if (one && two) got = put_together(*one, *two);
            if (!got || !got->sound) wrong_.push_back(fmt::format("flow {}: fragments that don't fit", flow));
            ++tally_.fragments;
        }
    } else {
        auto some = send(f.port, frame_of(first, station(f.port)));
        if (!some) return std::unexpected(some.error());
        left = std::move(*some);
        got = only(flow, left, "its first packet");
    }
    if (!got || !got->quoted.empty() || got->datagram.to.address == f.from.address) {
        ++tally_.refused;
        told_.push_back(fmt::format("flow {}: {}", flow, left.empty() ? "nothing left" : "not forwarded"));
        return {};
    }
    expect(got->datagram.payload == first.payload, flow, "its first packet says another thing", *got);
    const Datagram& outer = got->datagram;
    const auto [holder, fresh] =
        outside_.emplace(fmt::format("{} {} {} {}", outer.protocol, left[0].port,
                                     text_of(outer.from, outer.family), text_of(outer.to, outer.family)),
                         flow);
    if (!fresh) wrong_.push_back(fmt::format("flows {} and {} look the same outside", holder->second, flow));
    live_[flow] = {left[0].port, outer, got->ip};
    told_.push_back(fmt::format("flow {}: {} {}", flow, left[0].port, shown(flow, outer)));
    return {};
}

Result<void> Talk::answer(std::size_t flow) {
    const Flow& f = case_.flows[flow];
    const Live& live = live_.at(flow);
    Datagram reply = back(live.outer);
    reply.payload = f.protocol == protocol::tcp ? "" : "to " + f.name;
    const auto left = send(live.port, frame_of(reply, station(live.port)));
    if (!left) return std::unexpected(left.error());
    const auto got = only(flow, *left, "its reply");
    told_.push_back(fmt::format("flow {}: the reply {}", flow, got ? "came back" : "is lost"));
    if (!got) return {};
    ++tally_.replies;
    const Datagram& d = got->datagram;
    expect((*left)[0].port == f.port && d.from == f.to && d.to == f.from && d.payload == reply.payload, flow,
           "its reply went elsewhere", *got);
    return {};
}

// The server's host says that it can't be reached.
Result<void> Talk::fail(std::size_t flow) {
    const Flow& f = case_.flows[flow];
    const Live& live = live_.at(flow);
    const Bytes quoted = Bytes(live.packet).first(std::min<std::size_t>(live.packet.size(), 128));
    const auto left = send(live.port, error_frame(case_.family, live.outer.to.address,
                                                  live.outer.from.address, quoted, station(live.port)));
    if (!left) return std::unexpected(left.error());
    const auto got = only(flow, *left, "an ICMP error");
    told_.push_back(fmt::format("flow {}: the error {}", flow, got ? "came back" : "is lost"));
    if (!got) return {};
    ++tally_.errors;
    const bool good = (*left)[0].port == f.port && got->datagram.to.address == f.from.address &&
                      got->quoted.size() == 1 && got->quoted[0].from == f.from && got->quoted[0].to == f.to;
    expect(good, flow, "an ICMP error that doesn't speak of it", *got);
    return {};
}

// FTP: the client names a port, and the server connects to what it reads.
Result<void> Talk::transfer(std::size_t flow) {
    const Flow& f = case_.flows[flow];
    const Live live = live_.at(flow);
    Datagram d{.family = case_.family,
               .protocol = protocol::tcp,
               .from = f.from,
               .to = f.to,
               .flags = flag::ack,
               .sequence = client_first + 1,
               .acknowledgment = server_first + 1};
    auto left = send(f.port, frame_of(d, station(f.port)));
    if (!left) return std::unexpected(left.error());
    static_cast<void>(only(flow, *left, "its handshake's end"));
    // A line before it: Linux looks at those alone that follow one.
    d.payload = "USER anonymous\r\n";
    d.flags = flag::ack | flag::psh;
    left = send(f.port, frame_of(d, station(f.port)));
    if (!left) return std::unexpected(left.error());
    static_cast<void>(only(flow, *left, "its first line"));
    d.sequence += static_cast<std::uint32_t>(d.payload.size());
    const End announced{f.from.address, static_cast<std::uint16_t>(30'000 + flow)};
    d.payload = port_command(announced, case_.family);
    left = send(f.port, frame_of(d, station(f.port)));
    if (!left) return std::unexpected(left.error());
    const auto command = only(flow, *left, "its PORT command");
    const auto named = command ? read_port_command(command->datagram.payload, case_.family) : std::nullopt;
    told_.push_back(fmt::format("flow {}: {}", flow, named ? "a data connection" : "no data connection"));
    if (!named) return {};
    expect(named->address == live.outer.from.address, flow, "its PORT command names another address",
           *command);
    const Datagram data{.family = case_.family,
                        .protocol = protocol::tcp,
                        .from = {live.outer.to.address, 20},
                        .to = *named,
                        .flags = flag::syn,
                        .sequence = client_first};
    left = send(live.port, frame_of(data, station(live.port)));
    if (!left) return std::unexpected(left.error());
    const auto got = only(flow, *left, "its data connection");
    told_.push_back(fmt::format("flow {}: it {}", flow, got ? "is opened" : "is refused"));
    if (!got) return {};
    ++tally_.data_connections;
    expect((*left)[0].port == f.port && got->datagram.to == announced &&
               got->datagram.from == End{f.to.address, 20},
           flow, "its data connection went elsewhere", *got);
    left = send(f.port, frame_of(back(got->datagram), station(f.port)));
    if (!left) return std::unexpected(left.error());
    if (const auto reply = only(flow, *left, "the data connection's reply"))
        expect(reply->datagram.from == *named && reply->datagram.to == data.from, flow,
               "the data connection's reply went elsewhere", *reply);
    return {};
}

Result<void> Talk::run() {
    for (std::size_t flow = 0; flow < case_.flows.size(); ++flow) {
        if (auto done = open(flow); !done) return done;
    }
    for (const std::size_t flow : case_.order) {
        if (!live_.contains(flow)) continue;
        if (auto done = answer(flow); !done) return done;
        if (case_.flows[flow].kind == Flow::Kind::ftp) {
            if (auto done = transfer(flow); !done) return done;
        } else if (case_.flows[flow].error) {
            if (auto done = fail(flow); !done) return done;
        }
    }
    return {};
}

}  // namespace gatehouse::nat_generator

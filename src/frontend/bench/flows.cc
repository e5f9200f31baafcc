#include "frontend/bench/flows.h"

#include <algorithm>
#include <cassert>

#include "base/checksum.h"
#include "frontend/bench/network.h"
#include "wire/builder.h"
#include "wire/protocol.h"

namespace gatehouse::frontend::bench {

namespace {

constexpr std::uint32_t ethernet = 14, data_length = 4;
constexpr std::uint8_t window_scale = 7;
constexpr std::uint32_t clients = 60'000;

constexpr std::uint32_t l4_of(Family family) { return ethernet + (is_v4(family) ? 20 : 40); }

wire::Tcp segment(Flows::Step step) {
    namespace flag = wire::tcp_flag;
    if (step == Flows::Step::go_on) {
        return {.flags = flag::ack | flag::psh,
                .options = wire::TcpOptionList().nop().nop().timestamps(0, 0)};
    }
    const auto flags =
        static_cast<std::uint8_t>(step == Flows::Step::open ? flag::syn : flag::syn | flag::ack);
    return {.flags = flags,
            .options = wire::TcpOptionList().mss(1460).sack_permitted().timestamps(0, 0).nop().window_scale(
                window_scale)};
}

}  // namespace

Flows::Flows(Family family, FlowKind kind, std::vector<Address> destinations, std::uint32_t count)
    : family_(family), kind_(kind), destinations_(std::move(destinations)) {
    for (const Step step : {Step::open, Step::answer, Step::go_on})
        forms_[static_cast<unsigned>(step)] = make_form(step);
    if (kind != FlowKind::tcp) return;
    sequences_.resize(count);
}

Flows::Form Flows::make_form(Step step) const {
    wire::PacketBuilder b;
    b.ethernet({});
    if (is_v4(family_)) {
        b.ipv4({});
    } else {
        b.ipv6({});
    }
    Form form;
    if (kind_ == FlowKind::udp) {
        b.udp({.checksum = 0}).payload(is_v4(family_) ? "the frame's query." : "");
    } else {
        b.tcp(segment(step));
        if (step == Step::go_on) b.payload("data");
        form.timestamps = step == Step::go_on ? 24 : 28;
    }
    form.bytes = b.build();
    assert(form.bytes.size() <= Ring::longest);
    return form;
}

// Returns where the transport header is.
std::uint8_t* Flows::put(std::uint8_t* to, const Form& form, const std::array<Address, 2>& ends,
                         const std::array<std::uint16_t, 2>& ports, bool reply) const {
    std::ranges::copy(form.bytes, to);
    (reply ? out_mac : router_mac).store(to);
    (reply ? next_mac : host_mac).store(to + 6);
    const Address &source = ends[reply], &destination = ends[!reply];
    if (is_v4(family_)) {
        std::uint8_t* const sum = to + ethernet + 10;
        std::uint16_t field = load_be16(sum);
        for (const Address* a : {&source, &destination}) field = checksum::update32(field, 0, a->words[0]);
        store_be16(sum, field);
        source.store(to + ethernet + 12, family_);
        destination.store(to + ethernet + 16, family_);
    } else {
        source.store(to + ethernet + 8, family_);
        destination.store(to + ethernet + 24, family_);
    }
    std::uint8_t* const l4 = to + l4_of(family_);
    store_be16(l4, ports[reply]);
    store_be16(l4 + 2, ports[!reply]);
    return l4;
}

track::Tuple Flows::tuple(std::uint32_t flow) const {
    return {.source = client_of(family_, 2 + flow % clients),
            .destination = destinations_[flow % destinations_.size()],
            .ends = {static_cast<std::uint16_t>(1024 + flow / clients),
                     static_cast<std::uint16_t>(kind_ == FlowKind::tcp ? 443 : 53)},
            .family = family_,
            .protocol = kind_ == FlowKind::tcp ? wire::protocol::tcp : wire::protocol::udp};
}

void Flows::hide_client(std::uint32_t flow, const Address& outside, std::uint16_t port) {
    outside_ = outside;
    if (outside_ports_.size() <= flow) outside_ports_.resize(std::size_t{flow} + 1);
    outside_ports_[flow] = port;
}

Ring::Said Flows::write(std::uint8_t* to, std::uint32_t flow, Step step, bool reply, Time time) {
    const track::Tuple mine = tuple(flow);
    const bool outside = reply && outside_;
    const std::array<Address, 2> ends{outside ? *outside_ : mine.source, mine.destination};
    const std::array<std::uint16_t, 2> ports{outside ? outside_ports_[flow] : mine.ends.source,
                                             mine.ends.destination};
    const Form& form = forms_[static_cast<unsigned>(step)];
    std::uint8_t* const l4 = put(to, form, ends, ports, reply);
    if (kind_ == FlowKind::tcp) {
        auto& next = sequences_[flow];
        if (step == Step::open) next[0] = flow * 2'654'435'761u;
        if (step == Step::answer) next[1] = flow * 40'503u;
        const auto milliseconds = static_cast<std::uint32_t>(time.since_epoch / millisecond);
        store_be32(l4 + 4, next[reply]);
        store_be32(l4 + 8, step == Step::open ? 0 : next[!reply]);
        store_be32(l4 + form.timestamps, milliseconds);
        store_be32(l4 + form.timestamps + 4, step == Step::open ? 0 : milliseconds);
        next[reply] += step == Step::go_on ? data_length : 1;
    }
    return {.length = static_cast<std::uint16_t>(form.bytes.size()),
            .in = reply ? out_id : in_id,
            .checksum = ChecksumState::good,
            .time = time};
}

Ring::Said Flows::write_stray_syn(std::uint8_t* to, std::uint32_t n, Time time) const {
    assert(is_v4(family_) && kind_ == FlowKind::tcp);
    const Form& form = forms_[static_cast<unsigned>(Step::open)];
    const Address from = Address::v4(0x10000000u + n);
    std::uint8_t* const l4 =
        put(to, form, {from, destinations_[n % destinations_.size()]}, {1024, 443}, false);
    store_be32(l4 + 4, n * 2'654'435'761u);
    return {.length = static_cast<std::uint16_t>(form.bytes.size()),
            .in = in_id,
            .checksum = ChecksumState::good,
            .time = time};
}

Ring::Said Flows::write_scattered(std::uint8_t* to, std::uint32_t n, std::uint32_t spread, Time time) const {
    constexpr std::uint32_t first = 1024, ports = 64'512;
    const Form& form = forms_[static_cast<unsigned>(Step::open)];
    // Each n has a client's port of its own; a multiplication by an odd number scatters and repeats nothing.
    const std::uint32_t drawn = n * 2'654'435'761u;
    const auto port =
        static_cast<std::uint16_t>(first + static_cast<std::uint32_t>(std::uint64_t{drawn} * ports >> 32));
    put(to, form, {client_of(family_, 2 + n % clients), destinations_[n % spread]}, {port, 53}, false);
    return {.length = static_cast<std::uint16_t>(form.bytes.size()),
            .in = in_id,
            .checksum = ChecksumState::good,
            .time = time};
}

}  // namespace gatehouse::frontend::bench

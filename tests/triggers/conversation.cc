#include "conversation.h"

#include <algorithm>
#include <fmt/format.h>

#include "helper/helpers.h"
#include "wire/builder.h"
#include "wire/ipv4.h"
#include "wire/ipv6.h"
#include "wire/tcp.h"

namespace gatehouse::triggers {

using namespace wire::tcp_flag;

Conversation::Conversation(Router& router, const Trigger& trigger, const Address& known_as,
                           std::uint16_t port)
    : router_(router),
      trigger_(trigger),
      known_as_(known_as),
      port_(port),
      all_(trigger.before + trigger.command + trigger.behind) {}

std::string Conversation::run(const Plan& plan) {
    begin();
    const std::size_t at = trigger_.before.size(), command_end = at + trigger_.command.size();
    if (at > 0) say_until_acknowledged(at);
    to_lose_ = plan.lost;
    for (const Piece& piece : plan.pieces) {
        const Piece whole{at + piece.begin, at + piece.end};
        plan.waits ? say_and_wait(whole) : say(whole);
    }
    if (plan.end == Plan::End::rest) {
        say_until_acknowledged(command_end);
        if (command_end < all_.size()) say_until_acknowledged(all_.size());
        pass(millisecond);
        if (router_.engine().waiting().size() != 0) fail("packets wait though all is acknowledged");
    } else {
        end_with(plan.end, said_);
    }
    const std::string got = got_.substr(0, contiguous());
    close();
    return got;
}

void Conversation::begin() {
    const bool inside = trigger_.by_client;
    const std::uint32_t own = inside ? first_sent : first_answered,
                        other = inside ? first_answered : first_sent;
    exchange(inside, {.sequence = own, .flags = syn, .window = 60'000}, {});
    exchange(!inside, {.sequence = other, .acknowledgment = own + 1, .flags = syn | ack, .window = 60'000},
             {});
    exchange(inside, {.sequence = own + 1, .acknowledgment = other + 1, .flags = ack, .window = 60'000}, {});
    if (trigger_.asked.empty()) return;
    exchange(false,
             {.sequence = first_answered + 1,
              .acknowledgment = first_sent + 1,
              .flags = ack | psh,
              .window = 60'000},
             trigger_.asked);
    asked_ = static_cast<std::uint32_t>(trigger_.asked.size());
}

void Conversation::say(Piece piece, std::uint8_t more_flags) {
    if (piece.begin == piece.end && more_flags == 0) return;
    said_ = std::max(said_, piece.end);
    exchange(true,
             {.sequence = first_sent + 1 + static_cast<std::uint32_t>(piece.begin),
              .acknowledgment = first_answered + 1 + asked_,
              .flags = static_cast<std::uint8_t>(ack | psh | more_flags),
              .window = 60'000},
             std::string_view(all_).substr(piece.begin, piece.end - piece.begin));
    pass(2 * millisecond);
}

// As long as it isn't acknowledged nothing more is said; after a second, the same again.
void Conversation::say_and_wait(Piece piece) {
    constexpr int most = 5;
    constexpr Nanoseconds step = 20 * millisecond;
    for (int again = 0; again < most && acknowledged_ < piece.end; ++again) {
        say(piece);
        for (Nanoseconds waited = 0; waited < second && acknowledged_ < piece.end; waited += step) pass(step);
    }
    if (acknowledged_ < piece.end) fail(fmt::format("bytes up to {} are never acknowledged", piece.end));
}

void Conversation::say_until_acknowledged(std::size_t end) {
    constexpr int most = 12;
    if (said_ < end) say({std::max(acknowledged_, said_), end});
    for (int again = 0; again < most && acknowledged_ < end; ++again) {
        pass(200 * millisecond);
        acknowledge();
        if (acknowledged_ < end) say({acknowledged_, end});
    }
    if (acknowledged_ < end) fail(fmt::format("only {} of {} bytes are acknowledged", acknowledged_, end));
    // What is acknowledged is there, or comes yet from where it was promised.
    constexpr int longest_custody = 70;
    for (int i = 0; i < longest_custody && contiguous() < std::min(end, acknowledged_) && end == all_.size();
         ++i)
        pass(second);
}

void Conversation::end_with(Plan::End end, std::size_t at) {
    constexpr Nanoseconds limit = 3100 * millisecond, custody = 64 * second;
    if (end == Plan::End::fin) {
        say({at, at}, fin);
        if (!fin_seen_) fail("the FIN doesn't go");
    } else if (end == Plan::End::rst) {
        say({at, at}, rst);
        if (!rst_seen_) fail("the RST doesn't go");
    } else {
        for (Nanoseconds waited = 0; waited < limit; waited += 50 * millisecond) pass(50 * millisecond);
    }
    acknowledge();
    pass(end == Plan::End::silence ? millisecond : custody);
    if (router_.engine().waiting().size() != 0) fail("packets wait past their limit");
}

// So that nothing of it is left when the next one begins.
void Conversation::close() {
    exchange(false,
             {.sequence = first_answered + 1 + asked_,
              .acknowledgment = first_sent + 1 + static_cast<std::uint32_t>(contiguous()),
              .flags = rst | ack},
             {});
    pass(30 * second);
    if (router_.engine().waiting().size() != 0 || router_.engine().helpers()->holding().directions() != 0)
        fail("something is held when the connection has gone");
}

// The receiver, by itself, for what it has.
void Conversation::acknowledge() {
    exchange(
        false,
        {.sequence = first_answered + 1 + asked_,
         .acknowledgment = first_sent + 1 + static_cast<std::uint32_t>(contiguous()) + (fin_seen_ ? 1 : 0),
         .flags = ack,
         .window = 60'000},
        {});
}

void Conversation::pass(Nanoseconds time) { take(router_.pass(time)); }

void Conversation::exchange(bool inside, wire::Tcp segment, std::string_view data) {
    const bool client = inside == trigger_.by_client;
    const std::uint8_t number = inside ? 1 : 2;
    segment.source = client ? port_ : trigger_.port;
    segment.destination = client ? trigger_.port : port_;
    const Address own = triggers::inside(trigger_.family), other = triggers::outside(trigger_.family);
    const Address from = inside ? own : other, to = inside ? other : known_as_;
    wire::PacketBuilder builder;
    builder.ethernet({.destination = {{2, 0, 0, 0, number, 1}}, .source = {{2, 0, 0, 0, number, 2}}});
    if (is_v4(trigger_.family)) {
        builder.ipv4({.source = from, .destination = to});
    } else {
        builder.ipv6({.source = from, .destination = to});
    }
    take(router_.receive(inside, builder.tcp(segment).payload(data).finish()));
}

void Conversation::take(const std::vector<Router::Left>& left) {
    for (const auto& one : left) {
        const Bytes network = Bytes(one.frame).subspan(14);
        Bytes transport;
        if (is_v4(trigger_.family)) {
            const auto view = wire::Ipv4View::parse(network);
            if (view) transport = view->payload();
        } else {
            const auto view = wire::Ipv6View::parse(network);
            if (view) transport = view->payload();
        }
        const auto view = wire::TcpView::parse(transport);
        if (!view) {
            fail("what leaves can't be read");
            continue;
        }
        const wire::Tcp segment{.sequence = view->sequence(),
                                .acknowledgment = view->acknowledgment(),
                                .flags = view->flags(),
                                .window = view->window()};
        one.to_inside ? take_inside(segment) : take_outside(segment, view->payload());
    }
}

void Conversation::take_outside(const wire::Tcp& segment, Bytes data) {
    rst_seen_ |= (segment.flags & rst) != 0;
    const std::uint32_t at = segment.sequence - first_sent - 1;
    if ((segment.flags & fin) != 0) {
        if (at + data.size() != contiguous() && data.empty()) fail("the FIN goes before what it ends");
        fin_seen_ = true;
    }
    if (data.empty()) return;
    if (at > longest) return fail("a segment has a number of another stream");
    if (to_lose_ > 0) {
        --to_lose_;
        return;
    }
    if (got_.size() < at + data.size()) {
        got_.resize(at + data.size());
        there_.resize(at + data.size(), '0');
    }
    // What it has acknowledged nobody looks at any more.
    const std::size_t known = contiguous();
    for (std::size_t i = known > at ? known - at : 0; i < data.size(); ++i) {
        const char byte = static_cast<char>(data[i]);
        if (there_[at + i] == '1' && got_[at + i] != byte) fail(fmt::format("byte {} comes as two", at + i));
        got_[at + i] = byte;
        there_[at + i] = '1';
    }
    acknowledge();
}

void Conversation::take_inside(const wire::Tcp& segment) {
    if ((segment.flags & (syn | rst)) != 0 || (segment.flags & ack) == 0) return;
    const std::uint32_t upto = segment.acknowledgment - first_sent - 1;
    if (upto > all_.size() + 1) return fail(fmt::format("{} bytes are acknowledged", upto));
    if (upto > said_ + 1) fail("more is acknowledged than was said");
    if (upto < acknowledged_ && segment.sequence == first_answered + 1 + asked_)
        fail(fmt::format("{} bytes are acknowledged after {}", upto, acknowledged_));
    acknowledged_ = std::min(std::max<std::size_t>(acknowledged_, upto), all_.size());
}

}  // namespace gatehouse::triggers

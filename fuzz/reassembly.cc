// Fuzzes reassembly: fragments of both families and all three places, cut, ordered and malformed as the input
// says. Each must end exactly once, what is put together must hold the data that came, and what is cut again
// must come out the same when it is put together once more.
//
// The input's first byte chooses the place; then come fragments of eight bytes of description each, and their
// data, which is that of one datagram for each id.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <vector>

#include "defrag/fragment.h"
#include "defrag/reassembler.h"
#include "defrag/testing.h"
#include "packet/reason.h"

namespace {

using namespace gatehouse;
using namespace gatehouse::defrag;
using defrag::testing::Cutting;
using defrag::testing::Held;

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "doesn't hold: %s\n", what);
    std::abort();
}

struct Ends final : Releaser {
    void absorbed(Packet& fragment, InterfaceId, const Whole&) override { ++times[&fragment]; }
    void dropped(Packet& fragment, InterfaceId, Group, const Finding& why) override {
        require(why.reason != Reason::none, "a drop has a reason");
        ++times[&fragment];
    }
    void expired(Packet& first, InterfaceId, Group) override {
        require(times[&first] == 0, "the first fragment is still there when its time is over");
    }
    std::map<const Packet*, int> times;
};

class Play {
  public:
    explicit Play(Manner manner)
        : manner_(manner),
          reassembler_(manner, {.timeout = second, .memory = 100'000, .fragments = 40, .datagrams = 8}, 1,
                       wholes_) {}

    void take(const Cutting& cut, Nanoseconds now) {
        held_.push_back(std::make_unique<Held>(testing::frame_of(family(), cut)));
        Packet& packet = held_.back()->packet;
        if (held_.back()->finding) return;
        reassembler_.expire({now}, ends_);
        const auto piece = read_piece(packet, {}, packet.in);
        if (!piece) return;
        const Taken taken = reassembler_.take(packet, *piece, packet.in, {now}, ends_);
        require(reassembler_.fragments() <= 40 && reassembler_.datagrams() <= 8, "the limits hold");
        if (taken.what == Taken::What::waits) return;
        ++ends_.times[&packet];
        if (taken.what == Taken::What::whole) {
            look_at(*taken.whole);
            wholes_.give_back(*taken.whole);
        } else {
            require(taken.finding.reason != Reason::none, "what isn't taken has a reason");
        }
    }
    void finish() {
        reassembler_.discard({.reason = Reason::suspended_discarded}, ends_);
        require(reassembler_.fragments() == 0 && reassembler_.datagrams() == 0 && reassembler_.memory() == 0,
                "nothing is left behind");
        require(wholes_.taken() == 0, "no buffer is left behind");
        for (const auto& [packet, times] : ends_.times) require(times == 1, "each fragment ends once");
    }

  private:
    Family family() const { return manner_ == Manner::ipv4 ? Family::ipv4 : Family::ipv6; }

    // Of any two fragments that fit, both told the same of every byte: so it is what each place says.
    void look_at(const Whole& whole) {
        const Packet& packet = whole.packet;
        require(packet.flat.network && !packet.flat.fragmented, "what is put together is no fragment");
        const std::uint8_t* const data = packet.l3() + packet.flat.l3_length - whole.data;
        for (std::uint32_t at = 8; at < whole.data; ++at)
            require(data[at] == testing::byte_at(at), "each byte is where it belongs");
        cut_and_join(whole);
    }

    void cut_and_join(const Whole& whole) {
        std::vector<std::vector<std::uint8_t>> buffers;
        std::vector<std::unique_ptr<Packet>> made;
        std::vector<std::unique_ptr<Held>> pieces;
        const auto make = [&](std::uint32_t length) {
            buffers.emplace_back(length);
            made.push_back(std::make_unique<Packet>());
            made.back()->buffer = made.back()->data = buffers.back().data();
            made.back()->length = made.back()->capacity = length;
            return made.back().get();
        };
        const auto leave = [&](Packet& piece) {
            require(piece.flat.l3_length <= std::max<std::uint32_t>(whole.largest, 1280),
                    "no piece is larger than the largest was");
            pieces.push_back(std::make_unique<Held>(std::vector(piece.data, piece.data + piece.length)));
            require(!pieces.back()->finding, "a piece is a good packet");
        };
        if (!fragment(whole.packet, {.mtu = 65'535, .id = 9, .whole = &whole}, make, leave)) return;
        if (pieces.size() < 2) return;
        WholePool wholes(1);
        Reassembler again(manner_, {}, 1, wholes);
        Ends ends;
        Taken taken;
        for (const auto& piece : pieces) {
            const auto read = read_piece(piece->packet, {}, piece->packet.in);
            require(read.has_value(), "a piece is a fragment");
            taken = again.take(piece->packet, *read, piece->packet.in, {}, ends);
        }
        require(taken.what == Taken::What::whole, "the pieces fit together");
        // IPv4's "don't fragment" isn't said again in pieces that leave as they came.
        const std::size_t from = manner_ == Manner::ipv4 ? 12 : 0;
        require(std::ranges::equal(taken.whole->packet.network().subspan(from),
                                   whole.packet.network().subspan(from)),
                "and are what was cut");
    }

    Manner manner_;
    WholePool wholes_{1};
    Reassembler reassembler_;
    Ends ends_;
    std::vector<std::unique_ptr<Held>> held_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1 || size > 2'000) return 0;
    Play play(static_cast<Manner>(data[0] % 3));
    Nanoseconds now = 0;
    for (std::size_t at = 1; at + 8 <= size; at += 8) {
        const std::uint8_t* const d = data + at;
        Cutting cut{.offset = load_be16(d) & ~7u, .more = (d[4] & 1) != 0};
        cut.end = std::min<std::uint32_t>(cut.offset + (load_be16(d + 2) & 0x7ff), 65'528 + 2'000);
        cut.id = d[5] & 3;
        cut.tos = (d[4] & 2) != 0 ? d[6] & 3 : 0;
        cut.dont_fragment = (d[4] & 4) != 0;
        if ((d[4] & 8) != 0) {
            if (data[0] % 3 == 0)
                cut.options = {148, 4, 0, 0};
            else
                cut.options = {wire::protocol::fragment, 0, 1, 4, 0, 0, 0, 0};
        }
        now += Nanoseconds{d[7]} * millisecond;
        play.take(cut, now);
    }
    play.finish();
    return 0;
}

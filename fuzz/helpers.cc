// Helpers: whatever both sides of a control connection say, and however it is cut into segments, memory stays
// in its bounds, nothing is expected that leads elsewhere than to who announced it, mentions are apart from
// each other and can be written, and a stream in pieces means the same as in one.
//
//     which helper and family (1), then turns: side and length (2), bytes
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "helper/testing.h"

namespace {

using namespace gatehouse;
using namespace gatehouse::helper;
using testing::Talk;

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "violated: %s\n", what);
    std::abort();
}

struct Turn {
    track::Direction who;
    std::string_view text;
};

std::vector<Turn> turns_of(std::string_view input) {
    constexpr std::size_t longest_turn = 1200, most_turns = 40;
    std::vector<Turn> turns;
    while (input.size() > 2 && turns.size() < most_turns) {
        const auto head = static_cast<std::uint8_t>(input[0]);
        const std::size_t wanted = std::size_t{head & 7u} << 8 | static_cast<std::uint8_t>(input[1]);
        input.remove_prefix(2);
        const std::string_view text = input.substr(0, std::min(wanted, longest_turn));
        input.remove_prefix(text.size());
        turns.push_back({(head & 8) != 0 ? testing::server : testing::client, text});
    }
    return turns;
}

void check_mentions(const Talk& talk) {
    for (const Mention& mention : talk.reader.mentions) {
        std::array<std::uint8_t, longest_written> room;
        const std::size_t size =
            mention.write({.endpoint = mention.endpoint, .length = 70'000, .style = mention.style}, room);
        require(size > 0 && size <= room.size(), "a mention can be written again");
        require(mention.span.length > 0, "a mention stands somewhere");
    }
}

void check_expectations(const Talk& talk, Family family) {
    talk.tracking.expectations().visit_all([&](track::ExpectationIndex, const track::Expectation& e) {
        const Address& to = e.tuple.destination;
        require(to == Talk::address_of(family, testing::client) ||
                    to == Talk::address_of(family, testing::server),
                "only those who speak are led to");
        require(e.tuple.ends.destination >= 1024 || e.tuple.protocol > wire::protocol::udp,
                "no service is led to");
    });
}

// What is expected in the end. `cut`: each turn comes in two pieces.
std::vector<std::string> run(const track::HelperName& name, Family family, Mode mode,
                             const std::vector<Turn>& turns, bool cut, bool& comparable) {
    Talk talk(name.name, name.protocol, family, {.mode = mode}, 5060, 5060);
    if (name.protocol == wire::protocol::tcp) talk.open();
    for (const Turn& turn : turns) {
        const std::size_t at = cut ? turn.text.size() / 3 : turn.text.size();
        for (const std::string_view piece : {turn.text.substr(0, at), turn.text.substr(at)}) {
            if (piece.empty()) continue;
            talk.reader.mentions.clear();
            comparable &= talk.say(turn.who, piece);
            if (turn.who == testing::client || turn.text.data() == turns.front().text.data())
                talk.translate();
            check_mentions(talk);
        }
        require(talk.helpers.streams().in_use() <= 2, "a connection has a buffer for each direction");
    }
    comparable &= talk.helpers.statistics().passed_over == 0 && talk.helpers.statistics().refused == 0;
    check_expectations(talk, family);
    auto expected = talk.expected();
    talk.pass(6 * 24 * 3600 * second);
    talk.end();
    require(talk.helpers.streams().in_use() == 0 && !talk.tracking.expectations().any(),
            "nothing outlives its connection");
    return expected;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) return 0;
    const auto names = track::all_helper_names();
    const track::HelperName& name = names[(data[0] & 127u) % names.size()];
    if (find_helper(name.name) == nullptr) return 0;
    const Family family = (data[0] & 128) != 0 ? Family::ipv6 : Family::ipv4;
    const auto turns = turns_of({reinterpret_cast<const char*>(data + 1), size - 1});
    bool comparable = true;
    run(name, family, Mode::drop, turns, false, comparable);
    comparable = true;
    const auto whole = run(name, family, Mode::hold, turns, false, comparable);
    if (name.protocol != wire::protocol::tcp) return 0;
    const auto pieces = run(name, family, Mode::hold, turns, true, comparable);
    if (comparable) require(whole == pieces, "a stream in pieces means the same");
    return 0;
}

#include "helper/subject.h"

namespace gatehouse::helper {

namespace {

// The port under which whoever announced it knows it.
std::uint16_t announced_port(const track::Expectation& e) {
    return e.redirection.manner == 0 ? e.tuple.ends.destination : e.redirection.port;
}

// The newest.
template <class Is>
const track::Expectation* find_own(const Subject& subject, track::Direction announcer, Is is) {
    const track::Expectation* found = nullptr;
    const Address& to = subject.tuple(track::opposite(announcer)).destination;
    subject.expectations().visit(subject.entry(), [&](track::ExpectationIndex, const track::Expectation& e) {
        if (found == nullptr && e.tuple.destination == to && is(e)) found = &e;
    });
    return found;
}

}  // namespace

const track::Expectation* Subject::find_announced(track::Direction announcer, std::uint16_t port) const {
    return find_own(*this, announcer, [&](const track::Expectation& e) { return announced_port(e) == port; });
}

const track::Expectation* Subject::find_known(track::Direction announcer, std::uint16_t port) const {
    return find_own(*this, announcer,
                    [&](const track::Expectation& e) { return e.tuple.ends.destination == port; });
}

Wanted call_back(const Subject& subject, std::uint8_t protocol, std::uint16_t port) {
    const track::Tuple theirs = subject.theirs();
    const track::Tuple mine = subject.mine();
    track::Tuple first = theirs;
    first.protocol = protocol;
    first.ends = {0, port};
    return {.expectation = {.tuple = first, .source_mask = track::whole_address},
            .announced = {.family = mine.family, .address = mine.source, .port = port},
            .direction = subject.direction()};
}

}  // namespace gatehouse::helper

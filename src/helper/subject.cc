#include "helper/subject.h"

namespace gatehouse::helper {

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

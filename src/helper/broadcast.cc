#include "helper/broadcast.h"

#include <algorithm>

#include "hook/interfaces.h"
#include "wire/protocol.h"

namespace gatehouse::helper {

namespace {

constexpr unsigned bits_of_a_word = 32;

Address mask_of(unsigned length) {
    Address mask;
    for (auto& word : mask.words) {
        const unsigned here = std::min(length, bits_of_a_word);
        word = here == 0 ? 0 : ~0u << (bits_of_a_word - here);
        length -= here;
    }
    return mask;
}

const Interface* way_out(const Subject& subject) {
    const Context& context = subject.context();
    if (context.services.interfaces == nullptr || context.out == InterfaceId::none) return nullptr;
    return &(*context.services.interfaces)[context.out];
}

}  // namespace

std::optional<Network> asked_network(const Subject& subject) {
    const Interface* const out = way_out(subject);
    const track::Tuple tuple = subject.mine();
    if (out == nullptr || subject.context().in != InterfaceId::none || !is_v4(tuple.family) ||
        subject.direction() != track::Direction::original)
        return {};
    for (const InterfaceAddress& own : out->addresses) {
        constexpr unsigned longest_with_broadcast = 30;
        if (!is_v4(own.family) || own.length > longest_with_broadcast) continue;
        const std::uint32_t mask = mask_of(own.length).words[0];
        if ((own.address.words[0] | ~mask) == tuple.destination.words[0])
            return Network{tuple.destination, Address::v4(mask)};
    }
    return {};
}

Network link_network(const Subject& subject) {
    const Interface* const out = way_out(subject);
    if (out == nullptr) return {};
    const Family family = subject.mine().family;
    for (const InterfaceAddress& own : out->addresses) {
        if (own.family == family) return {own.address, mask_of(own.length)};
    }
    return {};
}

void expect_answers(const Subject& subject, const Answers& answers, Findings& findings) {
    Wanted wanted = call_back(subject, wire::protocol::udp, subject.mine().ends.source);
    track::Expectation& expectation = wanted.expectation;
    expectation.tuple.source = answers.from.address;
    expectation.source_mask = answers.from.mask;
    expectation.tuple.ends.source = answers.port;
    expectation.source_end_mask = answers.port == 0 ? 0 : track::whole_end;
    expectation.flags = track::expectation_flag::permanent;
    expectation.helper = answers.helper;
    wanted.seconds = answers.seconds;
    wanted.optional = true;
    findings.expect(wanted);
    findings.lifetime = answers.seconds * second;
}

}  // namespace gatehouse::helper

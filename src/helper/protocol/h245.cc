// H.245, over a connection of its own, which call signalling (q931.cc) has announced: each side tells the
// other where it wants to get the media that are sent to it.
#include "helper/h323.h"
#include "wire/protocol.h"

namespace gatehouse::helper {

namespace {

void judge(const h323::Message& message) {
    per::Items items;
    if (per::read(message.bytes, {.type = &h323::multimedia_message}, items))
        h323::expect_channels(message, items);
}

Inspection inspect(const Reading& reading, Subject& subject, Findings& findings) {
    return h323::inspect_packets(reading, subject, findings, judge);
}

constexpr std::uint8_t transports[] = {wire::protocol::tcp};
// Four channels of two connections each, either way, and T.120, as Linux has it.
constexpr track::ExpectationPolicy policies[] = {{.most = 18, .seconds = 240}};

}  // namespace

extern const Helper helper_h245;
const Helper helper_h245{.name = "H.245",
                         .protocols = transports,
                         .grain = Grain::messages,
                         .policies = policies,
                         .longest = h323::longest_message,
                         .inspect = inspect};

}  // namespace gatehouse::helper

// What the three control protocols of H.323 (Q.931 as H.225.0 has it, H.245, RAS) have in common: TPKTs,
// addresses in them, and the channels that H.245 opens, over a connection of its own or in call signalling.
#pragma once
#include <string_view>

#include "helper/h323_types.h"
#include "helper/helper.h"

namespace gatehouse::helper::h323 {

// A message, and where it stands in what is inspected.
struct Message {
    Bytes bytes;
    std::uint32_t at = 0;
    Subject& subject;
    Findings& findings;
};

// Reads what comes in TPKTs (RFC 1006, section 6) and has `judge` judge what is in each. The subject's memory
// is that of Framing.
Inspection inspect_packets(const Reading& reading, Subject& subject, Findings& findings,
                           void (*judge)(const Message& message));
// As Linux reads single segments: of a TPKT whose head came alone, how many bytes are to follow, by
// direction.
struct Framing {
    std::uint16_t announced[2];
};

// The address of a marked item; nothing if it isn't of the connection's family, or has no port.
std::optional<Endpoint> endpoint_of(const Message& message, const per::Item& item);
// A mention of what stands there. `expectation`: it is that one's; else it becomes `to`.
void mention(const Message& message, const per::Item& item, std::uint8_t expectation);
void mention(const Message& message, const per::Item& item, const Endpoint& to);

// A connection to `port` of whoever sent the message, which is redirected only where the sender's address is
// translated.
Wanted call_back_to(const Message& message, std::uint8_t protocol, std::uint16_t port);
// Its helper's number, for expectations of connections that are to have one.
std::uint16_t helper_number(std::string_view name);

// Of what a message may have while it waits for its rest.
constexpr std::uint32_t longest_message = 8192;

// Expects the media and data connections of the channels that are opened or accepted.
void expect_channels(const Message& message, const per::Items& items);

}  // namespace gatehouse::helper::h323

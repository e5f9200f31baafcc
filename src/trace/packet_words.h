// A packet in one line, in the words in which scenarios and `gatehouse explain` take packets.
#pragma once
#include <string>

#include "packet/packet.h"

namespace gatehouse::trace {

// "tcp 10.0.1.2:40000 > 198.51.100.9:80 S, 60 bytes, ttl 64". The packet has been parsed.
std::string words(const Packet& packet);

// "tcp 10.0.1.2:40000 > 198.51.100.9:80 S": what is known of a packet that is gone.
std::string words(const Flat& flat);

}  // namespace gatehouse::trace

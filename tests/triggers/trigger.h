// What helpers wait for in TCP streams: each of their triggers, said by a host inside that others know by
// another address.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "wire/address.h"

namespace gatehouse::triggers {

struct Trigger {
    std::string name;
    std::string helper;
    std::uint16_t port;
    Family family;
    bool by_client;         // else by the server, which is behind DNAT
    std::string asked;      // what the other side says first
    std::string before;     // what its sender says before it
    std::string command;    // what is cut
    std::string behind;     // what it says after that
    bool of_lines = false;  // each of its lines is read by itself
};

// The host inside, and the one outside.
Address inside(Family family);
Address outside(Family family);

std::vector<Trigger> all_triggers();

}  // namespace gatehouse::triggers

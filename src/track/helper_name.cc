#include "track/helper_name.h"

#include "wire/protocol.h"

namespace gatehouse::track {

namespace {

namespace protocol = wire::protocol;

constexpr HelperName names[] = {
    {"ftp", protocol::tcp},
    {"irc", protocol::tcp},
    {"sane", protocol::tcp},
    {"pptp", protocol::tcp},
    {"sip", protocol::udp},
    {"sip", protocol::tcp},
    {"tftp", protocol::udp},
    {"amanda", protocol::udp},
    {"netbios-ns", protocol::udp},
    {"snmp", protocol::udp},
    {"snmp_trap", protocol::udp},
    {"RAS", protocol::udp},
    {"Q.931", protocol::tcp},
    {"H.245", protocol::tcp},
    // Not Linux's.
    {"rtsp", protocol::tcp},
    {"mms", protocol::tcp},
    {"talk", protocol::udp},
    {"ssdp", protocol::udp},
    {"mdns", protocol::udp},
};

}  // namespace

std::span<const HelperName> all_helper_names() { return names; }

std::optional<std::uint16_t> find_helper(std::string_view name, std::uint8_t number) {
    for (std::size_t i = 0; i < std::size(names); ++i) {
        if (names[i].name == name && names[i].protocol == number) return static_cast<std::uint16_t>(i);
    }
    return {};
}

}  // namespace gatehouse::track

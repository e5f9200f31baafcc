#include "track/helper_name.h"

#include <algorithm>
#include <array>
#include <atomic>

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

struct All {
    std::array<HelperName, std::size(names) + most_added_helpers> rows{};
    std::atomic<std::size_t> count = std::size(names);
    All() { std::ranges::copy(names, rows.begin()); }
};
All& all() {
    static All one;
    return one;
}

}  // namespace

const std::size_t own_helper_names = std::size(names);

std::span<const HelperName> all_helper_names() {
    return std::span(all().rows).first(all().count.load(std::memory_order_acquire));
}

bool add_helper_name(const HelperName& name) {
    const std::size_t count = all().count.load(std::memory_order_relaxed);
    if (count == all().rows.size()) return false;
    all().rows[count] = name;
    all().count.store(count + 1, std::memory_order_release);
    return true;
}

std::optional<std::uint16_t> find_helper(std::string_view name, std::uint8_t number) {
    const auto known = all_helper_names();
    for (std::size_t i = 0; i < known.size(); ++i) {
        if (known[i].name == name && known[i].protocol == number) return static_cast<std::uint16_t>(i);
    }
    return {};
}

}  // namespace gatehouse::track

#include "nat/port_shares.h"

#include <fmt/format.h>

namespace gatehouse::nat {

namespace {
constexpr std::uint32_t first_shared = 1024, shared = 65'536 - first_shared;
}

Result<PortShares> PortShares::make(const Address& network, std::uint8_t length, const Address& low,
                                    const Address& high) {
    PortShares s;
    s.clients_ = std::uint64_t{1} << (32 - length);
    s.network_ = network.words[0] & static_cast<std::uint32_t>(~(s.clients_ - 1));
    s.low_ = low.words[0];
    s.outsides_ = std::uint64_t{high.words[0]} - low.words[0] + 1;
    const std::uint64_t each = (s.clients_ + s.outsides_ - 1) / s.outsides_;
    if (each > shared) {
        return fail(fmt::format("{} clients can't share {} addresses: that is less than a port each",
                                s.clients_, s.outsides_));
    }
    s.clients_each_ = static_cast<std::uint32_t>(each);
    s.ports_each_ = shared / s.clients_each_;
    return s;
}

std::optional<PortShares::Share> PortShares::share_of(const Address& client) const {
    const std::uint32_t number = client.words[0] - network_;
    if (number >= clients_) return {};
    const std::uint32_t first = first_shared + number % clients_each_ * ports_each_;
    return Share{.outside = Address::v4(low_ + number / clients_each_),
                 .first_port = static_cast<std::uint16_t>(first),
                 .last_port = static_cast<std::uint16_t>(first + ports_each_ - 1)};
}

std::optional<Address> PortShares::client_of(const Address& outside, std::uint16_t port) const {
    const std::uint32_t address = outside.words[0] - low_;
    if (address >= outsides_ || port < first_shared) return {};
    const std::uint32_t place = (port - first_shared) / ports_each_;
    const std::uint64_t number = std::uint64_t{address} * clients_each_ + place;
    if (place >= clients_each_ || number >= clients_) return {};
    return Address::v4(network_ + static_cast<std::uint32_t>(number));
}

}  // namespace gatehouse::nat

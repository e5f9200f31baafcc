#include "wire/nd.h"

namespace gatehouse::wire {

std::optional<Mac> NdOption::link_address() const {
    const bool ours = kind == nd_option::source_link_address || kind == nd_option::target_link_address;
    if (!ours || bytes.size() != 8) return {};
    return Mac::load(&bytes[2]);
}

std::optional<std::uint32_t> NdOption::mtu() const {
    if (kind != nd_option::mtu || bytes.size() != 8) return {};
    return load_be32(&bytes[4]);
}

std::optional<Prefix> NdOption::prefix() const {
    if (kind != nd_option::prefix_information || bytes.size() != 32 || bytes[2] > 128) return {};
    return Prefix{.family = Family::ipv6,
                  .address = Address::load(&bytes[16], Family::ipv6) & prefix_mask(bytes[2]),
                  .length = bytes[2]};
}

std::optional<Bytes> NdOption::redirected() const {
    if (kind != nd_option::redirected_header) return {};
    return bytes.subspan(8);
}

std::optional<NdOption> NdOptions::next() {
    if (fault_ || at_ >= message_.size()) return {};
    const std::size_t left = message_.size() - at_;
    const std::size_t length = left >= 2 ? message_[at_ + 1] * 8u : 0;
    if (length == 0 || length > left) {
        fault_ = Fault{FaultKind::bad_option, message_[at_], static_cast<std::uint32_t>(at_)};
        return {};
    }
    const NdOption option{.kind = message_[at_],
                          .offset = static_cast<std::uint32_t>(at_),
                          .bytes = message_.subspan(at_, length)};
    at_ += length;
    return option;
}

Checked<NdView> NdView::parse(Bytes message) {
    if (message.size() < 8) return fault(FaultKind::truncated, message.size(), 8);
    std::size_t fixed = 0;
    switch (message[0]) {
        case icmpv6::router_solicitation: fixed = 8; break;
        case icmpv6::router_advertisement: fixed = 16; break;
        case icmpv6::neighbour_solicitation:
        case icmpv6::neighbour_advertisement: fixed = 24; break;
        case icmpv6::redirect: fixed = 40; break;
        default: return fault(FaultKind::bad_type, message[0], icmpv6::neighbour_solicitation);
    }
    if (message.size() < fixed) return fault(FaultKind::truncated, message.size(), fixed);
    return NdView(message, fixed);
}

std::optional<NdOption> NdView::option(std::uint8_t kind) const {
    NdOptions walk = options();
    while (const auto found = walk.next()) {
        if (found->kind == kind) return found;
    }
    return {};
}

}  // namespace gatehouse::wire

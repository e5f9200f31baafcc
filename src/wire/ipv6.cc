#include "wire/ipv6.h"

#include <algorithm>

namespace gatehouse::wire {

Checked<Ipv6View> Ipv6View::parse_embedded(Bytes bytes) {
    if (bytes.size() < length) return fault(FaultKind::truncated, bytes.size(), length);
    if (bytes[0] >> 4 != 6) return fault(FaultKind::bad_version, bytes[0] >> 4, 6);
    const std::size_t payload = load_be16(&bytes[4]);
    const bool jumbo = payload == 0 && bytes[6] == protocol::hop_by_hop;
    return Ipv6View(jumbo ? bytes : bytes.first(std::min(length + payload, bytes.size())));
}

Checked<Ipv6View> Ipv6View::parse(Bytes bytes) {
    const auto view = parse_embedded(bytes);
    if (view && length + view->payload_length() > bytes.size()) {
        return fault(FaultKind::bad_length, length + view->payload_length(), bytes.size());
    }
    return view;
}

namespace {

// The length that an extension header's second byte announces; 0 for what isn't one.
std::size_t announced_length(std::uint8_t number, std::uint8_t units) {
    switch (number) {
        case protocol::hop_by_hop:
        case protocol::routing:
        case protocol::destination_options:
        case protocol::mobility: return (units + 1u) * 8u;
        case protocol::fragment: return FragmentView::length;
        case protocol::ah: return (units + 2u) * 4u;
        default: return 0;
    }
}

}  // namespace

std::optional<Ipv6Extension> Ipv6Extensions::next() {
    if (stopped_ || fault_ || announced_length(number_, 0) == 0) return {};
    const std::size_t left = packet_.size() - offset_;
    const std::size_t needed = left >= 2 ? announced_length(number_, packet_[offset_ + 1]) : 2;
    if (left < needed) {
        fault_ =
            Fault{FaultKind::truncated, static_cast<std::uint32_t>(left), static_cast<std::uint32_t>(needed)};
        return {};
    }
    const Ipv6Extension extension{.number = number_,
                                  .next = packet_[offset_],
                                  .offset = offset_,
                                  .bytes = packet_.subspan(offset_, needed)};
    stopped_ = number_ == protocol::fragment && (load_be16(&extension.bytes[2]) & 0xfff8) != 0;
    number_ = extension.next;
    offset_ += static_cast<std::uint32_t>(needed);
    return extension;
}

Checked<RoutingView> RoutingView::parse(Bytes extension) {
    if (extension.size() < 4) return fault(FaultKind::truncated, extension.size(), 4);
    return RoutingView(extension);
}

Checked<FragmentView> FragmentView::parse(Bytes extension) {
    if (extension.size() < length) return fault(FaultKind::truncated, extension.size(), length);
    return FragmentView(extension);
}

std::optional<Ipv6Option> Ipv6Options::next() {
    if (fault_ || at_ >= bytes_.size()) return {};
    const std::size_t left = bytes_.size() - at_;
    const std::uint8_t kind = bytes_[at_];
    const std::size_t needed = kind == ipv6_option::pad1 ? 1 : left >= 2 ? bytes_[at_ + 1] + 2u : 2;
    if (needed > left) {
        fault_ = Fault{FaultKind::bad_option, kind, static_cast<std::uint32_t>(at_)};
        return {};
    }
    const Ipv6Option option{
        .kind = kind, .offset = static_cast<std::uint32_t>(at_), .bytes = bytes_.subspan(at_, needed)};
    at_ += needed;
    return option;
}

TransportPlace find_transport(Bytes packet) {
    TransportPlace place{.protocol = packet[6]};
    std::size_t at = Ipv6View::length;
    while (is_skipped_extension(place.protocol)) {
        // Only as much of each header is asked for as Linux asks for: one whose announced length runs past
        // the packet is passed over, and the transport header is then found missing.
        const std::size_t needed =
            place.protocol == protocol::routing || place.protocol == protocol::fragment ? 4 : 2;
        if (at + needed > packet.size()) break;
        const std::uint8_t next = packet[at];
        if (place.protocol == protocol::fragment) {
            const std::uint16_t field = load_be16(&packet[at + 2]);
            place.fragment_offset = static_cast<std::uint16_t>(field >> 3);
            place.fragmented |= (field & 0xfff9) != 0;
            if (place.fragment_offset != 0) {
                place.protocol = next;
                at += FragmentView::length;
                break;
            }
        }
        at += announced_length(place.protocol, packet[at + 1]);
        place.protocol = next;
    }
    place.offset = static_cast<std::uint32_t>(std::min(at, packet.size()));
    return place;
}

HeaderPlace find_header(Bytes packet, std::uint8_t number) {
    using Search = HeaderPlace::Search;
    std::uint8_t at_hand = packet[6];
    for (std::size_t at = Ipv6View::length;;) {
        const auto place = [at](Search search) {
            return HeaderPlace{search, static_cast<std::uint32_t>(at)};
        };
        if (!is_skipped_extension(at_hand)) return place(at_hand == number ? Search::found : Search::absent);
        const bool reads_four = at_hand == protocol::routing || at_hand == protocol::fragment;
        if (at + (reads_four ? 4 : 2) > packet.size()) return place(Search::broken);
        if (at_hand == number) return place(Search::found);
        if (at_hand == protocol::fragment && (load_be16(&packet[at + 2]) & 0xfff8) != 0)
            return place(Search::absent);
        const std::size_t length = announced_length(at_hand, packet[at + 1]);
        at_hand = packet[at];
        at += length;
    }
}

}  // namespace gatehouse::wire

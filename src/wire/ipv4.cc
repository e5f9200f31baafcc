#include "wire/ipv4.h"

#include <algorithm>

#include "base/checksum.h"
#include "wire/protocol.h"

namespace gatehouse::wire {

std::optional<Ipv4Option> Ipv4Options::next() {
    while (at_ < options_.size() && options_[at_] == ipv4_option::nop) ++at_;
    if (at_ >= options_.size() || options_[at_] == ipv4_option::end) return {};
    const std::size_t left = options_.size() - at_;
    const auto offset = static_cast<std::uint8_t>(Ipv4View::minimum + at_);
    const std::uint8_t kind = options_[at_];
    const std::size_t length = left >= 2 ? options_[at_ + 1] : 0;
    if (length < 2 || length > left) {
        fault_ = Fault{FaultKind::bad_option, kind, offset};
        at_ = options_.size();
        return {};
    }
    const Ipv4Option option{.kind = kind, .offset = offset, .bytes = options_.subspan(at_, length)};
    at_ += length;
    return option;
}

Checked<Ipv4View> Ipv4View::parse_embedded(Bytes bytes) {
    if (bytes.size() < minimum) return fault(FaultKind::truncated, bytes.size(), minimum);
    if (bytes[0] >> 4 != 4) return fault(FaultKind::bad_version, bytes[0] >> 4, 4);
    const std::size_t header = (bytes[0] & 0x0fu) * 4u;
    if (header < minimum) return fault(FaultKind::bad_header, header, minimum);
    if (bytes.size() < header) return fault(FaultKind::truncated, bytes.size(), header);
    const std::size_t total = load_be16(&bytes[2]);
    if (total < header) return fault(FaultKind::bad_length, total, bytes.size());
    return Ipv4View(bytes.first(std::min(total, bytes.size())));
}

Checked<Ipv4View> Ipv4View::parse(Bytes bytes) {
    const auto view = parse_embedded(bytes);
    if (view && view->total_length() > bytes.size()) {
        return fault(FaultKind::bad_length, view->total_length(), bytes.size());
    }
    return view;
}

std::uint16_t Ipv4View::right_checksum() const {
    // 0xffff less its own contribution: the sum of the header with the field as zero.
    return checksum::finish(checksum::add(header().subspan(12), checksum::add(header().first(10))));
}

}  // namespace gatehouse::wire

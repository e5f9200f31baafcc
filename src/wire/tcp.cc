#include "wire/tcp.h"

namespace gatehouse::wire {

std::optional<std::uint16_t> TcpOption::mss() const {
    if (kind != tcp_option::mss || bytes.size() != 4) return {};
    return load_be16(&bytes[2]);
}

std::optional<std::uint8_t> TcpOption::window_scale() const {
    if (kind != tcp_option::window_scale || bytes.size() != 3) return {};
    return bytes[2];
}

std::optional<TcpOption::Timestamps> TcpOption::timestamps() const {
    if (kind != tcp_option::timestamps || bytes.size() != 10) return {};
    return Timestamps{.value = load_be32(&bytes[2]), .echo = load_be32(&bytes[6])};
}

std::size_t TcpOption::sack_count() const {
    if (kind != tcp_option::sack || bytes.size() < 10 || (bytes.size() - 2) % 8 != 0) return 0;
    return (bytes.size() - 2) / 8;
}

std::optional<TcpOption> TcpOptions::next() {
    while (at_ < options_.size() && options_[at_] == tcp_option::nop) ++at_;
    if (fault_ || at_ >= options_.size() || options_[at_] == tcp_option::end) return {};
    const std::size_t left = options_.size() - at_;
    const std::size_t length = left >= 2 ? options_[at_ + 1] : 0;
    const auto offset = static_cast<std::uint8_t>(TcpView::minimum + at_);
    if (length < 2 || length > left) {
        fault_ = Fault{FaultKind::bad_option, options_[at_], offset};
        return {};
    }
    const TcpOption option{.kind = options_[at_], .offset = offset, .bytes = options_.subspan(at_, length)};
    at_ += length;
    return option;
}

Checked<TcpView> TcpView::parse(Bytes segment) {
    if (segment.size() < minimum) return fault(FaultKind::truncated, segment.size(), minimum);
    const std::size_t header = (segment[12] >> 4) * 4u;
    if (header < minimum) return fault(FaultKind::bad_header, header, minimum);
    if (header > segment.size()) return fault(FaultKind::truncated, segment.size(), header);
    return TcpView(segment);
}

}  // namespace gatehouse::wire

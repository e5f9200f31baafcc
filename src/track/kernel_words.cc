#include "track/kernel_words.h"

#include <algorithm>

#include "track/proto/tcp_words.h"
#include "wire/protocol.h"

namespace gatehouse::track {

namespace {

namespace protocol = wire::protocol;

struct Row {
    std::uint8_t protocol;
    Reason reason;
    std::string_view words;
};

// As Linux 6.18 logs them; SCTP's end with a space.
constexpr Row rows[] = {
    {protocol::udp, Reason::l4_bad_checksum, "bad checksum"},
    {protocol::udp, Reason::l4_truncated, "short packet"},
    {protocol::udp, Reason::track_bad_length, "truncated/malformed packet"},
    {protocol::udplite, Reason::l4_bad_checksum, "bad checksum"},
    {protocol::udplite, Reason::l4_truncated, "short packet"},
    {protocol::udplite, Reason::track_bad_length, "invalid checksum coverage"},
    {protocol::icmp, Reason::l4_bad_checksum, "bad hw icmp checksum"},
    {protocol::icmp, Reason::l4_truncated, "short packet"},
    {protocol::icmp, Reason::track_icmp_type, "invalid icmp type"},
    {protocol::icmpv6, Reason::l4_bad_checksum, "ICMPv6 checksum failed"},
    {protocol::icmpv6, Reason::l4_truncated, "short packet"},
    {protocol::sctp, Reason::l4_bad_checksum, "nf_ct_sctp: bad CRC "},
    {protocol::sctp, Reason::l4_truncated, "nf_ct_sctp: short packet "},
};

}  // namespace

std::string kernel_says(std::uint8_t number, const Finding& finding) {
    if (number == protocol::tcp) {
        // Of a header of which not even the fixed part is there it says nothing.
        constexpr std::uint32_t fixed_part = 20;
        const bool silent = finding.reason == Reason::l4_truncated && finding.numbers[2] == fixed_part;
        return silent ? std::string() : tcp::kernel_words(finding);
    }
    const auto* const row = std::ranges::find_if(
        rows, [&](const Row& r) { return r.protocol == number && r.reason == finding.reason; });
    return std::string(row == std::end(rows) ? std::string_view() : row->words);
}

std::string kernel_words(std::uint8_t number, const Finding& finding) {
    std::string said = kernel_says(number, finding);
    return said.empty() ? words(finding.reason, finding.numbers) : said;
}

}  // namespace gatehouse::track

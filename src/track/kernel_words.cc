#include "track/kernel_words.h"

#include "track/proto/tcp_words.h"
#include "wire/protocol.h"

namespace gatehouse::track {

std::string kernel_says(std::uint8_t protocol, const Finding& finding) {
    if (protocol == wire::protocol::tcp) return tcp::kernel_words(finding);
    switch (finding.reason) {
        case Reason::l4_bad_checksum: return "bad checksum";
        case Reason::l4_truncated: return "short packet";
        case Reason::track_bad_length: return "truncated/malformed packet";
        default: return {};
    }
}

std::string kernel_words(std::uint8_t protocol, const Finding& finding) {
    std::string said = kernel_says(protocol, finding);
    return said.empty() ? words(finding.reason, finding.numbers) : said;
}

}  // namespace gatehouse::track

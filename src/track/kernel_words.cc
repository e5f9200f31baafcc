#include "track/kernel_words.h"

#include "track/proto/tcp_words.h"
#include "wire/protocol.h"

namespace gatehouse::track {

std::string kernel_words(std::uint8_t protocol, const Finding& finding) {
    std::string said;
    if (protocol == wire::protocol::tcp) {
        said = tcp::kernel_words(finding);
    } else if (finding.reason == Reason::l4_bad_checksum) {
        said = "bad checksum";
    } else if (finding.reason == Reason::l4_truncated) {
        said = "short packet";
    } else if (finding.reason == Reason::track_bad_length) {
        said = "truncated/malformed packet";
    }
    return said.empty() ? words(finding.reason, finding.numbers) : said;
}

}  // namespace gatehouse::track

#include "track/block.h"

#include "wire/crc32c.h"

namespace gatehouse::track::block {

std::uint32_t checksum(Bytes bytes) { return ~wire::crc32c_add(bytes); }

std::size_t begin(wire::Writer& to) {
    const std::size_t at = to.size();
    to.zeros(head);
    return at;
}

void end(wire::Writer& to, std::size_t at) {
    if (to.overflowed()) return;
    const MutableBytes written = to.written().subspan(at);
    const Bytes payload = written.subspan(head);
    store_be32(written.data(), static_cast<std::uint32_t>(payload.size()));
    store_be32(written.data() + 4, checksum(payload));
}

Result<Bytes> take(Bytes& from) {
    if (from.size() < head) return fail("it ends in the middle of a block");
    const std::size_t length = load_be32(from.data());
    const std::uint32_t wanted = load_be32(from.data() + 4);
    if (length == 0 || length > largest_payload) return fail("a block claims an impossible length");
    if (from.size() - head < length) return fail("it ends in the middle of a block");
    const Bytes payload = from.subspan(head, length);
    if (checksum(payload) != wanted) return fail("a block's checksum is wrong");
    from = from.subspan(head + length);
    return payload;
}

}  // namespace gatehouse::track::block

#include "helper/q931.h"

#include <cstddef>
#include <cstdint>

namespace gatehouse::helper::q931 {

namespace {

constexpr std::uint8_t discriminator = 8, user_to_user = 0x7e, single_octet = 0x80;

}  // namespace

Bytes user_information(Bytes message) {
    // The discriminator, the call reference's length and bytes, the message's type.
    if (message.size() < 2 || message[0] != discriminator) return {};
    std::size_t at = std::size_t{2} + message[1] + 1;
    while (at + 1 < message.size()) {
        const std::uint8_t element = message[at++];
        if ((element & single_octet) != 0) continue;
        if (element != user_to_user) {
            at += std::size_t{1} + message[at];
            continue;
        }
        // Unlike others, it has two octets of length; one says which protocol's information it is.
        constexpr std::size_t length_bytes = 2;
        if (message.size() - at < length_bytes) return {};
        const std::size_t length = load_be16(&message[at]);
        at += length_bytes;
        if (length < 2 || length > message.size() - at) return {};
        return message.subspan(at + 1, length - 1);
    }
    return {};
}

}  // namespace gatehouse::helper::q931

// PPTP's messages, for tests.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>

#include "base/bytes.h"

namespace gatehouse::helper::testing {

// A number at a place behind the header.
struct PptpField {
    std::size_t at;
    std::uint16_t value;
};

// A control message of this kind, with so many bytes behind its header (RFC 2637, 2).
inline std::string pptp_message(std::uint16_t kind, std::size_t length,
                                std::initializer_list<PptpField> fields) {
    constexpr std::size_t header = 12;
    std::string text(header + length, '\0');
    auto* const bytes = reinterpret_cast<std::uint8_t*>(text.data());
    store_be16(bytes, static_cast<std::uint16_t>(text.size()));
    store_be16(bytes + 2, 1);
    store_be32(bytes + 4, 0x1a2b3c4d);
    store_be16(bytes + 8, kind);
    for (const PptpField& field : fields) store_be16(bytes + header + field.at, field.value);
    return text;
}

}  // namespace gatehouse::helper::testing

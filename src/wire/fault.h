// Why a view can't be made: the fault, with its numbers.
#pragma once
#include <cstdint>
#include <expected>
#include <string_view>

namespace gatehouse::wire {

enum class FaultKind : std::uint8_t {
    truncated,    // {bytes there, bytes needed}
    bad_version,  // {version found, version expected}
    bad_header,   // a header length that can't be: {length claimed, least or greatest possible}
    bad_length,   // a total length that contradicts the bytes there: {length claimed, bytes there}
    bad_option,   // an option that runs past its header or is too short: {option kind, its offset}
    bad_type,     // a type or code that this view isn't for: {found, expected}
};

struct Fault {
    FaultKind kind{};
    std::uint32_t first = 0;
    std::uint32_t second = 0;

    friend bool operator==(const Fault&, const Fault&) = default;
};

// The short stable name: "truncated".
std::string_view name(FaultKind kind);

template <class View>
using Checked = std::expected<View, Fault>;

inline std::unexpected<Fault> fault(FaultKind kind, std::size_t first, std::size_t second) {
    return std::unexpected(
        Fault{kind, static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(second)});
}

}  // namespace gatehouse::wire

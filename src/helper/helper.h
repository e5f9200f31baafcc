// What a helper is: it reads one protocol's control connections, and says which other connections they
// speak of.
//
// One file a helper, protocol/NAME.cc, which defines `helper_NAME`: dropping it into the folder is the whole
// change (cmake/helpers.cmake makes the table; track/helper_name.cc has the names that CT knows). A helper
// is a function from bytes and a connection to findings. It keeps nothing but what it writes into its
// connection's memory, allocates nothing, and never rewrites: see mention.h.
//
// A connection has a helper because a rule said so (CT --helper) or because its expectation did; by its port
// alone, never. The engine's thread only.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "helper/findings.h"
#include "helper/subject.h"
#include "packet/finding.h"
#include "track/expectation.h"

namespace gatehouse::helper {

// How payloads come to the helper.
enum class Grain : std::uint8_t {
    datagrams,  // each alone
    // TCP: a direction's bytes in order, from where the last inspection ended.
    lines,     // what isn't known from its beginning is read from the next line on
    messages,  // or from the next segment on
};

// What is to be inspected.
struct Reading {
    Bytes bytes;
    // Nothing of it can come later, and what came before isn't known: a datagram, or a segment that is read
    // as Linux reads it. `sequence` is the first byte's.
    bool alone = true;
    std::uint32_t sequence = 0;
};

struct Inspection {
    enum class Next : std::uint8_t {
        done,       // the first `taken` bytes are judged; go on behind them
        more,       // what follows `taken` may yet become something: come again when there is more
        skip_line,  // and whatever follows up to the end of the line
        give_up,    // nothing in this direction is to be read any more
        refuse,     // the packet must not pass: `why`
    };
    Next next = Next::done;
    std::size_t taken = 0;
    Finding why{};
    // Done, in a stream: as many bytes behind `taken` are nothing to read (a body).
    std::uint32_t pass_over = 0;
};

// Everything is judged; nothing came of it.
inline Inspection all_of(const Reading& reading) { return {.taken = reading.bytes.size()}; }

struct Helper {
    std::string_view name;                    // as CT --helper has it
    std::span<const std::uint8_t> protocols;  // transports that it is for
    Grain grain = Grain::datagrams;
    // By class of expectation; the first is the default.
    std::span<const track::ExpectationPolicy> policies;
    // Bytes of a command or message that may wait for their rest; longer ones are passed over.
    std::uint32_t longest = 2048;
    Inspection (*inspect)(const Reading& reading, Subject& subject, Findings& findings) = nullptr;
    // The connection ends: what it has opened may have to end with it.
    void (*leaving)(track::Tracking& tracking, const track::Entry& entry) = nullptr;
};

// All helpers of the engine's own (generated).
std::span<const Helper* const> all_helpers();
// One more, which must outlive the process's use of it; its name goes to track::add_helper_name(). One thread
// at a time adds.
void add_helper(const Helper& helper);
// Among all of them.
const Helper* find_helper(std::string_view name);

}  // namespace gatehouse::helper

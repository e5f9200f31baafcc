// Whoever rewrites what helpers find where connections are translated: nat implements it, helpers' driver
// calls it.
#pragma once
#include <cstdint>

#include "helper/helper.h"
#include "hook/context.h"
#include "track/tracking.h"

namespace gatehouse::helper {

class Translator {
  public:
    virtual ~Translator() = default;

    // Of a packet of a translated connection, before its findings' expectations enter the table: gives those
    // that are allowed the addresses and ports under which their connections will come (their tuples and
    // redirections; Expectations::would_enter() with the helper's policy tells whether a choice is good), and
    // rewrites the mentions. Of a datagram, and of a segment that is read alone, they are rewritten in the
    // packet, whose bytes may move, and spans are counted from the payload's first byte; of a stream,
    // Findings::rewrites says what is to become of them, and spans are counted from the byte with
    // Findings::sequence. `drop`, with the reason in the context, when something can't be done: then the
    // packet goes no further, and nothing is expected.
    virtual Verdict translate(Context& context, const track::Seen& seen, Findings& findings,
                              const Helper& helper) = 0;
};

}  // namespace gatehouse::helper

// Who wants to know how helpers read their streams: a study.
#pragma once
#include <cstdint>

#include "helper/helper.h"

namespace gatehouse::helper {

class Listener {
  public:
    virtual ~Listener() = default;
    // The helper has read bytes [begin, end) of the stream at hand, numbered as their sender does, as one
    // line or message. `announces`: it found something to expect, or to rewrite.
    virtual void read(const Subject& subject, std::uint32_t begin, std::uint32_t end, bool announces) = 0;
    // These may yet announce something; their rest hasn't come.
    virtual void waits(const Subject& subject, std::uint32_t begin, std::uint32_t end) = 0;
};

}  // namespace gatehouse::helper

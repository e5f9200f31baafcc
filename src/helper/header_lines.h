// Messages that begin with a line and header fields, as RTSP and SSDP have them of HTTP: a line each, a name,
// a colon, a value; an empty line ends them.
//
// Pure functions over bytes that anybody may have sent.
#pragma once
#include <optional>
#include <string_view>

#include "helper/mention.h"

namespace gatehouse::helper {

// The head that `text` begins with, its empty line included; nothing while that hasn't come.
std::optional<std::string_view> head_of(std::string_view text);

// The fields of a head, one after the other.
class HeaderLines {
  public:
    struct Field {
        std::string_view name;
        std::string_view value;  // without blanks around it
        std::size_t at = 0;      // of the value in the head
    };
    // Begins behind the head's first line.
    explicit HeaderLines(std::string_view head);
    std::optional<Field> next();

  private:
    std::string_view head_;
    std::size_t at_ = 0;
};

// The first field of this name (whatever the case).
std::optional<HeaderLines::Field> find_field(std::string_view head, std::string_view name);

bool same_word(std::string_view a, std::string_view b);  // whatever the case

}  // namespace gatehouse::helper

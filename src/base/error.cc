#include "base/error.h"

namespace gatehouse {

std::string Error::text() const {
    std::string out;
    if (!place.file.empty()) out += place.file + ":";
    if (place.line > 0) out += std::to_string(place.line) + ":";
    if (place.column > 0) out += std::to_string(place.column) + ":";
    if (!out.empty()) out += " ";
    out += what;
    if (!hint.empty()) out += "; " + hint;
    return out;
}

}  // namespace gatehouse

#include "wire/fault.h"

namespace gatehouse::wire {

std::string_view name(FaultKind kind) {
    switch (kind) {
        case FaultKind::truncated: return "truncated";
        case FaultKind::bad_version: return "bad-version";
        case FaultKind::bad_header: return "bad-header";
        case FaultKind::bad_length: return "bad-length";
        case FaultKind::bad_option: return "bad-option";
        case FaultKind::bad_type: return "bad-type";
    }
    return "unknown";
}

}  // namespace gatehouse::wire

// iptables-restore's text to a draft of a family's tables.
#pragma once
#include <string_view>

#include "base/error.h"
#include "rules/draft.h"

namespace gatehouse::frontend::iptables {

// Reads tables as iptables-restore does; `*notrack` means raw. A table that comes twice is taken as the later
// one has it. Errors name file, line and column. The rules' places and texts are kept for explanations.
Result<rules::Draft> read_restore(std::string_view text, std::string_view file, Family family);

}  // namespace gatehouse::frontend::iptables

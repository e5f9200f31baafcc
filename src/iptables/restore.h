// iptables-restore's text to a draft of a family's tables.
#pragma once
#include <string_view>

#include "base/error.h"
#include "rules/draft.h"

namespace gatehouse::iptables {

struct RestoreOptions {
    bool counters = true;  // false: counters in the text are checked but count for nothing
    bool no_flush =
        false;  // add to the tables of `base`; otherwise each table in the text replaces that of `base`
    std::string_view only_table = {};  // pass over the other tables
    rules::Draft base = {};            // what is there before; its family is taken from the call
};

// Reads tables as iptables-restore does; `*notrack` means raw. A table that comes twice is taken as the later
// one has it. Errors name file, line and column. The rules' places and texts are kept for explanations.
Result<rules::Draft> read_restore(std::string_view text, std::string_view file, Family family,
                                  RestoreOptions options = {});

}  // namespace gatehouse::iptables

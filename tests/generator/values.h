// Random values for the options of extensions.
#pragma once
#include <optional>
#include <string>

#include "draw.h"
#include "rules/declaration.h"

namespace gatehouse::generator {

// The option's words, as a rule has them (empty for a flag), remembered among the edges. None when nobody has
// said what values it takes.
std::optional<std::string> option_value(const rules::Declaration& owner, const rules::OptionInfo& option,
                                        Draw& draw);

// The options of one use of the extension, each with a space before it: " ! --dport 1:7". Those that exclude
// one another don't come together; what else the extension asks may still be missing. Throws
// std::runtime_error for an option without values.
std::string extension_text(const rules::Declaration& extension, Draw& draw);

}  // namespace gatehouse::generator

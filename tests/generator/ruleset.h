// A random ruleset over every extension that acts.
#pragma once
#include <span>
#include <string>

#include "base/error.h"
#include "draw.h"
#include "rules/ruleset.h"

namespace gatehouse::generator {

// Text of one family's tables debug or raw, mangle, filter and security, as iptables-save writes it, which
// validates. The table nat isn't among them: without connection tracking Linux hasn't got it. Its values are
// remembered in the draw's edges. Throws std::runtime_error when an extension has an option without values.
std::string random_ruleset(Draw& draw);

// From here on the matches and targets that are drawn are those named; all where none of a kind is named.
void draw_only(std::span<const std::string> names);

// The ruleset as a kernel can have it: where there is a table debug, there is none raw, whose place it takes.
std::string for_kernel(std::string text);

Result<rules::Ruleset> validated(std::string_view text, Family family);

}  // namespace gatehouse::generator

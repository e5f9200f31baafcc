// All that a stream has to give, in large pieces: a character at a time takes standard input's lock for each.
#pragma once
#include <istream>
#include <string>

namespace gatehouse {

std::string read_all(std::istream& in);

}  // namespace gatehouse

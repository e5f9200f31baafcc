// Makes the words of options' values; what packets can be aimed at is remembered among the edges.
#pragma once
#include <functional>
#include <map>
#include <string>

#include "draw.h"

namespace gatehouse::generator {

using Make = std::function<std::string(Draw&)>;
// By "tcp dport".
using Values = std::map<std::string, Make, std::less<>>;

const Values& match_values();
const Values& header_values();    // of the matches on IPv6's extension headers
const Values& counting_values();  // of matches that count: their periods are so long that no time passes
const Values& target_values();

std::string count(Draw& draw, std::vector<std::uint32_t>& edges, std::uint32_t low, std::uint32_t high);
// "7" or "7:9"; `usual`: the most that is drawn as a rule.
std::string range(Draw& draw, std::vector<std::uint32_t>& edges, std::uint32_t most, std::uint32_t usual);
std::string ports(Draw& draw);
// "SYN,ACK": some of the names, at least one.
std::string subset(Draw& draw, std::initializer_list<const char*> names);
std::string mark(Draw& draw, bool masked);
std::string tos(Draw& draw);
std::string dscp(Draw& draw);
std::string dscp_class(Draw& draw);
// Of hosts that packets come from and go to.
std::string own_prefix(Draw& draw);
Make numbers(std::uint32_t low, std::uint32_t high);
Make words(std::initializer_list<const char*> all);

}  // namespace gatehouse::generator

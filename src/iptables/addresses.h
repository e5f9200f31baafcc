// Addresses of rules as text: lists of them with masks, read as iptables reads them and printed as
// iptables-save and iptables -L print them.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "rules/selectors.h"

namespace gatehouse::iptables {

// "10.0.0.0/8,192.0.2.1", "10/8", "10.0.0.1/255.0.255.0", "fd00::/8". Names of hosts are refused: a ruleset
// must mean the same wherever it is read.
Result<std::vector<rules::AddressSelector>> parse_addresses(std::string_view text, Family family);

// The length of the mask if it is a prefix's, else -1.
int mask_length(const Address& mask, Family family);

// Appends "10.0.0.0/8", "10.0.0.1/32" or "10.0.0.0/255.0.255.0".
void save_address(std::string& out, const rules::AddressSelector& selector, Family family);

// "10.0.0.0/8", "10.0.0.1", "anywhere" (numeric: "0.0.0.0/0"), without the `!`.
std::string list_address(const rules::AddressSelector& selector, Family family, bool numeric);

}  // namespace gatehouse::iptables

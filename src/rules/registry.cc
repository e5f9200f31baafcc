#include "rules/registry.h"

namespace gatehouse::rules {

namespace {

const Declaration* find(std::span<const Declaration* const> all, std::string_view name, Family family) {
    for (const auto* declaration : all) {
        const bool named =
            declaration->name == name || (!declaration->alias.empty() && declaration->alias == name);
        if (named && (declaration->families & bit(family)) != 0) return declaration;
    }
    return nullptr;
}

}  // namespace

const Declaration* find_match(std::string_view name, Family family) {
    return find(all_matches(), name, family);
}
const Declaration* find_target(std::string_view name, Family family) {
    return find(all_targets(), name, family);
}

std::string_view words(Need need) {
    switch (need) {
        case Need::nothing: return "nothing";
        case Need::datagrams: return "whole datagrams";
        case Need::tracking: return "connection tracking";
        case Need::nat:
        case Need::nat64: return "network address translation";
        case Need::helpers: return "connection helpers";
        case Need::proxies: return "transparent proxying";
        case Need::fingerprints: return "fingerprints of operating systems";
        case Need::labels: return "a security module's labels";
    }
    return "";
}

}  // namespace gatehouse::rules

// Text as command lines and rule files have it: numbers, lists, near misses.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse {

// The whole of `text` as an unsigned number in C's notation (decimal, 0x hexadecimal, 0 octal); nothing else
// beside it, no sign, no overflow past `max`.
std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t max = ~std::uint64_t{0});

// `text` cut at each `separator`; "" gives one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);

// The candidate nearest to `word` by edit distance (a transposition counts one), if near enough that a person
// may have meant it: at most a third of its length away, at least one.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates);

// "did you mean `--dport`?", or "" when nothing is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace gatehouse

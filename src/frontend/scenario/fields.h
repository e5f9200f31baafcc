// A packet as scenarios speak of it: a list of named fields with their values as text, in one form each
// (decimal numbers, lower-case hexadecimal for bytes, addresses as inet_ntop writes them).
//
// The same list comes from a scenario's text (read_packet), goes into a frame (build_frame), and is read back
// from one (decode_frame), so that comparing packets is comparing texts. Values; any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "wire/address.h"

namespace gatehouse::frontend::scenario {

struct Field {
    std::string name;
    std::string value;
    friend bool operator==(const Field&, const Field&) = default;
};

class Fields {
  public:
    const std::string* find(std::string_view name) const;
    bool has(std::string_view name) const { return find(name) != nullptr; }
    // The number that the field holds; 0 without the field.
    std::uint64_t number(std::string_view name, std::uint64_t otherwise = 0) const;
    std::vector<std::uint8_t> bytes(std::string_view name) const;
    void set(std::string_view name, std::string value);
    void set(std::string_view name, std::uint64_t value) { set(name, std::to_string(value)); }
    void set(std::string_view name, Bytes value);
    void remove(std::string_view name);
    const std::vector<Field>& all() const { return all_; }
    bool v4() const;  // of its addresses

  private:
    std::vector<Field> all_;
};

std::string to_hex(Bytes bytes);
// Nothing unless it is pairs of hexadecimal digits; blanks and colons between them are passed over.
std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

// Cuts a line at blanks; "quoted texts" and <option lists> stay whole, with their marks. `columns` gets where
// each word begins, from 1.
Result<std::vector<std::string>> cut_line(std::string_view line, std::vector<int>* columns = nullptr);

// "tcp 10.0.1.2:40000 > 198.51.100.9:80 S seq 1 ttl 64" as fields: those written, no others. doc/scenarios.md
// has the words. The packet begins at word `from`. An error's place has as its column the number of the word,
// from 1, among all of `words`.
Result<Fields> read_packet(const std::vector<std::string>& words, std::size_t from = 0);
// Words that follow a packet's addresses, or `same`; `protocol` says which are understood.
Result<void> read_words(const std::vector<std::string>& words, std::size_t from, Fields& fields);

// The frame. `from` and `to` must be among the fields unless it is written as hex.
Result<std::vector<std::uint8_t>> build_frame(const Fields& fields);

// Every field of a frame, as far as it can be read. With `as_piece` what follows the IP header and its
// extensions is one field `data`, as fragments are compared.
Fields decode_frame(Bytes frame, bool as_piece = false);

// A value as shown to people: text payload quoted.
std::string shown(const Field& field);

}  // namespace gatehouse::frontend::scenario

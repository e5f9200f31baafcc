// The words of a line of iptables-restore text, cut as iptables-restore cuts them.
//
// Blanks and tabs part words. A `"` opens a quotation, also within a word; inside it a backslash takes the
// next character as it is, and the closing `"` ends the word. Outside quotations `'` and `\` are ordinary.
#pragma once
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace gatehouse::iptables {

struct Word {
    std::string_view text;
    int column = 0;  // in its line, from 1; 0 on a command line
};

class WordSplitter {
  public:
    // Views into `line` and into this object, good until the next call. Refuses a quotation that doesn't end.
    Result<std::span<const Word>> split(std::string_view line, int first_column);

  private:
    // Reads a word that has a quotation in it, from `start`; moves `at` past it.
    bool quoted_word(std::string_view line, std::size_t start, std::size_t& at, int first_column);

    std::vector<Word> words_;
    std::deque<std::string> unescaped_;
};

}  // namespace gatehouse::iptables

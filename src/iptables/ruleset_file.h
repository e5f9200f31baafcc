// The ruleset file that the iptables tools read and change: iptables-save text, one file a family.
#pragma once
#include <string>

#include "base/error.h"
#include "rules/ruleset.h"

namespace gatehouse::iptables {

// Holds the file's lock from open() to its end, so that two tools don't lose each other's changes.
class RulesetFile {
  public:
    // A file that isn't there is an empty ruleset.
    static Result<RulesetFile> open(const std::string& path, Family family);
    // Opens for replacement: the present content isn't read.
    static Result<RulesetFile> open_to_replace(const std::string& path, Family family);
    RulesetFile(RulesetFile&& other) noexcept;
    RulesetFile& operator=(RulesetFile&&) = delete;
    ~RulesetFile();

    rules::Ruleset ruleset;
    // Writes the ruleset, all or nothing.
    Result<void> write() const;

  private:
    RulesetFile(std::string path, Family family, int lock);
    std::string path_;
    int lock_;
};

// Which file: what was given, or $GATEHOUSE_RULESET (for IPv6 $GATEHOUSE_RULESET6, else $GATEHOUSE_RULESET
// with ".v6").
Result<std::string> ruleset_path(const std::string& given, Family family);

}  // namespace gatehouse::iptables

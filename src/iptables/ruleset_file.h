// The ruleset file that the iptables tools read and change: iptables-save text, one file a family.
#pragma once
#include <optional>
#include <string>

#include "base/error.h"
#include "rules/ruleset.h"

namespace gatehouse::iptables {

// Keeps two tools from losing each other's changes: held from before the file is read until it is written.
class RulesetLock {
  public:
    // What `-w` says: without it the lock is to be free; seconds to wait for it, 0 being as long as it takes.
    using Patience = std::optional<unsigned>;
    // The lock of the ruleset file `path`; none when somebody else had it all that time.
    static Result<std::optional<RulesetLock>> take(const std::string& path, Patience patience);
    RulesetLock(RulesetLock&& other) noexcept;
    RulesetLock& operator=(RulesetLock&&) = delete;
    ~RulesetLock();

  private:
    explicit RulesetLock(int file) : file_(file) {}
    int file_;
};

class RulesetFile {
  public:
    // A file that isn't there is an empty ruleset.
    static Result<RulesetFile> read(const std::string& path, Family family);

    rules::Ruleset ruleset;
    // Writes the ruleset, all or nothing: whoever reads sees the old file or the new one.
    Result<void> write() const;

  private:
    RulesetFile(std::string path, Family family) : ruleset(family), path_(std::move(path)) {}
    std::string path_;
};

// Which file: what was given, or $GATEHOUSE_RULESET (for IPv6 $GATEHOUSE_RULESET6, else $GATEHOUSE_RULESET
// with ".v6").
Result<std::string> ruleset_path(const std::string& given, Family family);

}  // namespace gatehouse::iptables

// An extension as a rule holds it: a declaration with its parameters, read from words and printed as words.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/declaration.h"

namespace gatehouse::rules {

class Extension {
  public:
    Extension(const Declaration& declaration, Family family)
        : declaration_(&declaration), family_(family), parameters_(declaration.make()) {}

    const Declaration& declaration() const { return *declaration_; }
    const void* parameters() const { return parameters_.get(); }
    Family family() const { return family_; }

    // The option spelt `name` (without dashes), or its alias; an unambiguous beginning will do, as
    // getopt_long has it. nullptr: no such option.
    const OptionInfo* find(std::string_view name) const;

    // Sets one option. Refuses a second time, an inversion it doesn't take, and one that excludes an earlier
    // one.
    Result<void> set(const OptionInfo& option, Words words, bool inverted);

    // After the last option: what must be given, what goes together, and the extension's own check.
    Result<void> finish(const Facts& facts);

    // The hooks from which a rule that holds it may be reached.
    HookSet hooks() const {
        return declaration_->narrow == nullptr ? declaration_->hooks
                                               : declaration_->hooks & declaration_->narrow(parameters());
    }

    // What the engine must have for it to act.
    Need need() const {
        return declaration_->needs == nullptr ? declaration_->need : declaration_->needs(parameters());
    }
    // The timeout policy that the engine must have; "" for none.
    std::string_view timeout_policy() const {
        return declaration_->timeout_policy == nullptr ? "" : declaration_->timeout_policy(parameters());
    }
    // Whether an engine can carry it out.
    bool acts() const { return declaration_->step != nullptr && is_there(need()); }

    // " --dport 80 ! --syn", as iptables-save prints it; "" when there is nothing to print.
    std::string save() const;
    // As `iptables -L` describes it: "tcp dpt:80".
    std::string list(bool numeric) const;

    // The same extension with the same parameters.
    friend bool operator==(const Extension& a, const Extension& b) {
        return a.declaration_ == b.declaration_ && a.declaration_->equal(a.parameters(), b.parameters());
    }

  private:
    std::uint32_t groups_given() const;
    std::string members(std::uint32_t groups) const;

    const Declaration* declaration_;
    Family family_;
    std::shared_ptr<void> parameters_;  // never changed once the rule's body is made; then shared by copies
    std::vector<const OptionInfo*> given_;
};

}  // namespace gatehouse::rules

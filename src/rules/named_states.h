// State that belongs to a name, not to a rule: hashlimit's tables, recent's lists.
//
// A ruleset's keeper has one of these; every engine with that ruleset shares what is in it. What a name
// stands for lives as long as some rule says the name, so that it outlives the rules that a reload takes away
// when their successors are there. The keeper's thread.
#pragma once
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace gatehouse::rules {

class NamedStates {
  public:
    // What `kind` (one for each T) has under this name; if nothing, what `make()` gives.
    template <class T>
    std::shared_ptr<T> find_or_make(std::string_view kind, std::string_view name, auto make) {
        if (auto there = find<T>(kind, name)) return there;
        if (all_.size() >= room_) forget_the_gone();
        std::shared_ptr<T> made = make();
        all_[key(kind, name)] = made;
        return made;
    }

    // What `kind` has under this name; nullptr: nothing.
    template <class T>
    std::shared_ptr<T> find(std::string_view kind, std::string_view name) const {
        const auto known = all_.find(key(kind, name));
        return known == all_.end() ? nullptr : std::static_pointer_cast<T>(known->second.lock());
    }

    // Names that are kept, of which some may be gone.
    std::size_t size() const { return all_.size(); }

  private:
    static std::string key(std::string_view kind, std::string_view name) {
        return std::string(kind) + " " + std::string(name);
    }
    // Now and then, so that names which nobody says any more don't pile up.
    void forget_the_gone() {
        std::erase_if(all_, [](const auto& known) { return known.second.expired(); });
        room_ = std::max<std::size_t>(16, 2 * all_.size());
    }

    std::size_t room_ = 16;
    std::map<std::string, std::weak_ptr<void>, std::less<>> all_;
};

}  // namespace gatehouse::rules

#include "rules/extension.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/text.h"

namespace gatehouse::rules {

const OptionInfo* Extension::find(std::string_view name) const {
    const OptionInfo* begun = nullptr;
    bool ambiguous = false;
    for (const auto& option : declaration_->options) {
        for (const auto spelling : {option.name, option.traits.alias}) {
            if (spelling.empty()) continue;
            if (spelling == name) return &option;
            if (spelling.starts_with(name)) {
                ambiguous |= begun != nullptr && begun != &option;
                begun = &option;
            }
        }
    }
    return ambiguous ? nullptr : begun;
}

Result<void> Extension::set(const OptionInfo& option, Words words, bool inverted) {
    const std::string_view owner = declaration_->name;
    if (inverted && !option.traits.invertible) {
        return fail(fmt::format("{}: `--{}` can't be inverted with `!`", owner, option.name));
    }
    if (option.present(parameters_.get())) {
        return fail(fmt::format("{}: `--{}` is given a second time", owner, option.name));
    }
    for (const auto* earlier : given_) {
        if ((earlier->traits.group & option.traits.group) != 0) {
            return fail(
                fmt::format("{}: `--{}` and `--{}` exclude one another", owner, earlier->name, option.name));
        }
    }
    if (option.traits.behind && (groups_given() & option.traits.needs_group) == 0) {
        return fail(fmt::format("{}: `--{}` stands behind one of {}", owner, option.name,
                                members(option.traits.needs_group)));
    }
    if (auto read = option.read(parameters_.get(), words, inverted, family_); !read) {
        Error error = read.error();
        error.what = fmt::format("{}: `--{}`: {}", owner, option.name, error.what);
        return std::unexpected(error);
    }
    given_.push_back(&option);
    return {};
}

std::uint32_t Extension::groups_given() const {
    std::uint32_t groups = 0;
    for (const auto* option : given_) groups |= option->traits.group;
    return groups;
}

// The options of these groups, as a message names them.
std::string Extension::members(std::uint32_t groups) const {
    std::string names;
    for (const auto& option : declaration_->options) {
        if ((option.traits.group & groups) == 0) continue;
        names += fmt::format("{}`--{}`", names.empty() ? "" : ", ", option.name);
    }
    return names;
}

Result<void> Extension::finish(const Facts& facts) {
    const std::uint32_t groups = groups_given();
    for (const auto& option : declaration_->options) {
        if (option.traits.required && !option.present(parameters_.get())) {
            return fail(fmt::format("{}: `--{}` must be given", declaration_->name, option.name));
        }
    }
    for (const auto* option : given_) {
        if (option->traits.needs_group != 0 && (groups & option->traits.needs_group) == 0) {
            return fail(fmt::format("{}: `--{}` goes with one of {}", declaration_->name, option->name,
                                    members(option->traits.needs_group)));
        }
    }
    if (const std::uint32_t left = declaration_->required_groups & ~groups; left != 0) {
        return fail(
            fmt::format("{}: one of {} must be given", declaration_->name, members(left & (~left + 1))));
    }
    if (declaration_->check == nullptr) return {};
    Facts own = facts;
    own.given = &given_;
    auto checked = declaration_->check(parameters_.get(), own);
    if (!checked) {
        Error error = checked.error();
        error.what = fmt::format("{}: {}", declaration_->name, error.what);
        return std::unexpected(error);
    }
    return {};
}

std::string Extension::save() const {
    std::string out;
    if (declaration_->save != nullptr) {
        declaration_->save(parameters_.get(), out, family_);
        return out;
    }
    for (const auto& option : declaration_->options) {
        if (!option.shown(parameters_.get())) continue;
        out += option.inverted(parameters_.get()) ? " ! --" : " --";
        out += option.name;
        if (option.words > 0) out += ' ';
        option.print(parameters_.get(), out, family_);
    }
    return out;
}

std::string Extension::list(bool numeric) const {
    std::string out;
    if (declaration_->list != nullptr) {
        declaration_->list(parameters_.get(), out, family_, numeric);
        return out;
    }
    const std::string saved = save();
    return std::string(declaration_->name) + saved;
}

}  // namespace gatehouse::rules

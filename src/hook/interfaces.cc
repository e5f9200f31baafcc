#include "hook/interfaces.h"

#include <cassert>

namespace gatehouse {

InterfaceId Interfaces::add(Interface interface) {
    assert(!find(interface.name) && interfaces_.size() < index(InterfaceId::none));
    interfaces_.push_back(std::move(interface));
    return static_cast<InterfaceId>(interfaces_.size() - 1);
}

std::optional<InterfaceId> Interfaces::find(std::string_view name) const {
    for (std::size_t i = 0; i < interfaces_.size(); ++i) {
        if (interfaces_[i].name == name) return static_cast<InterfaceId>(i);
    }
    return {};
}

std::string_view Interfaces::name(InterfaceId id) const {
    return id == InterfaceId::none ? std::string_view() : std::string_view(interfaces_[index(id)].name);
}

bool InterfacePattern::matches(std::string_view name) const {
    if (any()) return true;
    if (text.back() == '+') return name.starts_with(std::string_view(text).substr(0, text.size() - 1));
    return name == text;
}

}  // namespace gatehouse

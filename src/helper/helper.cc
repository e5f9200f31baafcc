#include "helper/helper.h"

#include <algorithm>

namespace gatehouse::helper {

const Helper* find_helper(std::string_view name) {
    const auto all = all_helpers();
    const auto found = std::ranges::find(all, name, &Helper::name);
    return found == all.end() ? nullptr : *found;
}

}  // namespace gatehouse::helper

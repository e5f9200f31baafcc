// What can be set about translation.
#pragma once

namespace gatehouse::nat {

struct Settings {
    bool drop_invalid = false;  // nat.drop_invalid: INVALID packets of translated connections don't pass
};

}  // namespace gatehouse::nat

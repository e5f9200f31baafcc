#include "base/read_all.h"

#include <algorithm>

namespace gatehouse {

std::string read_all(std::istream& in) {
    constexpr std::size_t first_piece = 65'536;
    std::string text;
    std::size_t size = 0;
    do {
        text.resize(std::max(first_piece, 2 * size));
        in.read(text.data() + size, static_cast<std::streamsize>(text.size() - size));
        size += static_cast<std::size_t>(in.gcount());
    } while (in);
    text.resize(size);
    return text;
}

}  // namespace gatehouse

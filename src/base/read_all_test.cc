#include "base/read_all.h"

#include <gtest/gtest.h>
#include <sstream>

namespace gatehouse {
namespace {

TEST(ReadAll, GivesEveryByteWhateverTheLength) {
    for (const std::size_t length : {0, 1, 65'535, 65'536, 65'537, 131'072, 300'001}) {
        std::string text(length, 'x');
        for (std::size_t i = 0; i < length; ++i) text[i] = static_cast<char>(i * 7);
        std::istringstream in(text);
        EXPECT_EQ(read_all(in), text) << length;
    }
}

}  // namespace
}  // namespace gatehouse

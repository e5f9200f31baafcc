#include "frontend/program.h"

#include <cstdio>

namespace gatehouse::frontend {

int run_program(int, char**) {
    std::fputs("usage: gatehouse COMMAND ...\n", stderr);
    return 2;
}

}  // namespace gatehouse::frontend

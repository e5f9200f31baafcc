# Warnings, optimisation, sanitizers and ccache for every target.

# -O2 rather than CMake's -O3: on the packet path the longer code of -O3 costs what it gains, and it compiles slower.
# No -march: one build runs on every x86-64; what needs newer instructions is chosen at run time.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror
                    -fno-strict-aliasing)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Designated initialisers leave members at their defaults on purpose.
  add_compile_options(-Wno-missing-field-initializers)
else()
  # std::stable_sort of GCC 12's library uses what it calls deprecated, and clang reports it. Tuples are compared without
  # branches on purpose.
  add_compile_options(-Wno-missing-field-initializers -Wno-missing-designated-field-initializers
                      -Wno-deprecated-declarations -Wno-bitwise-instead-of-logical)
endif()
if(GATEHOUSE_SANITIZE)
  add_compile_options(-fsanitize=${GATEHOUSE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${GATEHOUSE_SANITIZE})
endif()
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

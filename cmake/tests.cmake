# One test program a layer, from the *_test.cc files that lie beside its code.
include(GoogleTest)
foreach(layer ${GATEHOUSE_LAYERS})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${layer}/*_test.cc)
  if(sources)
    add_executable(test_${layer} ${sources})
    target_link_libraries(test_${layer} PRIVATE gatehouse_${layer} GTest::gmock GTest::gtest_main)
    gtest_discover_tests(test_${layer} TEST_PREFIX ${layer}. DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES)
  endif()
endforeach()
target_compile_definitions(test_library PRIVATE GATEHOUSE_VERSION="${PROJECT_VERSION}")
# These hold doc/network.md, and the list of what traces tell, against the code.
foreach(layer network frontend)
  target_compile_definitions(test_${layer} PRIVATE GATEHOUSE_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
endforeach()

# Runs the kernel oracle's scenario directories: see tests/differential/run.
add_executable(gatehouse-differential ${CMAKE_SOURCE_DIR}/tests/differential/differential.cc
               ${CMAKE_SOURCE_DIR}/tests/differential/listeners.cc)
target_link_libraries(gatehouse-differential PRIVATE gatehouse_frontend)

# The scenarios, on the engine and (as root) on the real kernel, which proves that what they expect is true.
add_test(NAME scenarios.engine COMMAND gatehouse test ${CMAKE_SOURCE_DIR}/tests/scenarios
         --junit ${CMAKE_BINARY_DIR}/results-scenarios-engine.xml)
add_test(NAME scenarios.kernel COMMAND ${CMAKE_SOURCE_DIR}/tests/scenarios/against-kernel $<TARGET_FILE:gatehouse>
         ${CMAKE_BINARY_DIR}/results-scenarios-kernel.xml)
set_tests_properties(scenarios.kernel PROPERTIES SKIP_RETURN_CODE 77)

# The tree's captures: the same output twice, and whatever the size of a batch.
add_test(NAME captures COMMAND ${CMAKE_SOURCE_DIR}/tests/captures/check $<TARGET_FILE:gatehouse>)

# Random rulesets and packets, the engine against the real kernel, from a seed for which they agree. Skipped
# unless root. By hand it takes more of them.
file(GLOB generator_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/generator/*.cc)
add_executable(gatehouse-generator ${generator_sources})
target_link_libraries(gatehouse-generator PRIVATE gatehouse_frontend CLI11::CLI11)
add_test(NAME generator.kernel COMMAND gatehouse-generator --seed 1183 --rulesets 48 --out ${CMAKE_BINARY_DIR}/generator-differences)
set_tests_properties(generator.kernel PROPERTIES SKIP_RETURN_CODE 77)

# TCP tracking against the real kernel: named cases, and random exchanges with a fresh seed. Skipped unless root.
file(GLOB tcp_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/tcp/*.cc)
add_executable(gatehouse-tcp ${tcp_sources})
target_link_libraries(gatehouse-tcp PRIVATE gatehouse_track gatehouse_oracle CLI11::CLI11)
add_test(NAME tcp.cases COMMAND gatehouse-tcp --cases)
add_test(NAME tcp.exchanges COMMAND gatehouse-tcp --exchanges 300)
set_tests_properties(tcp.cases tcp.exchanges PROPERTIES SKIP_RETURN_CODE 77)

# A study of connections picked up in mid-stream, which fails if a good segment is INVALID.
add_executable(gatehouse-pickup ${CMAKE_SOURCE_DIR}/tests/tcp/pickup/pickup.cc)
target_link_libraries(gatehouse-pickup PRIVATE gatehouse_track CLI11::CLI11)
add_test(NAME tcp.pickup COMMAND gatehouse-pickup --pickups 100)

# The study's recommendations on a generated day of traffic, beside the truth.
add_executable(gatehouse-day ${CMAKE_SOURCE_DIR}/tests/study/main.cc ${CMAKE_SOURCE_DIR}/tests/study/day.cc)
target_link_libraries(gatehouse-day PRIVATE gatehouse_io CLI11::CLI11 fmt::fmt)
add_test(NAME study.day COMMAND ${CMAKE_SOURCE_DIR}/tests/study/check $<TARGET_FILE:gatehouse> $<TARGET_FILE:gatehouse-day>)
add_test(NAME study.few COMMAND ${CMAKE_SOURCE_DIR}/tests/study/check $<TARGET_FILE:gatehouse> $<TARGET_FILE:gatehouse-day>
         --connections 2000)

# SYNPROXY beside the real kernel's: whole conversations. Skipped unless root.
add_executable(gatehouse-synproxy ${CMAKE_SOURCE_DIR}/tests/synproxy/compare.cc)
target_link_libraries(gatehouse-synproxy PRIVATE gatehouse_frontend CLI11::CLI11)
add_test(NAME synproxy.kernel COMMAND gatehouse-synproxy)
set_tests_properties(synproxy.kernel PROPERTIES SKIP_RETURN_CODE 77)

# Random NAT rules and flows beside the real kernel's. Skipped unless root. By hand it takes a fresh seed, and
# ten thousand of them.
file(GLOB nat_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/nat/*.cc)
add_executable(gatehouse-nat ${nat_sources})
target_link_libraries(gatehouse-nat PRIVATE gatehouse_frontend CLI11::CLI11)
add_test(NAME nat.kernel COMMAND gatehouse-nat --cases 200 --seed 4)
set_tests_properties(nat.kernel PROPERTIES SKIP_RETURN_CODE 77)

# Helpers' commands cut at every byte, through NAT.
file(GLOB trigger_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/triggers/*.cc)
add_executable(gatehouse-triggers ${trigger_sources})
target_link_libraries(gatehouse-triggers PRIVATE gatehouse_frontend CLI11::CLI11)
add_test(NAME triggers COMMAND gatehouse-triggers --step 3)

# One test program a layer, from the *_test.cc files that lie beside its code.
include(GoogleTest)
foreach(layer ${GATEHOUSE_LAYERS})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${layer}/*_test.cc)
  if(sources)
    add_executable(test_${layer} ${sources})
    target_link_libraries(test_${layer} PRIVATE gatehouse_${layer} GTest::gmock GTest::gtest_main)
    gtest_discover_tests(test_${layer} TEST_PREFIX ${layer}. DISCOVERY_MODE PRE_TEST)
  endif()
endforeach()

# Runs the kernel oracle's scenario directories: see tests/differential/run.
add_executable(gatehouse-differential ${CMAKE_SOURCE_DIR}/tests/differential/differential.cc)
target_link_libraries(gatehouse-differential PRIVATE gatehouse_frontend)

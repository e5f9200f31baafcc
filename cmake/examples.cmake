# The examples, each as its reader would use it: an extension from outside the tree, and the library in other programs.
# The program's own table of extensions stands before that of the library.
if(NOT GATEHOUSE_EXTENSIONS)
  add_executable(gatehouse-extended ${CMAKE_SOURCE_DIR}/src/main.cc)
  gatehouse_extensions(gatehouse-extended ${CMAKE_SOURCE_DIR}/examples/extension)
  gatehouse_extension_table(gatehouse-extended ${CMAKE_SOURCE_DIR}/src/rules
                            ${CMAKE_SOURCE_DIR}/examples/extension)
  target_link_libraries(gatehouse-extended PRIVATE gatehouse_frontend)
  add_test(NAME examples.extension COMMAND gatehouse-extended test ${CMAKE_SOURCE_DIR}/examples/extension/byte.gh)
  add_test(NAME examples.extension-help COMMAND gatehouse-extended extensions byte)
  set_tests_properties(examples.extension-help PROPERTIES PASS_REGULAR_EXPRESSION "\\[!\\] --is byte")
endif()
foreach(example embed.cc embed.c)
  enable_language(C)
  string(MAKE_C_IDENTIFIER ${example} name)
  add_executable(example_${name} ${CMAKE_SOURCE_DIR}/examples/embed/${example})
  set_target_properties(example_${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(example_${name} PRIVATE libgatehouse)
  add_test(NAME examples.${example} COMMAND ${CMAKE_SOURCE_DIR}/examples/embed/check ${CMAKE_SOURCE_DIR}/examples/embed/${example}.expected
           $<TARGET_FILE:example_${name}>)
endforeach()
if(NOT GATEHOUSE_SANITIZE)
  add_test(NAME examples.installed COMMAND ${CMAKE_SOURCE_DIR}/examples/embed/check-installed ${CMAKE_BINARY_DIR})
endif()
add_executable(example_meeting ${CMAKE_SOURCE_DIR}/examples/helper/meeting.cc)
target_link_libraries(example_meeting PRIVATE libgatehouse)
add_test(NAME examples.helper COMMAND ${CMAKE_SOURCE_DIR}/examples/embed/check ${CMAKE_SOURCE_DIR}/examples/helper/meeting.expected
         $<TARGET_FILE:example_meeting>)

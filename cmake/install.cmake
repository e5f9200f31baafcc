# The library for other programs: one archive, libgatehouse.a, of every layer that include/gatehouse stands on, with its
# headers, a CMake package and a pkg-config file.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(objects "")
foreach(layer base wire packet hook route defrag track helper nat rules stack bridge engine network iptables library)
  get_target_property(type gatehouse_${layer} TYPE)
  if(type STREQUAL "STATIC_LIBRARY")
    list(APPEND objects $<TARGET_OBJECTS:gatehouse_${layer}>)
  endif()
endforeach()
add_library(libgatehouse STATIC ${objects})
set_target_properties(libgatehouse PROPERTIES OUTPUT_NAME gatehouse EXPORT_NAME gatehouse)
target_compile_features(libgatehouse INTERFACE cxx_std_23)
target_include_directories(libgatehouse INTERFACE $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include>
                           $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(libgatehouse INTERFACE fmt::fmt PkgConfig::TOMLPP)

install(TARGETS libgatehouse EXPORT gatehouseTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT library)
install(DIRECTORY include/gatehouse DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/gatehouse)
install(EXPORT gatehouseTargets NAMESPACE gatehouse:: DESTINATION ${package} COMPONENT library)
configure_package_config_file(cmake/gatehouseConfig.cmake.in gatehouseConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(gatehouseConfigVersion.cmake COMPATIBILITY SameMinorVersion)
configure_file(cmake/gatehouse.pc.in gatehouse.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/gatehouseConfig.cmake ${CMAKE_BINARY_DIR}/gatehouseConfigVersion.cmake
        DESTINATION ${package} COMPONENT library)
install(FILES ${CMAKE_BINARY_DIR}/gatehouse.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)
install(TARGETS gatehouse RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)

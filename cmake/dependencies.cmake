# Everything here is a Debian 12 package; scripts/install-dependencies names them.
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(TOMLPP REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(BPF REQUIRED IMPORTED_TARGET libbpf)
if(GATEHOUSE_TESTS)
  find_package(GTest REQUIRED)
endif()

# What a layer needs from outside, beside the layers below it.
set(GATEHOUSE_EXTERNAL_base fmt::fmt)
set(GATEHOUSE_EXTERNAL_io ZLIB::ZLIB)
set(GATEHOUSE_EXTERNAL_oracle PkgConfig::BPF)
set(GATEHOUSE_EXTERNAL_trace nlohmann_json::nlohmann_json)
set(GATEHOUSE_EXTERNAL_frontend nlohmann_json::nlohmann_json CLI11::CLI11 PkgConfig::TOMLPP Threads::Threads)

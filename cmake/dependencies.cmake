# Every dependency is a package of Debian 12; docs/operations/build.md lists them by name.
find_package(Threads REQUIRED)
find_package(absl REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(RocksDB 7.8 REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
# libzip's own CMake files want its command-line tools, which nobody here needs.
find_package(PkgConfig REQUIRED)
pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip>=1.7.3)
find_package(CLI11 REQUIRED)
find_package(toml11 REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Protobuf 3.21 REQUIRED MODULE)  # before gRPC, whose own search needs it
find_package(gRPC 1.51 CONFIG REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)

# What `sumlog version` prints: our version, the commit when it is known, and the libraries that the
# build found.
set(SUMLOG_COMMIT "")
find_package(Git QUIET)
if(GIT_FOUND AND EXISTS ${PROJECT_SOURCE_DIR}/.git)
  execute_process(COMMAND ${GIT_EXECUTABLE} -C ${PROJECT_SOURCE_DIR} rev-parse --short=12 HEAD
                  OUTPUT_VARIABLE SUMLOG_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()

string(CONCAT SUMLOG_LIBRARIES
  "RocksDB=${RocksDB_VERSION} OpenSSL=${OPENSSL_VERSION} Boost=${Boost_VERSION_STRING} "
  "curl=${CURL_VERSION_STRING} abseil=${absl_VERSION} CLI11=${CLI11_VERSION} "
  "toml11=${toml11_VERSION} spdlog=${spdlog_VERSION} nlohmann-json=${nlohmann_json_VERSION}")

set_source_files_properties(src/server/rpc_fronts.cc src/server/user_agent.cc PROPERTIES COMPILE_DEFINITIONS
  "SUMLOG_VERSION=\"${PROJECT_VERSION}\"")
set_source_files_properties(src/cli/version.cc PROPERTIES COMPILE_DEFINITIONS
  "SUMLOG_VERSION=\"${PROJECT_VERSION}\";SUMLOG_COMMIT=\"${SUMLOG_COMMIT}\";SUMLOG_LIBRARIES=\"${SUMLOG_LIBRARIES}\"")

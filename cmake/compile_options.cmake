# Warnings are errors; sanitizers come from the presets.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

set(SUMLOG_SANITIZE "" CACHE STRING "Argument of -fsanitize=, or empty")
option(SUMLOG_FUZZ "Build the libFuzzer targets (needs clang)" OFF)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
                    -Wnon-virtual-dtor -Wold-style-cast -Wimplicit-fallthrough -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-Wthread-safety)
endif()

if(SUMLOG_SANITIZE)
  add_compile_options(-fsanitize=${SUMLOG_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SUMLOG_SANITIZE})
  if(SUMLOG_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
  if(SUMLOG_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio has fences besides its locks, which the sanitizer says it does not see.
    add_compile_options(-Wno-tsan)
  endif()
endif()
if(SUMLOG_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

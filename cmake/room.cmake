# room(<name> [DIR dir] [USES room...] [THIRD_PARTY target...])
#
# Makes the static library of one room from the .cc files that lie directly in its folder
# (src/<name> unless DIR says otherwise). Third-party headers count as system headers, so that our
# warnings judge our code only. The room of a public interface without .cc files is a header library.
function(room name)
  cmake_parse_arguments(ROOM "" "DIR" "USES;THIRD_PARTY" ${ARGN})
  if(NOT ROOM_DIR)
    set(ROOM_DIR src/${name})
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${ROOM_DIR}/*.cc)
  if(sources)
    add_library(${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${name} ${scope} ${PROJECT_SOURCE_DIR}/include
                             ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} ${scope} ${ROOM_USES} Threads::Threads)
  foreach(target IN LISTS ROOM_THIRD_PARTY)
    target_link_libraries(${name} ${scope} ${target})
    get_target_property(include_dirs ${target} INTERFACE_INCLUDE_DIRECTORIES)
    if(include_dirs)
      target_include_directories(${name} SYSTEM ${scope} ${include_dirs})
    endif()
  endforeach()
endfunction()

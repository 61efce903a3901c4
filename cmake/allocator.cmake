# use_allocator(<target>): the program allocates with jemalloc.
#
# RocksDB and gRPC allocate much, on many threads and for long: bench/RESULTS.md has what the C
# library's allocator costs. Sanitizers bring their own.
function(use_allocator target)
  if(NOT SUMLOG_SANITIZE)
    target_link_libraries(${target} PRIVATE PkgConfig::jemalloc)
  endif()
endfunction()

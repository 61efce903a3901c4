# The library sumlog_proto: messages and services of proto/, as C++.
#
# The code is generated into the build folder. Its headers count as system headers and its sources
# are compiled without our warnings: they judge our code only.
find_program(PROTOC protoc REQUIRED)
find_program(GRPC_CPP_PLUGIN grpc_cpp_plugin REQUIRED)

set(SUMLOG_PROTO_DIR ${PROJECT_SOURCE_DIR}/proto)
set(SUMLOG_PROTO_OUT ${CMAKE_BINARY_DIR}/proto)
file(GLOB SUMLOG_PROTOS RELATIVE ${SUMLOG_PROTO_DIR} CONFIGURE_DEPENDS
     ${SUMLOG_PROTO_DIR}/sumlog/v1/*.proto)
file(MAKE_DIRECTORY ${SUMLOG_PROTO_OUT})

set(generated_sources)
foreach(proto IN LISTS SUMLOG_PROTOS)
  string(REGEX REPLACE "\\.proto$" "" stem ${SUMLOG_PROTO_OUT}/${proto})
  set(generated ${stem}.pb.cc ${stem}.pb.h ${stem}.grpc.pb.cc ${stem}.grpc.pb.h)
  list(TRANSFORM SUMLOG_PROTOS PREPEND ${SUMLOG_PROTO_DIR}/ OUTPUT_VARIABLE all_protos)
  add_custom_command(
    OUTPUT ${generated}
    COMMAND ${PROTOC} -I ${SUMLOG_PROTO_DIR} --cpp_out=${SUMLOG_PROTO_OUT}
            --grpc_out=${SUMLOG_PROTO_OUT} --plugin=protoc-gen-grpc=${GRPC_CPP_PLUGIN} ${proto}
    DEPENDS ${all_protos}  # they import one another
    COMMENT "generating C++ from ${proto}"
    VERBATIM)
  list(APPEND generated_sources ${stem}.pb.cc ${stem}.grpc.pb.cc)
endforeach()

add_library(sumlog_proto STATIC ${generated_sources})
target_include_directories(sumlog_proto SYSTEM PUBLIC ${SUMLOG_PROTO_OUT})
target_link_libraries(sumlog_proto PUBLIC gRPC::grpc++ protobuf::libprotobuf)
target_compile_options(sumlog_proto PRIVATE -w)

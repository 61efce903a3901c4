# `cmake --install`: the program, its unit, and what people read. The unit finds the program in
# /usr/local/bin and /usr/bin, and systemd finds the unit under both prefixes.
include(GNUInstallDirs)

install(TARGETS sumlog RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${PROJECT_SOURCE_DIR}/deploy/systemd/sumlog.service DESTINATION lib/systemd/system)
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/LICENSE
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_SOURCE_DIR}/deploy/sumlog.toml ${PROJECT_SOURCE_DIR}/deploy/nginx/sumlog.conf
        DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)

# `cmake --install`: the program, its unit, its gRPC interface, and what people read. The unit finds
# the program in /usr/local/bin and /usr/bin, and systemd finds the unit under both prefixes.
include(GNUInstallDirs)

install(TARGETS sumlog RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${PROJECT_SOURCE_DIR}/deploy/systemd/sumlog.service
              ${PROJECT_SOURCE_DIR}/deploy/systemd/sumlog-backup.service
              ${PROJECT_SOURCE_DIR}/deploy/systemd/sumlog-backup.timer
        DESTINATION lib/systemd/system)
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/LICENSE
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${PROJECT_SOURCE_DIR}/deploy/sumlog.toml ${PROJECT_SOURCE_DIR}/deploy/nginx/sumlog.conf
        DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
# Beside the README as in the repository, so that its links lead there.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/proto DESTINATION ${CMAKE_INSTALL_DATADIR}/sumlog)

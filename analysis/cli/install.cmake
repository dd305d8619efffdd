# What `cmake --install` and the Debian package bring: the program, its manual, completion for bash, the library of scenarios.
include(GNUInstallDirs)
find_package(Python3 REQUIRED COMPONENTS Interpreter)

set(cli ${PROJECT_SOURCE_DIR}/analysis/cli)
set(manual ${PROJECT_BINARY_DIR}/sentinel-sim.1.gz)
add_custom_command(OUTPUT ${manual}
  COMMAND Python3::Interpreter ${cli}/manual.py $<TARGET_FILE:sentinel-sim> ${manual}
  DEPENDS sentinel-sim ${cli}/manual.py
  COMMENT "The manual, from what --help says"
  VERBATIM)
add_custom_target(manual ALL DEPENDS ${manual})

install(TARGETS sentinel-sim)
install(FILES ${manual} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${cli}/completion.bash
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME sentinel-sim)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/scenarios DESTINATION ${CMAKE_INSTALL_DATADIR}/sentinel-sim)
install(FILES ${PROJECT_SOURCE_DIR}/README.md ${PROJECT_SOURCE_DIR}/CHANGELOG.md TYPE DOC)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE TYPE DOC RENAME copyright)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The sentinel-sim authors <sentinel-sim@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "deterministic simulator of Redis Sentinel failover")
set(CPACK_PACKAGE_DESCRIPTION "Virtual data nodes, sentinels and a network replay scenario files
on a simulated clock, and say, event for event, what real sentinels say.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)

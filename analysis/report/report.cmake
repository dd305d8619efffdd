# Bundles analysis/report/page with its libraries into one HTML file, and that into sentinel_analysis.
find_program(NODE node REQUIRED)
find_program(NPM npm REQUIRED)

set(report ${PROJECT_SOURCE_DIR}/analysis/report)
set(REPORT_TEMPLATE ${PROJECT_BINARY_DIR}/report_template.html)
file(GLOB page CONFIGURE_DEPENDS ${report}/page/*.js ${report}/page/*.css ${report}/page/*.html)

# npm leaves this file behind when all is there.
set(packages ${report}/node_modules/.package-lock.json)
add_custom_command(OUTPUT ${packages}
  COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --loglevel=error
  COMMAND ${CMAKE_COMMAND} -E touch ${packages}
  DEPENDS ${report}/package-lock.json
  WORKING_DIRECTORY ${report}
  COMMENT "The libraries of the report page"
  VERBATIM)
add_custom_command(OUTPUT ${REPORT_TEMPLATE}
  COMMAND ${NODE} bundle.js ${REPORT_TEMPLATE}
  DEPENDS ${packages} ${report}/bundle.js ${page}
  WORKING_DIRECTORY ${report}
  COMMENT "The report page"
  VERBATIM)

configure_file(${report}/template.S.in ${PROJECT_BINARY_DIR}/report_template.S @ONLY)
set_source_files_properties(${PROJECT_BINARY_DIR}/report_template.S PROPERTIES OBJECT_DEPENDS ${REPORT_TEMPLATE})
target_sources(sentinel_analysis PRIVATE ${PROJECT_BINARY_DIR}/report_template.S)

# The kernel beside those of other simulators. What is not installed is left out, and compare.py says so.
# add_peer(NAME HEADER LIBRARY)
function(add_peer name header library)
  find_path(${name}_HEADERS ${header})
  find_library(${name}_LIBRARY ${library})
  if(${name}_HEADERS AND ${name}_LIBRARY)
    add_part(executable peer_${name} bench/peers/${name}.cc)
    target_include_directories(peer_${name} SYSTEM PRIVATE ${${name}_HEADERS})
    target_link_libraries(peer_${name} PUBLIC ${${name}_LIBRARY})
  endif()
endfunction()

add_part(executable peer_bare bench/peers/bare.cc)
add_part(executable peer_agenda bench/peers/agenda.cc sim/agenda.cc)
add_peer(ns3 ns3/simulator.h ns3-core)
add_peer(systemc systemc.h systemc)
add_peer(simgrid simgrid/s4u.hpp simgrid)
if(TARGET peer_systemc)
  # Debian's library is built as C++17, and links with nothing that says it is newer.
  target_compile_definitions(peer_systemc PRIVATE SC_CPLUSPLUS=201703L)
endif()

add_custom_target(peers
  COMMAND python3 ${PROJECT_SOURCE_DIR}/bench/peers/compare.py ${PROJECT_BINARY_DIR}
    --json ${PROJECT_BINARY_DIR}/peers.json
  COMMENT "The kernel and its peers, two or three minutes"
  USES_TERMINAL VERBATIM)
foreach(peer bare agenda ns3 systemc simgrid)
  if(TARGET peer_${peer})
    add_dependencies(peers peer_${peer})
  endif()
endforeach()

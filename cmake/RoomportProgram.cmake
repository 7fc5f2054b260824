# roomport_program(NAME SOURCES file... [PARTS part...] [LIBRARIES target...] [INSTALL])
#
# A program on top of the library. PARTS are the parts above the library that it is made of; what lies below them
# comes from roomport::roomport.
function(roomport_program name)
    cmake_parse_arguments(PARSE_ARGV 1 program "INSTALL" "" "SOURCES;PARTS;LIBRARIES")
    add_executable(${name} ${program_SOURCES})
    list(TRANSFORM program_PARTS PREPEND roomport_)
    target_link_libraries(${name} PRIVATE
        roomport_settings ${program_PARTS} roomport::roomport ${program_LIBRARIES})
    if(TARGET roomport_hardening)
        roomport_harden_program(${name})
    endif()
    if(program_INSTALL AND ROOMPORT_INSTALL)
        install(TARGETS ${name} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
        if(BUILD_SHARED_LIBS)
            cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_LIBDIR
                BASE_DIRECTORY "${CMAKE_INSTALL_FULL_BINDIR}" OUTPUT_VARIABLE library_folder)
            set_target_properties(${name} PROPERTIES INSTALL_RPATH "$ORIGIN/${library_folder}")
        endif()
    endif()
endfunction()

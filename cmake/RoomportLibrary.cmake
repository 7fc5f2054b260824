# roomport_library(): defines roomport::roomport from the objects of every part that roomport_part() has made so far.
#
# The target is called roomport_library, because `roomport` is the program wherever that is built; a parent project
# that doesn't build the program can use either name.
function(roomport_library)
    get_property(parts GLOBAL PROPERTY ROOMPORT_PARTS)
    get_property(libraries GLOBAL PROPERTY ROOMPORT_LIBRARIES)
    list(REMOVE_DUPLICATES libraries)

    set(objects)
    foreach(part IN LISTS parts)
        list(APPEND objects $<TARGET_OBJECTS:roomport_${part}>)
    endforeach()
    add_library(roomport_library ${objects})
    add_library(roomport::roomport ALIAS roomport_library)
    if(NOT ROOMPORT_PROGRAMS)
        add_library(roomport ALIAS roomport_library)
    endif()

    target_include_directories(roomport_library PUBLIC
        $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
        $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
        $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_compile_features(roomport_library PUBLIC cxx_std_20)
    target_link_libraries(roomport_library
        PUBLIC Boost::headers Threads::Threads $<BUILD_INTERFACE:roomport_sanitizers>
        PRIVATE ${libraries})
    if(BUILD_SHARED_LIBS)
        target_compile_definitions(roomport_library PUBLIC ROOMPORT_SHARED)
        if(TARGET roomport_hardening)
            target_link_libraries(roomport_library PRIVATE $<BUILD_INTERFACE:roomport_hardening>)
        endif()
    endif()
    # Below 1.0 a minor version may change the binary interface.
    set_target_properties(roomport_library PROPERTIES
        OUTPUT_NAME roomport
        EXPORT_NAME roomport
        LINKER_LANGUAGE CXX
        VERSION ${PROJECT_VERSION}
        SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
endfunction()

# roomport_part(NAME SOURCES file... [APART file...] [DEPENDS part...] [LIBRARIES target...])
#
# One part of the library (a folder of the design) as an object library, so that a part can only use what it
# names, and a test of a part links that part and nothing above it. roomport::roomport is made of all parts.
# tests/lint/layers.py reads here which parts the files of a part may include: what DEPENDS names, and what lies below.
# A unity build compiles several files as one; those that can't share their private names with others stand APART.
function(roomport_part name)
    cmake_parse_arguments(PARSE_ARGV 1 part "" "" "SOURCES;APART;DEPENDS;LIBRARIES")
    set(target roomport_${name})
    add_library(${target} OBJECT ${part_SOURCES} ${part_APART})
    set_source_files_properties(${part_APART} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    target_include_directories(${target}
        PUBLIC
            $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
            $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
            $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>)
    target_compile_definitions(${target} PRIVATE ROOMPORT_BUILDING)
    if(BUILD_SHARED_LIBS)
        target_compile_definitions(${target} PUBLIC ROOMPORT_SHARED)
    endif()
    set_target_properties(${target} PROPERTIES
        POSITION_INDEPENDENT_CODE ON
        CXX_VISIBILITY_PRESET hidden
        VISIBILITY_INLINES_HIDDEN ON)
    list(TRANSFORM part_DEPENDS PREPEND roomport_ OUTPUT_VARIABLE dependencies)
    target_link_libraries(${target} PUBLIC roomport_settings Boost::headers ${part_LIBRARIES})
    # Usage requirements come from the part below; its objects are collected by whoever links.
    foreach(dependency IN LISTS dependencies)
        target_link_libraries(${target} PUBLIC ${dependency})
    endforeach()
    set_property(TARGET ${target} PROPERTY ROOMPORT_DEPENDS "${dependencies}")
    set_property(GLOBAL APPEND PROPERTY ROOMPORT_PARTS ${name})
    set_property(GLOBAL APPEND PROPERTY ROOMPORT_LIBRARIES ${part_LIBRARIES})
endfunction()

# roomport_link_parts(TARGET part...): links the objects of the named parts and of all parts below them.
function(roomport_link_parts target)
    set(pending ${ARGN})
    list(TRANSFORM pending PREPEND roomport_)
    set(seen)
    while(pending)
        list(POP_FRONT pending part)
        if(part IN_LIST seen)
            continue()
        endif()
        list(APPEND seen ${part})
        get_target_property(below ${part} ROOMPORT_DEPENDS)
        if(below)
            list(APPEND pending ${below})
        endif()
    endwhile()
    foreach(part IN LISTS seen)
        target_link_libraries(${target} PRIVATE ${part})
    endforeach()
endfunction()

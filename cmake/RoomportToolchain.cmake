# Compiler settings that every target of this project shares, without touching those of a parent project.
if(PROJECT_IS_TOP_LEVEL)
    if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
        set(CMAKE_BUILD_TYPE Release CACHE STRING "Type of build" FORCE)
    endif()
    set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
    set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
    find_program(ROOMPORT_CCACHE ccache)
    if(ROOMPORT_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
        set(CMAKE_CXX_COMPILER_LAUNCHER "${ROOMPORT_CCACHE}")
    endif()
endif()

# Ours alone: who uses the library gets none of these.
add_library(roomport_settings INTERFACE)
target_compile_features(roomport_settings INTERFACE cxx_std_20)
if(ROOMPORT_WARNINGS_AS_ERRORS)
    target_compile_options(roomport_settings INTERFACE
        -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
    # Once it optimizes, g++ 12 takes the frame allocation of Asio's coroutines for a mismatched pair, and sees overlapping
    # copies inside std::string.
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(roomport_settings INTERFACE -Wno-mismatched-new-delete -Wno-restrict)
    endif()
endif()

# Sanitizers concern a whole program, so they follow the library into everything of this build that links it.
add_library(roomport_sanitizers INTERFACE)
if(ROOMPORT_SANITIZE)
    target_compile_options(roomport_sanitizers INTERFACE
        -fsanitize=${ROOMPORT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(roomport_sanitizers INTERFACE -fsanitize=${ROOMPORT_SANITIZE})
    if(ROOMPORT_SANITIZE STREQUAL "thread")
        # g++ warns of every fence, and Asio has one in each handler; what it can't see is in tests/tsan.supp.
        target_compile_options(roomport_sanitizers INTERFACE -Wno-tsan)
    endif()
    if(ROOMPORT_SANITIZE MATCHES "undefined")
        # The check of virtual tables opens a pipe to look at memory: where a test leaves no descriptor, it sees ghosts.
        target_compile_options(roomport_sanitizers INTERFACE -fno-sanitize=vptr)
    endif()
endif()
target_link_libraries(roomport_settings INTERFACE roomport_sanitizers)

if(ROOMPORT_HARDENING AND NOT ROOMPORT_SANITIZE)
    include(RoomportHardening)
    target_link_libraries(roomport_settings INTERFACE roomport_hardening)
endif()

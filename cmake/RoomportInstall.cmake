# Installs the library, its headers, a CMake package and a pkg-config file. Programs install themselves.
include(CMakePackageConfigHelpers)

set(roomport_package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/roomport")

install(TARGETS roomport_library EXPORT roomportTargets
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/roomport" "${PROJECT_BINARY_DIR}/include/roomport"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    FILES_MATCHING PATTERN "*.hpp")

install(EXPORT roomportTargets NAMESPACE roomport:: DESTINATION "${roomport_package_folder}")
configure_package_config_file(cmake/roomportConfig.cmake.in
    "${PROJECT_BINARY_DIR}/cmake/roomportConfig.cmake"
    INSTALL_DESTINATION "${roomport_package_folder}"
    NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/cmake/roomportConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion)
install(FILES
        "${PROJECT_BINARY_DIR}/cmake/roomportConfig.cmake"
        "${PROJECT_BINARY_DIR}/cmake/roomportConfigVersion.cmake"
    DESTINATION "${roomport_package_folder}")

# Boost ships no pkg-config files: its libraries are named one by one.
get_target_property(roomport_libraries roomport_library LINK_LIBRARIES)
list(FILTER roomport_libraries INCLUDE REGEX "^Boost::")
list(REMOVE_ITEM roomport_libraries Boost::headers)
list(REMOVE_DUPLICATES roomport_libraries)
list(TRANSFORM roomport_libraries REPLACE "^Boost::" "-lboost_" OUTPUT_VARIABLE roomport_boost)
list(JOIN roomport_boost " " roomport_boost)
if(BUILD_SHARED_LIBS)
    set(roomport_pc_cflags "-DROOMPORT_SHARED ")
    set(roomport_pc_requires_private "")
    set(roomport_pc_libs_private "")
else()
    set(roomport_pc_cflags "")
    set(roomport_pc_requires_private "Requires.private: openssl >= 3.0\n")
    set(roomport_pc_libs_private "Libs.private: ${roomport_boost}\n")
endif()
# Found from the file's own place, so that the installed tree can be moved.
cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_PREFIX NORMALIZE OUTPUT_VARIABLE roomport_prefix)
set(roomport_pc_folder "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig")
cmake_path(RELATIVE_PATH roomport_prefix BASE_DIRECTORY "${roomport_pc_folder}"
    OUTPUT_VARIABLE roomport_pc_prefix)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_LIBDIR BASE_DIRECTORY "${roomport_prefix}"
    OUTPUT_VARIABLE roomport_pc_libdir)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_INCLUDEDIR BASE_DIRECTORY "${roomport_prefix}"
    OUTPUT_VARIABLE roomport_pc_includedir)
configure_file(cmake/roomport.pc.in cmake/roomport.pc @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/cmake/roomport.pc"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

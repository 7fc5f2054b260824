# The sources as a subproject, here of a parent that builds shared libraries and compiles many files as one.
include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")
set(build "${WORK_FOLDER}/add_subdirectory")
file(REMOVE_RECURSE "${build}")
# The library does without Boost.JSON, which the programs use: a consumer need not have it.
step("Configuring" "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/add_subdirectory" -B "${build}"
    ${configure_options} -D "ROOMPORT_SOURCE_FOLDER=${SOURCE_FOLDER}" -D BUILD_SHARED_LIBS=ON
    -D CMAKE_UNITY_BUILD=ON -D CMAKE_DISABLE_FIND_PACKAGE_boost_json=ON)
step("Building" "${CMAKE_COMMAND}" --build "${build}")
step("Running" "${build}/app")
expect_version()

string(REGEX MATCH "^[0-9]+\\.[0-9]+" binary_version "${VERSION}")
file(GLOB_RECURSE library "${build}/*/libroomport.so.${VERSION}")
step("Reading the library" readelf --dynamic "${library}")
if(NOT step_output MATCHES "SONAME[^\n]*libroomport\\.so\\.${binary_version}\\]")
    message(FATAL_ERROR "The soname is not libroomport.so.${binary_version}:\n${step_output}")
endif()

step("Listing what the library makes visible" nm --dynamic --defined-only --demangle "${library}")
string(REPLACE ";" "," symbols "${step_output}")
string(REPLACE "\n" ";" symbols "${symbols}")
set(strangers ${symbols})
list(FILTER symbols INCLUDE REGEX "roomport::")
if(NOT symbols)
    message(FATAL_ERROR "The library makes nothing of roomport visible.")
endif()
# The standard library marks its own templates as visible, whoever instantiates them.
list(FILTER strangers EXCLUDE REGEX "^$|roomport::|^[0-9a-f]* [VWu] ")
if(strangers)
    list(JOIN strangers "\n" strangers)
    message(FATAL_ERROR "The library makes visible what is not its own:\n${strangers}")
endif()

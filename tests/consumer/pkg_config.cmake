include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")
set(build "${WORK_FOLDER}/pkg_config")
file(REMOVE_RECURSE "${build}")
file(MAKE_DIRECTORY "${build}")
file(GLOB_RECURSE package_file "${prefix}/*/roomport.pc")
cmake_path(GET package_file PARENT_PATH package_folder)
step("Asking pkg-config" "${CMAKE_COMMAND}" -E env "PKG_CONFIG_PATH=${package_folder}"
    pkg-config --cflags --libs --static "roomport = ${VERSION}")
string(STRIP "${step_output}" flags)
separate_arguments(flags UNIX_COMMAND "${flags}")
step("Compiling" ${LAUNCHER} "${COMPILER}" -std=c++20 -O0
    "${CMAKE_CURRENT_LIST_DIR}/main.cpp" -o "${build}/app" ${flags})
step("Running" "${build}/app")
expect_version()

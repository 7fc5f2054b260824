include("${CMAKE_CURRENT_LIST_DIR}/steps.cmake")
set(build "${WORK_FOLDER}/find_package")
file(REMOVE_RECURSE "${build}")
# The library does without Boost.JSON, which the programs use: a consumer need not have it.
step("Configuring" "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/find_package" -B "${build}"
    ${configure_options} -D "CMAKE_PREFIX_PATH=${prefix}"
    -D CMAKE_DISABLE_FIND_PACKAGE_boost_json=ON)
step("Building" "${CMAKE_COMMAND}" --build "${build}")
step("Running" "${build}/app")
expect_version()

# step(WHAT command...): runs a command and ends the test with its output when it fails.
function(step what)
    execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "${what} failed (${result}):\n${output}")
    endif()
    message(STATUS "${what}: done")
    set(step_output "${output}" PARENT_SCOPE)
endfunction()

# expect_version(): the program that the last step ran has told the version of this tree.
function(expect_version)
    if(NOT step_output MATCHES "roomport ${VERSION}")
        message(FATAL_ERROR "The consumer did not print version ${VERSION} but:\n${step_output}")
    endif()
endfunction()

set(configure_options -G "${GENERATOR}"
    -D "CMAKE_CXX_COMPILER=${COMPILER}"
    -D "CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}"
    -D CMAKE_BUILD_TYPE=Debug
    -D CMAKE_CXX_FLAGS_DEBUG=-O0)
set(prefix "${WORK_FOLDER}/moved")

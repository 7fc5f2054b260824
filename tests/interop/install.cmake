# Installs the packages of the lock file into the build folder, unless they are there: cmake -D SOURCE=DIR -D TARGET=DIR -P
set(files package.json package-lock.json .npmrc)
set(wanted)
foreach(file IN LISTS files)
    file(SHA256 "${SOURCE}/${file}" hash)
    string(APPEND wanted "${hash}\n")
endforeach()

set(stamp "${TARGET}/installed")
file(MAKE_DIRECTORY "${TARGET}")
# Two runs of the tests may meet here.
file(LOCK "${TARGET}/lock" GUARD PROCESS TIMEOUT 300)
if(EXISTS "${stamp}")
    file(READ "${stamp}" installed)
    if(installed STREQUAL wanted)
        return()
    endif()
endif()

find_program(npm npm)
if(NOT npm)
    message(FATAL_ERROR "npm is missing: scripts/install-dependencies test")
endif()
file(REMOVE "${stamp}")
foreach(file IN LISTS files)
    configure_file("${SOURCE}/${file}" "${TARGET}/${file}" COPYONLY)
endforeach()
# No package's own script is run.
execute_process(
    COMMAND "${npm}" ci --ignore-scripts --prefer-offline --no-audit --no-fund
    WORKING_DIRECTORY "${TARGET}"
    TIMEOUT 280
    RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "npm ci failed (${result}): is there a network?")
endif()
file(WRITE "${stamp}" "${wanted}")

# Reads from Ninja's record of dependencies which files each public header pulled in when it was compiled alone.
execute_process(COMMAND "${NINJA}" -C "${BUILD_FOLDER}" -t deps
    OUTPUT_VARIABLE records COMMAND_ERROR_IS_FATAL ANY)

string(REPLACE ";" "," records "${records}")
string(REPLACE "\n" ";" records "${records}")
set(header "")
set(seen 0)
set(offences "")
foreach(line IN LISTS records)
    if(line MATCHES "^[^ ]")
        set(header "")
        # Headers that were removed since keep a stale record.
        if(line MATCHES "roomport_headers\\.dir/(roomport/.*)\\.cpp\\.o: .*\\(VALID\\)")
            set(header "${CMAKE_MATCH_1}.hpp")
            math(EXPR seen "${seen} + 1")
        endif()
    elseif(header AND line MATCHES "/(boost/beast|openssl)/")
        string(STRIP "${line}" line)
        list(APPEND offences "${header} pulls in ${line}")
    endif()
endforeach()

if(NOT seen GREATER_EQUAL EXPECTED_HEADERS)
    message(FATAL_ERROR
        "Only ${seen} of ${EXPECTED_HEADERS} public headers have a record: build roomport_headers first.")
endif()
if(offences)
    list(JOIN offences "\n" offences)
    message(FATAL_ERROR "${offences}")
endif()
message(STATUS "${seen} public headers checked")

# roomport_hardening: what makes a memory error in our programs hard to use. For optimized builds only: fortified functions
# need the optimizer, and sanitizers have checks of their own.
include(CheckCXXCompilerFlag)

add_library(roomport_hardening INTERFACE)
set(roomport_hardened "$<NOT:$<CONFIG:Debug>>")
foreach(flag -fstack-protector-strong -fstack-clash-protection -fcf-protection=full)
    string(MAKE_C_IDENTIFIER "ROOMPORT_HAS${flag}" has_flag)
    check_cxx_compiler_flag(${flag} ${has_flag})
    if(${has_flag})
        target_compile_options(roomport_hardening INTERFACE $<${roomport_hardened}:${flag}>)
    endif()
endforeach()
# Undefined first: distributions define another level, as an option or in the compiler.
target_compile_options(roomport_hardening INTERFACE
    $<${roomport_hardened}:-U_FORTIFY_SOURCE>
    $<${roomport_hardened}:-D_FORTIFY_SOURCE=3>)
target_link_options(roomport_hardening INTERFACE
    $<${roomport_hardened}:-Wl,-z,relro>
    $<${roomport_hardened}:-Wl,-z,now>
    $<${roomport_hardened}:-Wl,-z,noexecstack>)

# roomport_harden_program(TARGET): the same, and an address that nobody knows beforehand. Libraries are independent of their
# position anyway.
function(roomport_harden_program target)
    target_link_libraries(${target} PRIVATE roomport_hardening)
    target_compile_options(${target} PRIVATE $<${roomport_hardened}:-fPIE>)
    target_link_options(${target} PRIVATE $<${roomport_hardened}:-pie>)
endfunction()

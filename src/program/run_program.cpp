#include "program/run_program.hpp"

#include "program/descriptor_limit.hpp"
#include "program/exit_status.hpp"
#include "program/standard_descriptors.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <system_error>

namespace roomport::program {

int run_program(const char* name, const std::function<int()>& run) {
    std::signal(SIGPIPE, SIG_IGN);
    occupy_standard_descriptors();
    try {
        return run();
    } catch (const std::bad_alloc&) {
        std::fprintf(stderr, "%s: out of memory\n", name);
    } catch (const std::system_error& failure) {
        const bool is_shortage = failure.code() == std::errc::too_many_files_open;
        std::fprintf(stderr, "%s: %s\n", name,
                     is_shortage ? reason_of(failure.code()).c_str() : failure.what());
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "%s: %s\n", name, failure.what());
    }
    return static_cast<int>(exit_status::internal_failure);
}

} // namespace roomport::program

#include "program/descriptor_limit.hpp"

#include <sys/resource.h>

#include <stdexcept>

namespace roomport::program {
namespace {

constexpr const char* what_to_do =
    "; allow more with 'ulimit -n', or with LimitNOFILE= in a systemd unit";

rlimit present_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        constexpr rlim_t usual = 1024;
        limit.rlim_cur = usual;
        limit.rlim_max = usual;
    }
    return limit;
}

} // namespace

std::size_t raise_descriptor_limit() {
    const rlimit limit = present_limit();
    rlimit raised = limit;
    raised.rlim_cur = raised.rlim_max;
    return ::setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur;
}

void require_descriptors(std::size_t needed) {
    const auto limit = raise_descriptor_limit();
    if (limit < needed) {
        throw std::runtime_error("at most " + std::to_string(limit) +
                                 " files and connections may be open at once here, and " +
                                 std::to_string(needed) + " are the least that is needed" +
                                 what_to_do);
    }
}

std::string reason_of(const std::error_code& why) {
    if (why == std::errc::too_many_files_open_in_system) {
        return "this machine has no file left to open; raise fs.file-max, or end what holds so "
               "many";
    }
    if (why != std::errc::too_many_files_open) {
        return why.message();
    }
    return "this process has as many files and connections open as it may, " +
           std::to_string(present_limit().rlim_cur) + what_to_do;
}

} // namespace roomport::program

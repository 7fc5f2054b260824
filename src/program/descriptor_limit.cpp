#include "program/descriptor_limit.hpp"

#include <sys/resource.h>

namespace roomport::program {

std::size_t raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        constexpr std::size_t usual = 1024;
        return usual;
    }
    rlimit raised = limit;
    raised.rlim_cur = raised.rlim_max;
    return ::setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur;
}

} // namespace roomport::program

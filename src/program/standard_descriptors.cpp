#include "program/standard_descriptors.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <initializer_list>

namespace roomport::program {

void occupy_standard_descriptors() {
    for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(number, F_GETFD) == -1) {
            const bool is_input = number == STDIN_FILENO;
            static_cast<void>(
                ::open(is_input ? "/dev/null" : "/dev/full", is_input ? O_RDONLY : O_WRONLY));
        }
    }
}

} // namespace roomport::program

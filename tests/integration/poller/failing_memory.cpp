// Preloaded into a program, lets one of n of its C++ allocations fail, by chance: at even distances what is tried again and
// again could fail for ever. The number is read from the file that $FAILING_MEMORY names, four bytes, so that a test can
// change it at any time; 0: none fails.

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {

const volatile unsigned* map_period() {
    const char* const name = std::getenv("FAILING_MEMORY");
    const int file = name != nullptr ? ::open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) {
        return nullptr;
    }
    void* const place = ::mmap(nullptr, sizeof(unsigned), PROT_READ, MAP_SHARED, file, 0);
    ::close(file);
    return place != MAP_FAILED ? static_cast<const unsigned*>(place) : nullptr;
}

bool is_to_fail() {
    static const volatile unsigned* const period = map_period();
    static std::atomic<unsigned> count{0};
    const unsigned every = period != nullptr ? *period : 0;
    const unsigned mixed = ++count * 2654435761U;
    return every != 0 && (mixed ^ mixed >> 15U) * 2246822519U / 65536U % every == 0;
}

} // namespace

void* operator new(std::size_t size) {
    if (void* const memory = is_to_fail() ? nullptr : std::malloc(size == 0 ? 1 : size)) {
        return memory;
    }
    throw std::bad_alloc();
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

// Where the operations of asio get their memory.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    void* memory = nullptr;
    return is_to_fail() || ::posix_memalign(&memory, alignment, size) != 0 ? nullptr : memory;
}

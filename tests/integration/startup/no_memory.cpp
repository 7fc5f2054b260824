// Preloaded into a program, fails every allocation after the first $ALLOCATIONS_LEFT: those of C++, or with
// $ALLOCATOR=malloc all of them.

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>

#include <unistd.h>

extern "C" void* __libc_malloc(std::size_t size);
extern "C" void* __libc_calloc(std::size_t count, std::size_t size);
extern "C" void* __libc_realloc(void* memory, std::size_t size);
extern "C" void* __libc_memalign(std::size_t alignment, std::size_t size);

namespace {

std::atomic<long> allocations{0};

bool is_to_fail(bool is_new) {
    // The loader allocates before there is an environment to ask.
    const char* const left = ::environ != nullptr ? std::getenv("ALLOCATIONS_LEFT") : nullptr;
    if (left == nullptr) {
        return false;
    }
    const char* const which = std::getenv("ALLOCATOR");
    const bool is_malloc = which != nullptr && std::strcmp(which, "malloc") == 0;
    return is_malloc != is_new && allocations++ >= std::atol(left);
}

void* unless_failing(void* (*allocate)(std::size_t), std::size_t size) {
    if (is_to_fail(false)) {
        errno = ENOMEM;
        return nullptr;
    }
    return allocate(size);
}

} // namespace

extern "C" {

void* malloc(std::size_t size) noexcept {
    return unless_failing(__libc_malloc, size);
}

void* calloc(std::size_t count, std::size_t size) noexcept {
    return is_to_fail(false) ? nullptr : __libc_calloc(count, size);
}

void* realloc(void* memory, std::size_t size) noexcept {
    return is_to_fail(false) ? nullptr : __libc_realloc(memory, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    return is_to_fail(false) ? nullptr : __libc_memalign(alignment, size);
}

} // extern "C"

void* operator new(std::size_t size) {
    void* const memory = is_to_fail(true) ? nullptr : std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

#include "allocation_counter.hpp"

#include <execinfo.h>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <sstream>

namespace roomport::test {
namespace {

constexpr std::size_t most_traces = 6;
constexpr int trace_depth = 24;

struct trace {
    std::array<void*, trace_depth> frames{};
    int depth = 0;
};

struct counting {
    bool is_on = false;
    allocation_counts counts;
    std::array<trace, most_traces> traces;
    std::size_t traced = 0;
};

thread_local constinit counting state;

[[maybe_unused]] void note(std::uint64_t allocation_counts::*which) {
    if (!state.is_on) {
        return;
    }
    ++(state.counts.*which);
    if (which != &allocation_counts::by_openssl && state.traced < most_traces) {
        state.is_on = false;
        auto& next = state.traces[state.traced++];
        next.depth = ::backtrace(next.frames.data(), trace_depth);
        state.is_on = true;
    }
}

} // namespace

void allocation_counter::begin() {
    // The first trace loads a library, which allocates.
    void* frame = nullptr;
    ::backtrace(&frame, 1);
    state.counts = {};
    state.traced = 0;
    state.is_on = true;
}

allocation_counts allocation_counter::end() {
    state.is_on = false;
    return state.counts;
}

std::string allocation_counter::where() {
    std::ostringstream text;
    for (std::size_t i = 0; i < state.traced; ++i) {
        const auto& shown = state.traces[i];
        char** const names = ::backtrace_symbols(shown.frames.data(), shown.depth);
        for (int frame = 1; frame < shown.depth && names != nullptr; ++frame) {
            text << names[frame] << "\n";
        }
        std::free(names);
        text << "\n";
    }
    return text.str();
}

} // namespace roomport::test

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* memory);
}

namespace roomport::test {
namespace {

void* openssl_malloc(std::size_t size, const char*, int) {
    note(&allocation_counts::by_openssl);
    return __libc_malloc(size);
}
void* openssl_realloc(void* memory, std::size_t size, const char*, int) {
    note(&allocation_counts::by_openssl);
    return __libc_realloc(memory, size);
}
void openssl_free(void* memory, const char*, int) {
    __libc_free(memory);
}

void* allocate(std::size_t size) {
    note(&allocation_counts::by_new);
    if (void* const memory = __libc_malloc(size == 0 ? 1 : size)) {
        return memory;
    }
    throw std::bad_alloc();
}

void* allocate(std::size_t size, std::align_val_t alignment) {
    note(&allocation_counts::by_new);
    if (void* const memory = __libc_memalign(static_cast<std::size_t>(alignment), size)) {
        return memory;
    }
    throw std::bad_alloc();
}

} // namespace

void allocation_counter::watch_openssl() {
    CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free);
}

} // namespace roomport::test

using roomport::test::allocation_counts;

extern "C" {
void* malloc(std::size_t size) {
    roomport::test::note(&allocation_counts::by_c);
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
    roomport::test::note(&allocation_counts::by_c);
    return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) {
    roomport::test::note(&allocation_counts::by_c);
    return __libc_realloc(memory, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
    roomport::test::note(&allocation_counts::by_c);
    return __libc_memalign(alignment, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
    roomport::test::note(&allocation_counts::by_c);
    return __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
    roomport::test::note(&allocation_counts::by_c);
    *memory = __libc_memalign(alignment, size);
    return *memory == nullptr ? ENOMEM : 0;
}
void free(void* memory) {
    __libc_free(memory);
}
}

void* operator new(std::size_t size) {
    return roomport::test::allocate(size);
}
void* operator new[](std::size_t size) {
    return roomport::test::allocate(size);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return roomport::test::allocate(size, alignment);
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
    return roomport::test::allocate(size, alignment);
}
void operator delete(void* memory) noexcept {
    __libc_free(memory);
}
void operator delete[](void* memory) noexcept {
    __libc_free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    __libc_free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    __libc_free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    __libc_free(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
    __libc_free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    __libc_free(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
    __libc_free(memory);
}

#else

void roomport::test::allocation_counter::watch_openssl() {}

#endif

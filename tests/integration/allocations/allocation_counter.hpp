#pragma once

#include <cstdint>
#include <string>

namespace roomport::test {

/// How often memory was asked for between two points.
struct allocation_counts {
    /// Through `operator new`.
    std::uint64_t by_new = 0;
    /// Through the C library (`malloc` and its kin), but not by OpenSSL: Asio takes memory for handlers that way.
    std::uint64_t by_c = 0;
    /// By OpenSSL.
    std::uint64_t by_openssl = 0;
};

/// Counts the allocations of the whole program, on the thread that asks; no counting with sanitizers, which do the same.
class allocation_counter {
public:
    static constexpr bool is_possible() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        return false;
#else
        return true;
#endif
    }

    /// To be called once, before anything uses OpenSSL.
    static void watch_openssl();

    /// Counts from now on.
    static void begin();

    /// Counts no more.
    static allocation_counts end();

    /// Where the first allocations came from that were not OpenSSL's: addresses for addr2line.
    static std::string where();
};

} // namespace roomport::test

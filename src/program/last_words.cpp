// What a program says when it ends by std::terminate, from its very beginning.
//
// Libraries make objects before main() that need memory (CLI11 its validators, for one), and nobody can catch what they throw.
// An entry of .preinit_array comes before all of them, those of shared libraries too.

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>

namespace {

void write_text(const char* text) {
    static_cast<void>(::write(STDERR_FILENO, text, std::strlen(text)) == 0);
}

[[noreturn]] void end_for_want_of_memory() {
    const char* const name = program_invocation_short_name;
    write_text(name != nullptr ? name : "roomport");
    write_text(": out of memory\n");
    constexpr int internal_failure = 1;
    ::_exit(internal_failure);
}

// More than the reserve that exceptions have.
bool is_memory_left() {
    constexpr std::size_t some = std::size_t{256} << 10U;
    void* const volatile probe = std::malloc(some);
    std::free(probe);
    return probe != nullptr;
}

[[noreturn]] void say_last_words() {
    if (const auto thrown = std::current_exception()) {
        try {
            std::rethrow_exception(thrown);
        } catch (const std::bad_alloc&) {
            end_for_want_of_memory();
        } catch (const std::exception& other) {
            write_text("ended by an exception that nobody expected: ");
            write_text(other.what());
            write_text("\n");
        } catch (...) {
            write_text("ended by an exception of an unknown kind\n");
        }
    } else if (!is_memory_left()) {
        // There was not even enough for an exception.
        end_for_want_of_memory();
    }
    std::abort();
}

void prepare_last_words() {
    std::set_terminate(say_last_words);
}

[[gnu::section(".preinit_array"),
  gnu::used]] void (*const before_everything)() = prepare_last_words;

} // namespace

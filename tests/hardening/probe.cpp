// Has what each kind of hardening shows itself in: an array on the stack, a call with a known size, a large frame.
#include <cstdio>
#include <cstring>

int main(int count, char** arguments) {
    char text[100000];
    std::memset(text, count, sizeof(text));
    std::memcpy(text, arguments[0], static_cast<std::size_t>(count) * 8);
    std::snprintf(text + count, sizeof(text) - 1, "%s", arguments[0]);
    return std::puts(text);
}

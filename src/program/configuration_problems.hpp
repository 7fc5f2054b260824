#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

namespace roomport::program {

/// Something in a file that the user has to change before the program can go on; the text says where and what to do.
class configuration_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Collects what is wrong with a file, so that all of it is told at once: `FILE:LINE: KEY: what to do`, a line each.
class configuration_problems {
public:
    explicit configuration_problems(std::string file) : file_(std::move(file)) {}

    /// @param key empty: the problem is no key's.
    void add(std::uint32_t line, const std::string& key, const std::string& what);

    /// @throws configuration_error
    void throw_if_any() const;

private:
    std::string file_;
    // In the order of the lines; those of one line in the order in which they were found.
    std::multimap<std::uint32_t, std::string> found_;
};

} // namespace roomport::program

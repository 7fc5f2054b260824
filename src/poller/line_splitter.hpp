#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace roomport::poller {

/// Cuts a stream of bytes into lines, whatever pieces it comes in. A byte order mark of UTF-8 at its beginning is no part of
/// the first line.
class line_splitter {
public:
    /// @param longest longer lines are cut there: what reads them refuses them.
    explicit line_splitter(std::size_t longest) : longest_(longest) {}

    /// @return the lines that the bytes complete, without their ends ("\n" or "\r\n").
    std::vector<std::string> put(std::string_view bytes);

    /// The stream has ended. @return the last line, if it had no end.
    std::vector<std::string> end();

private:
    void append(std::string_view bytes);
    std::string take();

    std::size_t longest_;
    std::string line_;
    bool is_first_ = true;
};

} // namespace roomport::poller

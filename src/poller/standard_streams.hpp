#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace roomport::poller {

class line_splitter;

/// Standard input, output and error, served by a thread of their own: whoever reads or writes at the other end may be as
/// slow as they like, and a file, a pipe and a terminal are all the same.
///
/// What nobody takes is kept up to a bound, and as long as there is memory; then new lines are dropped and counted.
class standard_streams {
public:
    /// Called on the thread of the streams with lines read, or with nothing at the end of the input. Nothing more is read
    /// until `resume_input`.
    using input_handler = std::function<void(std::vector<std::string>)>;

    /// Where a line goes.
    enum class target { output, error };

    /// @throws std::system_error when there is no descriptor or thread to be had.
    standard_streams();
    standard_streams(const standard_streams&) = delete;
    standard_streams& operator=(const standard_streams&) = delete;

    /// Writes what is left for at most a second and ends the thread.
    ~standard_streams();

    /// Appends a line. Never blocks. Any thread.
    void write_line(target where, std::string_view line);

    /// Counts a line that could not even be made.
    void drop_line(target where);

    /// Begins to read lines from standard input.
    void read_input(input_handler handler);

    /// Takes the next lines.
    void resume_input();

    /// Lines that were not written, because the reader was too slow or is gone, or memory had run out.
    std::uint64_t dropped(target where) const;

private:
    class output_stream {
    public:
        output_stream() = default;
        int descriptor = -1;
        std::string pending;
        // How much of it is written.
        std::size_t written = 0;
        std::uint64_t dropped = 0;
        bool broken = false;
    };

    void run();
    void wake();
    void write_some(output_stream& stream);
    void read_some(line_splitter& splitter);
    void hand_on(line_splitter& splitter);
    output_stream& stream(target where);

    mutable std::mutex mutex_;
    std::array<output_stream, 2> outputs_;
    input_handler on_input_;
    // Only for the thread: bytes that were read, none of them at the end of the input, and not handed on yet.
    std::array<char, 16384> unread_{};
    std::size_t unread_size_ = 0;
    bool has_unread_ = false;
    bool wants_input_ = false;
    bool ending_ = false;
    int wake_descriptor_;
    std::thread thread_;
};

} // namespace roomport::poller

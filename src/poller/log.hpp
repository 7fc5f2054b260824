#pragma once

#include "poller/standard_streams.hpp"

#include <roomport/json/object_writer.hpp>

#include <memory>
#include <string_view>

namespace roomport::poller {

/// The daemon's log on standard error: a JSON object a line, `{"time","level","event",...}`. What is logged is chosen where
/// it happens; no token, no header and no body of a request ever is. A line that there is no memory for is dropped.
class log {
public:
    /// @param level the least that is told: "debug", "info", "warning" or "error".
    log(standard_streams& streams, std::string_view level);
    log(const log&) = delete;
    log& operator=(const log&) = delete;
    ~log();

    /// @param event  what happened, one word.
    /// @param fields the members of the object besides.
    void debug(std::string_view event, const json::object_writer& fields = json::object_writer());
    void info(std::string_view event, const json::object_writer& fields = json::object_writer());
    void warning(std::string_view event, const json::object_writer& fields = json::object_writer());
    void error(std::string_view event, const json::object_writer& fields = json::object_writer());

private:
    struct impl;
    std::unique_ptr<impl> impl_;
};

} // namespace roomport::poller
